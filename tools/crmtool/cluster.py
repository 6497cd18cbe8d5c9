"""The private PostgreSQL clusters: on unix sockets, run by an unprivileged user, in ignored folders."""

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

from . import apt, clock
from .console import CrmError, say
from .layout import STATE
from .process import run

MINIMUM = 13
USER = "odoo"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # the kernel allows 107 bytes
NO_AUTOMATIC_CLUSTER = Path("/etc/postgresql-common/createcluster.d/crm.conf")


@dataclass(frozen=True)
class Place:
    """Where one of the clusters is, by a name of its own, and the settings that it runs with."""

    link: Path
    options: str = ""

    @property
    def key(self) -> str:
        """Return what tells the cluster from others where the path itself can't be used."""
        owner = STATE if self == PRODUCT else self.link
        return hashlib.sha256(os.fsencode(owner)).hexdigest()[:10]


PRODUCT = Place(STATE / "pg")
# The tests' own. No autovacuum: the minute at which it passes decides about PostgreSQL's plans, so the same
# test would take a second or an hour. And nothing in it has to outlive the machine.
TESTS = Place(
    STATE / "pg-tests",
    "-c autovacuum=off -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
)
PLACES = (PRODUCT, TESTS)


@dataclass(frozen=True)
class Cluster:
    """A private cluster: its place and folder, the user it runs as, PostgreSQL's programs."""

    place: Place
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
        return Path("/tmp") / f"crm-{self.place.key}"

    def settings(self) -> dict[str, str]:
        """Return libpq's environment variables for this cluster."""
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": USER}

    def run(self, program: str, *arguments, error: str) -> str:
        env = {**_plain_environment(), **(clock.environment() if self.place == TESTS else {})}
        return run([self.binaries / program, *arguments], error, cwd="/", env=env, **_as(self.user))

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
        # jit: compiling the many conditions of Odoo's queries takes longer than running them
        options = (
            f"-k {shlex.quote(str(self.socket))} -p 5432 -c listen_addresses='' -c jit=off"
            f" {self.place.options}"
        )
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


def ensure(place: Place = PRODUCT) -> dict[str, str]:
    """Have a cluster run, created if it is not there; return how to reach it."""
    cluster = _cluster(place)
    if not cluster.data.exists():
        cluster.create()
    if not cluster.running():
        cluster.start()
    return cluster.settings()


def stop(place: Place = PRODUCT) -> bool:
    """Stop a cluster; tell whether it was running."""
    if not running(place):
        return False
    cluster = _cluster(place)
    cluster.run("pg_ctl", "-D", cluster.data, "-w", "-m", "fast", "stop", error="PostgreSQL did not stop")
    return True


def running(place: Place = PRODUCT) -> bool:
    """Tell whether a cluster runs, without creating or starting it."""
    return (place.link / "data").exists() and _cluster(place).running()


def _cluster(place: Place) -> Cluster:
    user = _user(place.link)
    folder = _folder(place, user)
    data = folder / "data"
    version = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
    return Cluster(place, folder, user, binaries(version) or _install_binaries(version))


def _user(link: Path) -> pwd.struct_passwd:
    """Return who runs the cluster: its owner, or ourselves, or an unprivileged user when we are root."""
    me = pwd.getpwuid(os.geteuid())
    if link.exists() and link.stat().st_uid not in (0, me.pw_uid):
        if me.pw_uid:
            owner = pwd.getpwuid(link.stat().st_uid).pw_name
            raise CrmError(
                f"the PostgreSQL cluster in {link} belongs to {owner}: "
                "run ./crm as root, as before, or set CRM_STATE_DIR to another folder"
            )
        return pwd.getpwuid(link.stat().st_uid)
    if me.pw_uid:
        return me
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CrmError(
        "PostgreSQL does not run as root, and neither the user postgres nor nobody exists: "
        "run ./crm as an ordinary user"
    )


def _folder(place: Place, user: pwd.struct_passwd) -> Path:
    """Return the cluster's folder, elsewhere and linked where its user cannot reach ours."""
    if not place.link.exists():
        if _reachable(STATE, user):
            _own_folder(place.link, user)
        else:
            elsewhere = Path("/var/tmp") / f"crm-pg-{place.key}"
            say(f"{user.pw_name} cannot reach {STATE}: the PostgreSQL cluster goes to {elsewhere}")
            _own_folder(elsewhere, user)
            place.link.unlink(missing_ok=True)
            place.link.symlink_to(elsewhere)
    return place.link.resolve()


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


def binaries(version: str | None = None) -> Path | None:
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
    found = binaries(version)
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
