"""One run of the tests: its databases, its processes, and the cleaning up behind it whatever happens."""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import cluster, databases, process
from .layout import STATE
from .stack import Stack

RUNS = STATE / "test-runs"
FAILURES = STATE / "failures"
RUN_VARIABLE = "CRM_TEST_RUN"


@dataclass
class Tally:
    """What was counted, and the names of what failed."""

    passed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        return len(self.failures)

    def add(self, other: "Tally") -> None:
        """Count another part in."""
        self.passed += other.passed
        self.skipped += other.skipped
        self.failures += other.failures
        self.seconds |= other.seconds

    def slowest(self, count: int) -> list[tuple[str, float]]:
        """Return the tests that took longest, with their seconds."""
        return sorted(self.seconds.items(), key=lambda item: -item[1])[:count]

    def line(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class TestRun:
    """A run is known by the process that leads it; what it starts finds it in the environment."""

    leader: int

    @classmethod
    def current(cls) -> "TestRun":
        """Return the run that this process was started in."""
        return cls(int(os.environ[RUN_VARIABLE]))

    @property
    def folder(self) -> Path:
        return RUNS / str(self.leader)

    def database(self, name: str) -> str:
        """Return a database's name within this run."""
        return f"crm_test_{self.leader}_{name}"

    def register(self, pid: int) -> None:
        """Remember the leader of a process group that must not outlive the run."""
        (self.folder / f"{pid}.pid").touch()

    @property
    def server(self) -> Path:
        """Return the file that tells which PostgreSQL server the databases are on."""
        return self.folder / "server"

    def is_on(self, stack: Stack) -> bool:
        """Tell whether the run's databases are on the server of ``stack``."""
        return not self.server.exists() or self.server.read_text() == _address(stack)

    @classmethod
    @contextlib.contextmanager
    def of(cls, stack: Stack) -> Iterator["TestRun"]:
        """Open a run of this process, and clean up behind it at the end of the block."""
        clean_stale(stack)
        run = cls(os.getpid())
        run.folder.mkdir(parents=True, exist_ok=True)
        run.server.write_text(_address(stack))
        os.environ[RUN_VARIABLE] = str(run.leader)
        try:
            yield run
        finally:
            impatient = signal.signal(signal.SIGINT, signal.SIG_IGN)
            run.clean(stack)
            signal.signal(signal.SIGINT, impatient)

    def clean(self, stack: Stack) -> None:
        """End what the run started and drop its databases."""
        for path in self.folder.glob("*.pid"):
            with contextlib.suppress(ValueError):
                process.stop_group(int(path.stem), patience=3)
        for name in databases.names(stack):
            if name.startswith(self.database("")):
                databases.drop(stack, name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def alive(self) -> bool:
        """Tell whether the process that leads the run is still at it."""
        return process.alive(self.leader) and b"crmtool" in Path(f"/proc/{self.leader}/cmdline").read_bytes()


def others() -> list[TestRun]:
    """Return the runs of other processes, dead or alive."""
    runs = [TestRun(int(folder.name)) for folder in RUNS.glob("[0-9]*")]
    return [run for run in runs if run.leader != os.getpid()]


def clean_stale(stack: Stack) -> None:
    """Clean up behind runs that were killed before they could."""
    for run in others():
        if not run.alive() and run.is_on(stack):
            run.clean(stack)


def any_alive() -> bool:
    """Tell whether tests of another process are running."""
    return any(run.alive() for run in others())


def release_postgres() -> None:
    """Stop the tests' own cluster if nobody else uses it."""
    if not any_alive():
        cluster.stop(cluster.TESTS)


def _address(stack: Stack) -> str:
    settings = stack.server.settings
    return f"{settings.get('PGHOST', '')}:{settings.get('PGPORT', '')}"
