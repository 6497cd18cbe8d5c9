"""The add-ons' own tests: run by Odoo processes side by side, and counted from their logs."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import addons, clock, databases, process, pyenv, server, templates
from .browser import ensure as ensure_browser
from .console import Progress
from .layout import LOGS, ROOT
from .plan import Plan
from .stack import Stack, setup_lock
from .testrun import FAILURES, Tally, TestRun

TIME_LIMIT = 60 * 60
# Not needed by our add-ons, yet a way past them that their tests have to try
BESIDE = ("stock_picking_batch", "repair")
RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)$"
)
STARTING = re.compile(r"Starting (\S+) \.\.\.")
FAILED = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\S+)")
SKIPPED = re.compile(r"skipped (\S+)")
# What our own addon_worker says
CHOSEN = re.compile(r"(\d+) tests chosen")
TOOK = re.compile(r"(\d+\.\d+) s: (\S+)")
WORKER = "crmtool.addon_worker"
# Odoo's own summaries of errors that were logged before
SUMMARIES = re.compile(r"At least one test failed|\d+ failed, \d+ error\(s\) of \d+ tests")


@dataclass
class LogReader:
    """Reads Odoo's log line by line: which tests started, failed, were skipped, and errors beside them."""

    started: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    chosen: int | None = None
    _open: list[str] | None = None

    def read(self, line: str) -> None:
        """Take one line."""
        record = RECORD.match(line)
        if not record:
            if self._open is not None:
                self._open.append(line)
            return
        self._open = None
        message = record["message"]
        if record["logger"] == WORKER and record["level"] == "INFO":
            self._read_worker(message)
        elif found := STARTING.match(message):
            self.started.add(self._name(record["logger"], found[1]))
        elif found := SKIPPED.match(message):
            self.skipped.add(self._name(record["logger"], found[1]))
        elif record["level"] in ("ERROR", "CRITICAL") and not SUMMARIES.search(message):
            found = FAILED.match(message)
            name = self._name(record["logger"], found[1]) if found else f"{record['logger']}: {message}"
            self._open = self.failed.setdefault(name, [])
            self._open.append(message)

    def _read_worker(self, message: str) -> None:
        if found := CHOSEN.match(message):
            self.chosen = int(found[1])
        elif found := TOOK.match(message):
            self.seconds[found[2]] = float(found[1])

    @staticmethod
    def _name(logger: str, test: str) -> str:
        parts = logger.split(".")
        return f"{parts[2]}:{test}" if parts[:2] == ["odoo", "addons"] and len(parts) > 2 else test

    def add(self, other: "LogReader") -> None:
        """Count in what another process, which shared the same tests, has logged."""
        self.started |= other.started
        self.skipped |= other.skipped
        self.seconds |= other.seconds
        self.chosen = other.chosen if self.chosen is None else self.chosen
        for name, lines in other.failed.items():
            self.failed.setdefault(name, []).extend(lines)

    def tally(self) -> Tally:
        """Return the counts; a skipped or failed test is not a passed one."""
        passed = self.started - self.skipped - set(self.failed)
        return Tally(len(passed), len(self.skipped), list(self.failed), dict(self.seconds))


class AddonTests:
    """The add-ons' tests of one run. Each process that works on them has a database of its own."""

    def __init__(self, stack: Stack, test_run: TestRun, plan: Plan):
        self.stack = stack
        self.run = test_run
        self.plan = plan
        self.ours = addons.names()
        self.progress = Progress(f"testing {', '.join(self.ours)}, --seed {plan.seed}")
        self.readers: list[LogReader] = []

    def database(self, purpose: str) -> str:
        """Return a new database with our add-ons as they are on the disk now."""
        name = self.run.database(purpose)
        with setup_lock():
            databases.clone(self.stack, templates.of_addon_tests(self.stack, self.ours, BESIDE), name)
        return name

    def work(self, number: int) -> Tally:
        """Run tests that nobody has begun until there are none; nothing to count yet."""
        if any(len(self._together().started) == reader.chosen for reader in self.readers):
            return Tally()
        reader = LogReader()
        self.readers.append(reader)
        log = LOGS / f"addon-tests-{number}.log"

        def on_line(line: str) -> None:
            reader.read(line)
            self._show()

        code, tail = process.stream(
            [
                *(pyenv.PYTHON, "-m", "crmtool.addon_worker"),
                *("-d", self.database(f"addon_{number}")),
                *("--test-tags", ",".join(f"/{addon}" for addon in self.ours)),
                *("--stop-after-init", f"--http-port={server.free_port()}", "--screenshots", FAILURES),
            ],
            log,
            on_line,
            timeout=TIME_LIMIT,
            env={
                **self.stack.environment(),
                **self.plan.environment(),
                "PYTHONPATH": str(ROOT / "tools"),
                "PYTHONDONTWRITEBYTECODE": "1",
                # where Odoo looks for the browser
                "PATH": os.pathsep.join(
                    (str(Path(clock.browser(ensure_browser())).parent), os.environ.get("PATH", os.defpath))
                ),
            },
        )
        if code and not reader.failed:
            reader.failed[f"Odoo ended with exit code {code}, its log is {log}"] = tail
        return Tally()

    def count(self) -> Tally:
        """Print what failed or was skipped; return the counts of all processes."""
        together = self._together()
        missing = (together.chosen or 0) - len(together.started)
        if missing > 0 and not together.failed:
            together.failed[f"{missing} tests were chosen and not run"] = []
        print("\n".join(_report(together)), flush=True)
        return together.tally()

    def _together(self) -> LogReader:
        together = LogReader()
        for reader in self.readers:
            together.add(reader)
        return together

    def _show(self) -> None:
        started = sum(len(reader.started) for reader in self.readers)
        failed = sum(len(reader.failed) for reader in self.readers)
        self.progress.update(f"{started} add-on tests started, {failed} failed")


def _report(reader: LogReader) -> Iterable[str]:
    for name, lines in reader.failed.items():
        yield "\n".join((f"--- FAILED {name}", *lines))
    for name in sorted(reader.skipped):
        yield f"--- skipped {name}"
    yield f"add-on tests: {reader.tally().line()} (the logs: {LOGS}/addon-tests-*.log)"
