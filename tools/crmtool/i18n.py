"""Terms of our add-ons: exported by Odoo itself, merged into i18n/, compared with the Russian ones."""

import argparse
import json
import tempfile
from pathlib import Path

from . import addons, process, pyenv, stack, templates, testrun
from .console import CrmError
from .layout import ADDONS, LOGS
from .stack import Stack
from .testrun import TestRun

SCRIPT = Path(__file__).with_name("po_files.py")
LANGUAGE = "ru"


def i18n(args: argparse.Namespace) -> int:
    """Bring the .pot and ru.po files of our add-ons up to date with the sources."""
    with stack.setup_lock():
        ready = stack.ensure_for_tests()
        with TestRun.of(ready) as run:
            for line in _work(ready, fresh_database(ready, run), "merge"):
                print(line)
        testrun.release_postgres()
    return 0


def problems(ready: Stack, database: str) -> list[str]:
    """Return a line for each term without a Russian translation, and for each translation without a term."""
    return _work(ready, database, "check") if addons.names() else []


def fresh_database(ready: Stack, run: TestRun) -> str:
    """Return a new database with all our add-ons as they are on the disk now."""
    name = run.database("terms")
    templates.create(ready, name, addons.names(), demo=False, lang="en_US")
    return name


def _work(ready: Stack, database: str, task: str) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="crm-terms-") as folder:
        terms = Path(folder) / "terms.pot"
        log = LOGS / "terms.log"
        code, tail = process.stream(
            ready.command(
                "i18n", "export", "-c", stack.CONF, "-d", database, "-l", "pot", "-o", terms, *addons.names()
            ),
            log,
            lambda line: None,
            env=ready.environment(),
        )
        if code or not terms.exists():
            raise CrmError("\n".join((f"Odoo could not export the terms, the log is {log}", *tail)))
        answer = process.run(
            [pyenv.PYTHON, SCRIPT, task, terms, ADDONS, LANGUAGE, json.dumps(addons.names())],
            "the .po files could not be read",
        )
    return answer.splitlines()
