"""Checks that need no database, each counted as one test, and the check of the translations."""

import argparse
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import addons, i18n, node, selection, stack, testrun
from .console import say
from .layout import ADDONS, LOGS, ROOT, VENV
from .stack import Stack
from .testrun import Tally, TestRun

TRANSLATIONS = "translations"


@dataclass(frozen=True)
class Step:
    """One tool: the command that checks, and the one that mends, if it can."""

    name: str
    check: Sequence
    fix: Sequence = field(default=())


def lint(args: argparse.Namespace) -> int:
    """Run the checks, after mending what can be mended if that was asked for."""
    with stack.setup_lock():
        ready = stack.ensure_for_tests()
        if args.fix:
            for step in _steps():
                _run(step.fix)
    tally = check(None)
    with TestRun.of(ready) as run:
        with stack.setup_lock():
            database = i18n.fresh_database(ready, run)
        tally.add(check_translations(ready, database))
    testrun.release_postgres()
    print(tally.line(), flush=True)
    return 1 if tally.failed else 0


def check(expression: str | None) -> Tally:
    """Run the chosen tools and count them."""
    tally = Tally()
    for step in _steps():
        if not step.check or not selection.matches(expression, ("lint", step.name)):
            continue
        say(f"lint: {step.name}")
        code, output = _run(step.check)
        if code:
            print(output.rstrip(), flush=True)
            tally.failures.append(f"lint {step.name}")
        else:
            tally.passed += 1
    return tally


def check_translations(ready: Stack, database: str) -> Tally:
    """Compare the terms that Odoo finds in a database with the Russian translations on the disk."""
    say(f"lint: {TRANSLATIONS}")
    problems = i18n.problems(ready, database)
    if not problems:
        return Tally(passed=1)
    print("\n".join(problems), flush=True)
    return Tally(failures=[f'lint {TRANSLATIONS}: {len(problems)} problems, "./crm i18n" updates the files'])


def _steps() -> list[Step]:
    ours = [ADDONS / name for name in addons.names()]
    po_files = sorted(ADDONS.glob("*/i18n/*.po"))
    browser_files = [
        path
        for path in sorted(ADDONS.rglob("*"))
        if path.suffix in (".xml", ".js") and "lib" not in path.parts
    ]
    ruff, prettier = _tool("ruff"), node.prettier()
    steps = [
        Step("ruff check", [ruff, "check", "--no-cache", ROOT], [ruff, "check", "--no-cache", "--fix", ROOT]),
        Step(
            "ruff format",
            [ruff, "format", "--no-cache", "--check", ROOT],
            [ruff, "format", "--no-cache", ROOT],
        ),
    ]
    if ours:
        checks = _tool("oca-checks-odoo-module")
        # README.rst is generated from readme/ where an add-on is published; rooms extend a model each
        pylint = [_tool("pylint"), "--disable=missing-readme,consider-merging-classes-inherited"]
        steps.append(Step("pylint-odoo", [*pylint, "--ignore=tests", *ours]))
        # It knows tests by their folder, but not those in a room of it
        untranslated = "--disable=translation-required,odoo-addons-relative-import"
        tests = [path for folder in ours if (path := folder / "tests").is_dir()]
        steps.append(Step("pylint-odoo for tests", [*pylint, untranslated, *tests]))
        steps.append(Step("oca-checks-odoo-module", [checks, *ours], [checks, "--fix", *ours]))
    if po_files:
        steps.append(Step("oca-checks-po", [_tool("oca-checks-po"), *po_files]))
    if browser_files:
        steps.append(
            Step(
                "prettier",
                [*prettier, "--check", *browser_files],
                [*prettier, "--write", "--log-level=warn", *browser_files],
            )
        )
    return steps


def _tool(name: str) -> Path:
    return VENV / "bin" / name


def _run(command: Sequence) -> tuple[int, str]:
    if not command:
        return 0, ""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        env={**os.environ, "PYLINTHOME": str(LOGS / "pylint"), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return done.returncode, done.stdout
