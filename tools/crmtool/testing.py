"""``./crm test``: lint, the add-ons' tests, the black-box tests, one line of counts, nothing left behind."""

import argparse
import contextlib
import shutil
from collections.abc import Callable, Iterator

from . import addons, blackbox, browser, cluster, lint, odootests, postgres, stack, templates, testrun
from .console import CrmError, say, warn
from .testrun import Tally, TestRun


def test(args: argparse.Namespace) -> int:
    """Run the tests that were asked for; the exit code is 0 only if some ran and none failed."""
    total = Tally()
    try:
        with _counted(total):
            _run(args, total)
    except KeyboardInterrupt:
        total.failures.append("interrupted")
    for failure in total.failures:
        print(f"FAILED {failure}")
    if not total.passed and not total.failed:
        print("nothing ran: no test meets the expression of -k")
    print(total.line(), flush=True)
    return 0 if total.passed and not total.failed else 1


def _run(args: argparse.Namespace, total: Tally) -> None:
    was_running = postgres.is_named() or cluster.running()
    with stack.setup_lock():
        ready = stack.ensure(development=True)
        browser.ensure()
        for demo in (*([] if args.e2e else [False]), *([] if args.addon else [True])):
            templates.of_dependencies(ready, addons.names(), demo)
    shutil.rmtree(testrun.FAILURES, ignore_errors=True)
    try:
        with TestRun.of(ready) as run:
            try:
                for part in _parts(args):
                    with _counted(total):
                        part(ready, run, args.expression, total)
            finally:
                say("cleaning up")
    finally:
        if postgres.is_named():
            templates.drop_all(ready)
        testrun.release_postgres(was_running)


def _parts(args: argparse.Namespace) -> list[Callable]:
    """Return what to run: everything, or the one part that was asked for."""
    if args.addon:
        return [_addon]
    if args.e2e:
        return [_black_box]
    return [_lint, _addon_and_translations, _black_box]


def _lint(ready: stack.Stack, run: TestRun, expression: str | None, total: Tally) -> None:
    total.add(lint.check(expression))


def _addon(ready: stack.Stack, run: TestRun, expression: str | None, total: Tally) -> str | None:
    counts, database = odootests.run(ready, run, expression)
    total.add(counts)
    return database


def _addon_and_translations(ready: stack.Stack, run: TestRun, expression: str | None, total: Tally) -> None:
    database = _addon(ready, run, expression, total)
    if database and not expression:
        total.add(lint.check_translations(ready, database))


def _black_box(ready: stack.Stack, run: TestRun, expression: str | None, total: Tally) -> None:
    with stack.setup_lock():
        templates.of_addons(ready, addons.names(), "en_US")
    total.add(blackbox.run(ready, expression))


@contextlib.contextmanager
def _counted(total: Tally) -> Iterator[None]:
    """Count what could not be done as a failure, and go on with the rest."""
    try:
        yield
    except CrmError as error:
        warn(str(error))
        total.failures.append(str(error).partition("\n")[0])
