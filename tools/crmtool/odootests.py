"""The add-ons' own tests: run by Odoo on a fresh clone, and counted from its log."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from . import addons, databases, process, selection, server, templates
from .console import Progress
from .layout import LOGS
from .stack import Stack, setup_lock
from .testrun import FAILURES, Tally, TestRun

LOG = LOGS / "addon-tests.log"
TIME_LIMIT = 60 * 60
# Not needed by our add-ons, yet a way past them that their tests have to try
BESIDE = ("stock_picking_batch",)
RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<message>.*)$"
)
STARTING = re.compile(r"Starting (\S+) \.\.\.")
FAILED = re.compile(r"(?:FAIL|ERROR): (?:Subtest )?(\S+)")
SKIPPED = re.compile(r"skipped (\S+)")
# Odoo's own summaries of errors that were logged before
SUMMARIES = re.compile(r"At least one test failed|\d+ failed, \d+ error\(s\) of \d+ tests")


@dataclass
class LogReader:
    """Reads Odoo's log line by line: which tests started, failed, were skipped, and errors beside them."""

    started: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, list[str]] = field(default_factory=dict)
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
        if found := STARTING.match(message):
            self.started.add(self._name(record["logger"], found[1]))
        elif found := SKIPPED.match(message):
            self.skipped.add(self._name(record["logger"], found[1]))
        elif record["level"] in ("ERROR", "CRITICAL") and not SUMMARIES.search(message):
            found = FAILED.match(message)
            name = self._name(record["logger"], found[1]) if found else f"{record['logger']}: {message}"
            self._open = self.failed.setdefault(name, [])
            self._open.append(message)

    @staticmethod
    def _name(logger: str, test: str) -> str:
        parts = logger.split(".")
        return f"{parts[2]}:{test}" if parts[:2] == ["odoo", "addons"] and len(parts) > 2 else test

    def tally(self) -> Tally:
        """Return the counts; a skipped or failed test is not a passed one."""
        passed = self.started - self.skipped - set(self.failed)
        return Tally(len(passed), len(self.skipped), list(self.failed))


def run(stack: Stack, test_run: TestRun, expression: str | None) -> tuple[Tally, str | None]:
    """Install our add-ons into a clone and run their tests; return the counts and the database."""
    ours = addons.names()
    tags = selection.odoo_tags(expression, ours)
    if not tags:
        return Tally(), None
    database = test_run.database("addon")
    with setup_lock():
        databases.clone(stack, templates.of_dependencies(stack, ours, demo=False), database)
    reader = LogReader()
    progress = Progress(f"testing {', '.join(ours)}")

    def on_line(line: str) -> None:
        reader.read(line)
        progress.update(f"{len(reader.started)} tests started, {len(reader.failed)} failed")

    code, tail = process.stream(
        stack.command(
            *(
                "-d",
                database,
                "-i",
                ",".join((*ours, *BESIDE)),
                "--test-tags",
                ",".join(tags),
                "--stop-after-init",
            ),
            *(f"--http-port={server.free_port()}", "--screenshots", FAILURES),
        ),
        LOG,
        on_line,
        timeout=TIME_LIMIT,
        env=stack.environment(),
    )
    progress.done()
    _complain(reader, code, tail)
    print("\n".join(_report(reader)), flush=True)
    return reader.tally(), database


def _complain(reader: LogReader, code: int, tail: list[str]) -> None:
    """Count it as a failure where Odoo gave up, or ran nothing, without saying why in an error."""
    if code and not reader.failed:
        reader.failed[f"Odoo ended with exit code {code}"] = tail
    elif not reader.started and not reader.failed:
        reader.failed["no test was found by Odoo"] = tail[-3:]


def _report(reader: LogReader) -> Iterator[str]:
    for name, lines in reader.failed.items():
        yield "\n".join((f"--- FAILED {name}", *lines))
    for name in sorted(reader.skipped):
        yield f"--- skipped {name}"
    yield f"add-on tests: {reader.tally().line()} (the whole log: {LOG})"
