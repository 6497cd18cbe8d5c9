"""The PostgreSQL server to work with: the one that the environment names, or a private cluster of ours."""

import os
import shutil
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from . import apt, cluster
from .console import CrmError
from .process import run


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server, as libpq's environment variables."""

    settings: dict[str, str]

    def environment(self) -> dict[str, str]:
        """Return the process environment with this server and no other in it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**clean, "PGCONNECT_TIMEOUT": "10", **self.settings}


def ensure(place: cluster.Place = cluster.PRODUCT) -> Server:
    """Return a running server of a usable version; ours at ``place`` unless the environment names one."""
    server = _named() or Server(cluster.ensure(place))
    _check(server)
    return server


def default_database() -> str | None:
    """Return the database that DATABASE_URL names, if any."""
    return unquote(urlsplit(os.environ.get("DATABASE_URL", "")).path.lstrip("/")) or None


def is_named() -> bool:
    """Tell whether the environment names a server."""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("PGHOST"))


def _named() -> Server | None:
    url = os.environ.get("DATABASE_URL")
    if url:
        return Server(settings_of(url))
    if os.environ.get("PGHOST"):
        return Server({name: value for name, value in os.environ.items() if name.startswith("PG")})
    return None


def settings_of(url: str) -> dict[str, str]:
    """Return libpq's environment variables for a connection URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise CrmError("DATABASE_URL must begin with postgresql://")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": options.get("host") or unquote(parts.hostname or ""),
        "PGPORT": options.get("port") or str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGSSLMODE": options.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}


def _check(server: Server) -> None:
    if not shutil.which("psql") and not cluster.binaries():
        apt.install(["postgresql-client"], "PostgreSQL's client")
    if server.settings.get("PGUSER", "") == "postgres":
        raise CrmError(
            "Odoo refuses to work as the database user postgres: name another one in PGUSER or DATABASE_URL"
        )
    version = int(query(server, "postgres", "SHOW server_version_num"))
    if version < cluster.MINIMUM * 10000:
        raise CrmError(f"PostgreSQL {version // 10000} is too old: {cluster.MINIMUM} or newer is needed")


def psql_program() -> str:
    """Return the psql to use."""
    return shutil.which("psql") or str(cluster.binaries() / "psql")


def query(server: Server, database: str, sql: str) -> str:
    """Run one statement and return its bare output."""
    return run(
        [psql_program(), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        "PostgreSQL did not accept a statement",
        env=server.environment(),
    ).strip()
