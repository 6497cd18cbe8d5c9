"""The black-box tests of tests/: pytest in the virtual environment, counted from its own report."""

import xml.etree.ElementTree as ElementTree

from . import process, pyenv
from .browser import ensure as ensure_browser
from .layout import LOGS, ROOT, TESTS
from .stack import Stack
from .testrun import FAILURES, Tally

REPORT = LOGS / "black-box.xml"
NOTHING_SELECTED = 5


def run(stack: Stack, expression: str | None) -> Tally:
    """Run pytest and return its counts."""
    REPORT.unlink(missing_ok=True)
    command = [
        pyenv.PYTHON,
        "-m",
        "pytest",
        TESTS,
        f"--junitxml={REPORT}",
        *(["-k", expression] if expression else []),
    ]
    env = {**stack.environment(), "CRM_BROWSER": ensure_browser(), "CRM_FAILURES": str(FAILURES)}
    with process.child(command, env=env, cwd=ROOT) as proc:
        code = proc.wait()
    if code == NOTHING_SELECTED:
        return Tally()
    tally = _read_report()
    if code and not tally.failed:
        tally.failures.append(f"pytest ended with exit code {code}")
    return tally


def _read_report() -> Tally:
    tally = Tally()
    if not REPORT.exists():
        return tally
    for case in ElementTree.parse(REPORT).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failures.append(f"{case.get('classname')}::{case.get('name')}")
        elif case.find("skipped") is not None:
            tally.skipped += 1
        else:
            tally.passed += 1
    return tally
