"""``./crm bench NAME``: a program of bench/ run beside a PostgreSQL and an Odoo that are ready for it."""

import argparse
from pathlib import Path

from . import addons, process, pyenv, stack, templates
from .console import CrmError
from .layout import BENCH, ROOT
from .testrun import TestRun


def programs() -> dict[str, Path]:
    """Return the measurements by their names."""
    return {path.stem: path for path in sorted(BENCH.glob("*.py")) if "__main__" in path.read_text("utf-8")}


def environment(ready: stack.Stack, database: str, without: str) -> dict[str, str]:
    """Return the environment in which a measurement finds its databases.

    :param database: with our add-ons; the measurement may write into it, and make others of a longer name
    :param without: without our add-ons; it may be cloned
    """
    return {
        **ready.environment(),
        "CRM_BENCH_DB": database,
        "CRM_BENCH_WITHOUT": without,
        "CRM_ODOO_COMMAND": str(pyenv.LAUNCHER),
        "PYTHONPATH": str(ROOT / "tools"),
    }


def bench(args: argparse.Namespace) -> int:
    """Run bench/NAME.py beside CRM_BENCH_DB, our add-ons without demo data, and CRM_BENCH_WITHOUT, the same
    without our add-ons.

    The program may clone both; databases whose names begin with that one's go with it at the end.
    """
    known = programs()
    if args.name not in known:
        raise CrmError(f"there is no measurement {args.name}; known: {', '.join(known) or 'none yet'}")
    with stack.setup_lock():
        ready = stack.ensure(development=True)
    with TestRun.of(ready) as run:
        database = run.database("bench")
        with stack.setup_lock():
            templates.create(ready, database, addons.names(), demo=False, lang="en_US")
            without = templates.of_dependencies(ready, addons.names())
        env = environment(ready, database, without)
        with process.child([pyenv.PYTHON, known[args.name], *args.rest], env=env, cwd=ROOT) as proc:
            return proc.wait()
