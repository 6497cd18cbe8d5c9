"""The black-box tests of tests/: pytest in the virtual environment, counted from its own report."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import clock, process, pyenv
from .browser import ensure as ensure_browser
from .console import Progress
from .layout import LOGS, ROOT, TESTS
from .plan import SEED_VARIABLE
from .stack import Stack
from .testrun import FAILURES, Tally

REPORT = LOGS / "black-box.xml"
LOG = LOGS / "black-box.log"
NOTHING_SELECTED = 5
ENDED = re.compile(r"^tests/\S+ (PASSED|FAILED|ERROR|SKIPPED)")


def run(stack: Stack, seed: int, expression: str | None, files: list[Path] | None = None) -> Tally:
    """Run pytest and return its counts; what it says is shown where something failed.

    :param seed: of the tests that try random cases
    :param files: of tests/; None: all of them
    """
    REPORT.unlink(missing_ok=True)
    progress = Progress("running the black-box tests")
    ended = []

    def on_line(line: str) -> None:
        if ENDED.match(line):
            ended.append(line)
            progress.update(f"{len(ended)} black-box tests ended: {line}")

    code, output = process.stream(
        [
            *(pyenv.PYTHON, "-m", "pytest", *(files or [TESTS]), "-v", "--color=no", f"--junitxml={REPORT}"),
            *(["-k", expression] if expression else []),
        ],
        LOG,
        on_line,
        tail_lines=None,
        env={
            **stack.environment(),
            "CRM_BROWSER": clock.browser(ensure_browser()),
            "CRM_FAILURES": str(FAILURES),
            SEED_VARIABLE: str(seed),
        },
        cwd=ROOT,
    )
    if code == NOTHING_SELECTED:
        return Tally()
    tally = _read_report()
    if code and not tally.failed:
        tally.failures.append(f"pytest ended with exit code {code}")
    if tally.failed:
        print("\n".join(output), flush=True)
    print(f"black-box tests: {tally.line()} (the log: {LOG})", flush=True)
    return tally


def _read_report() -> Tally:
    tally = Tally()
    if not REPORT.exists():
        return tally
    for case in ElementTree.parse(REPORT).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        tally.seconds[name] = float(case.get("time", 0))
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failures.append(name)
        elif case.find("skipped") is not None:
            tally.skipped += 1
        else:
            tally.passed += 1
    return tally
