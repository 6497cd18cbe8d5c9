"""PostgreSQL: the server that the environment names, or a private cluster on a unix socket."""

import contextlib
import hashlib
import os
import pwd
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from . import apt
from .console import CrmError, say
from .layout import STATE
from .process import run

MINIMUM = 13
USER = "odoo"
LINK = STATE / "pg"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes
NO_AUTOMATIC_CLUSTER = Path("/etc/postgresql-common/createcluster.d/crm.conf")


@dataclass(frozen=True)
class Server:
    """How to reach a PostgreSQL server, as libpq's environment variables."""

    settings: dict[str, str]
    private: bool

    def environment(self) -> dict[str, str]:
        """Return the process environment with this server and no other in it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**clean, "PGCONNECT_TIMEOUT": "10", **self.settings}


def ensure() -> Server:
    """Return a running server of a usable version."""
    server = _named() or _private()
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
        return Server(settings_of(url), private=False)
    if os.environ.get("PGHOST"):
        return Server(
            {name: value for name, value in os.environ.items() if name.startswith("PG")}, private=False
        )
    return None


def settings_of(url: str) -> dict[str, str]:
    """Return libpq's environment variables for a connection URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise CrmError("DATABASE_URL must begin with postgresql://")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    found = {
        "PGHOST": query.get("host") or unquote(parts.hostname or ""),
        "PGPORT": query.get("port") or str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in found.items() if value}


def _check(server: Server) -> None:
    if not shutil.which("psql") and not _binaries():
        apt.install(["postgresql-client"], "PostgreSQL's client")
    if server.settings.get("PGUSER", "") == "postgres":
        raise CrmError(
            "Odoo refuses to work as the database user postgres: name another one in PGUSER or DATABASE_URL"
        )
    version = int(query(server, "postgres", "SHOW server_version_num"))
    if version < MINIMUM * 10000:
        raise CrmError(f"PostgreSQL {version // 10000} is too old: {MINIMUM} or newer is needed")


def psql_program() -> str:
    """Return the psql to use."""
    return shutil.which("psql") or str(_binaries() / "psql")


def query(server: Server, database: str, sql: str) -> str:
    """Run one statement and return its bare output."""
    return run(
        [psql_program(), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        "PostgreSQL did not accept a statement",
        env=server.environment(),
    ).strip()


# -- the private cluster -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cluster:
    """The private cluster: its folder, the user it runs as, PostgreSQL's programs."""

    folder: Path
    user: pwd.struct_passwd
    binaries: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """Return the folder of the socket; a short one where the path is longer than the kernel allows."""
        folder = self.folder / "socket"
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
        return Path("/tmp") / f"crm-{_key()}"

    def server(self) -> Server:
        return Server({"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": USER}, private=True)

    def run(self, program: str, *arguments, error: str) -> str:
        return run(
            [self.binaries / program, *arguments], error, cwd="/", env=_plain_environment(), **_as(self.user)
        )

    def running(self) -> bool:
        status = subprocess.run(
            [self.binaries / "pg_ctl", "-D", self.data, "status"],
            capture_output=True,
            cwd="/",
            check=False,
            **_as(self.user),
        )
        return status.returncode == 0

    def start(self) -> None:
        say("starting PostgreSQL")
        _own_folder(self.socket, self.user)
        options = f"-k {shlex.quote(str(self.socket))} -p 5432 -c listen_addresses=''"
        log = self.folder / "postgresql.log"
        self.run(
            "pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", log, "-o", options, "start",
            error=f"PostgreSQL did not start, its log is {log}",
        )  # fmt: skip

    def create(self) -> None:
        """Initialise the cluster beside its place and rename: nothing half done is ever taken for it."""
        say(f"creating a PostgreSQL cluster in {self.folder}")
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        self.run(
            "initdb", "-D", part, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            error="the PostgreSQL cluster could not be created",
        )  # fmt: skip
        part.rename(self.data)


def _private() -> Server:
    cluster = _cluster()
    if not cluster.data.exists():
        cluster.create()
    if not cluster.running():
        cluster.start()
    return cluster.server()


def stop_private() -> bool:
    """Stop the private cluster; tell whether it was running."""
    if is_named() or not (LINK / "data").exists():
        return False
    cluster = _cluster()
    if not cluster.running():
        return False
    cluster.run("pg_ctl", "-D", cluster.data, "-w", "-m", "fast", "stop", error="PostgreSQL did not stop")
    return True


def private_running() -> bool:
    """Tell whether our own cluster runs, without starting it."""
    return (LINK / "data").exists() and _cluster().running()


def _cluster() -> Cluster:
    user = _user()
    folder = _folder(user)
    data = folder / "data"
    version = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
    return Cluster(folder, user, _binaries(version) or _install_binaries(version))


def _user() -> pwd.struct_passwd:
    """Return who runs the cluster: its owner, or ourselves, or an unprivileged user when we are root."""
    me = pwd.getpwuid(os.geteuid())
    if LINK.exists() and LINK.stat().st_uid not in (0, me.pw_uid):
        if me.pw_uid:
            owner = pwd.getpwuid(LINK.stat().st_uid).pw_name
            raise CrmError(
                f"the PostgreSQL cluster in {LINK} belongs to {owner}: "
                "run ./crm as root, as before, or set CRM_STATE_DIR to another folder"
            )
        return pwd.getpwuid(LINK.stat().st_uid)
    if me.pw_uid:
        return me
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CrmError(
        "PostgreSQL does not run as root, and neither the user postgres nor nobody exists: "
        "run ./crm as an ordinary user"
    )


def _folder(user: pwd.struct_passwd) -> Path:
    """Return the cluster's folder, elsewhere and linked where its user cannot reach ours."""
    if not LINK.exists():
        if _reachable(STATE, user):
            _own_folder(LINK, user)
        else:
            elsewhere = Path("/var/tmp") / f"crm-pg-{_key()}"
            say(f"{user.pw_name} cannot reach {STATE}: the PostgreSQL cluster goes to {elsewhere}")
            _own_folder(elsewhere, user)
            LINK.unlink(missing_ok=True)
            LINK.symlink_to(elsewhere)
    return LINK.resolve()


def _own_folder(folder: Path, user: pwd.struct_passwd) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    if folder.stat().st_uid != user.pw_uid:
        raise CrmError(f"{folder} exists and belongs to somebody else: remove it")


def _reachable(folder: Path, user: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", folder], cwd="/", check=False, **_as(user)).returncode == 0


def _as(user: pwd.struct_passwd) -> dict:
    if user.pw_uid == os.geteuid():
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _key() -> str:
    return hashlib.sha256(os.fsencode(STATE)).hexdigest()[:10]


# -- PostgreSQL's programs ---------------------------------------------------------------------------------


def _binaries(version: str | None = None) -> Path | None:
    """Return the folder of the newest usable server programs, of one major version if it is given."""
    candidates = [path.parent for path in Path("/usr").glob("lib/postgresql/*/bin/initdb")]
    candidates += [path.parent for path in Path("/usr").glob("pgsql-*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        candidates.append(Path(on_path).resolve().parent)
    found = {folder: _major(folder) for folder in candidates}
    usable = [
        folder for folder, major in found.items() if (major == int(version) if version else major >= MINIMUM)
    ]
    return max(usable, key=found.get, default=None)


def _major(folder: Path) -> int:
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"(\d+)", answer)
    return int(match[1]) if match else 0


def _install_binaries(version: str | None) -> Path:
    package = f"postgresql-{version}" if version else "postgresql"
    with _no_system_cluster():
        apt.install([package], "PostgreSQL")
    found = _binaries(version)
    if not found:
        raise CrmError(f"{package} was installed, but its initdb was not found")
    return found


@contextlib.contextmanager
def _no_system_cluster() -> Iterator[None]:
    """Keep Debian's package from creating and starting a cluster of the system while we install it."""
    prefix = apt.privilege()
    if prefix is None:
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as setting:
        setting.write("create_main_cluster = false\n")
        setting.flush()
        run(
            [*prefix, "install", "-D", "-m", "644", setting.name, NO_AUTOMATIC_CLUSTER],
            "a setting could not be written",
        )
    try:
        yield
    finally:
        run([*prefix, "rm", "-f", NO_AUTOMATIC_CLUSTER], "a setting could not be removed")
