"""Everything that is needed to run Odoo, got ready in one go: sources, Python packages, PostgreSQL."""

import contextlib
import fcntl
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import addons, clock, cluster, odoo, postgres, process, pyenv
from .console import CrmError, Progress, say
from .layout import ADDONS, CONF, DATA, STATE, make_state

_in_this_process = threading.Lock()
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")


@dataclass(frozen=True)
class Stack:
    """A ready Odoo beside a running PostgreSQL."""

    odoo: odoo.Odoo
    server: postgres.Server

    def environment(self) -> dict[str, str]:
        """Return the environment for Odoo's processes and for programs that work beside them."""
        clean = self.server.environment()
        for name in ("PYTHONPATH", "PYTHONHOME"):
            clean.pop(name, None)
        return {**clean, **clock.environment(), "ODOO_RC": str(CONF), "PYTHONUNBUFFERED": "1"}

    def command(self, *arguments) -> list:
        """Return the command line that runs Odoo."""
        return [pyenv.PYTHON, pyenv.LAUNCHER, *arguments]

    def query(self, database: str, sql: str) -> str:
        """Run one SQL statement."""
        return postgres.query(self.server, database, sql)

    def batch(self, title: str, log: Path, *arguments) -> None:
        """Run Odoo until it ends by itself, with a line of progress; a failure shows the end of its log."""
        progress = Progress(title)
        code, tail = process.stream(
            self.command(*arguments, "--stop-after-init", "--no-http"),
            log,
            lambda line: _show_loading(progress, line),
            env=self.environment(),
        )
        if code:
            raise CrmError("\n".join((f"{title}: failed, the log is {log}", *tail)))
        progress.done()

    def shell(self, database: str, code: str, timeout: float | None = None) -> str:
        """Run Python in Odoo's shell and return what it printed.

        :raise CrmError: it failed; tells what it said
        """
        done = subprocess.run(
            [str(part) for part in self.command("shell", "-d", database, "--no-http", "--log-level=error")],
            input=code,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=timeout,
            check=False,
        )
        if done.returncode or "Traceback" in done.stderr:
            raise CrmError(f"Odoo's shell failed on {database}:\n{done.stdout}\n{done.stderr}")
        return done.stdout


def ensure(development: bool = False, place: cluster.Place = cluster.PRODUCT) -> Stack:
    """Get everything ready, what is there already taken as it is."""
    make_state()
    source = odoo.ensure()
    pyenv.ensure(source, development)
    _write_conf()
    return Stack(source, postgres.ensure(place))


def ensure_for_tests() -> Stack:
    """Get everything ready for tests and checks, beside a PostgreSQL of their own."""
    return ensure(development=True, place=cluster.TESTS)


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Let one ./crm at a time, and in it one thread, change the state folder."""
    make_state()
    with _in_this_process, (STATE / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another ./crm is getting things ready; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_conf() -> None:
    lines = [
        "[options]",
        f"data_dir = {DATA}",
        "http_interface = 127.0.0.1",
        "list_db = False",
        "workers = 0",
    ]
    if addons.names():
        lines.append(f"addons_path = {ADDONS}")
    text = "\n".join(lines) + "\n"
    if not CONF.exists() or CONF.read_text() != text:
        part = CONF.with_suffix(f".{os.getpid()}")
        part.write_text(text)
        part.rename(CONF)


def _show_loading(progress: Progress, line: str) -> None:
    if found := LOADING.search(line):
        progress.update(f"{found[2]} of {found[3]} modules: {found[1]}")
