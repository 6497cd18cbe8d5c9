"""``./crm test``: lint, the add-ons' tests, the black-box tests, one line of counts, nothing left behind."""

import argparse
import shutil

from . import addons, blackbox, browser, lint, odootests, postgres, stack, templates, testrun
from .console import CrmError, say, warn
from .testrun import Tally, TestRun


def test(args: argparse.Namespace) -> int:
    """Run the tests that were asked for; the exit code is 0 only if some ran and none failed."""
    total = Tally()
    try:
        _run(args, total)
    except CrmError as error:
        warn(str(error))
        total.failures.append(str(error).partition("\n")[0])
    except KeyboardInterrupt:
        total.failures.append("interrupted")
    for failure in total.failures:
        print(f"FAILED {failure}")
    if not total.passed and not total.failed:
        print("nothing ran: no test meets the expression of -k")
    print(total.line(), flush=True)
    return 0 if total.passed and not total.failed else 1


def _run(args: argparse.Namespace, total: Tally) -> None:
    was_running = postgres.is_named() or postgres.private_running()
    with stack.setup_lock():
        ready = stack.ensure(development=True)
        browser.ensure()
        _build_templates(ready, args)
    shutil.rmtree(testrun.FAILURES, ignore_errors=True)
    try:
        with TestRun.of(ready) as run:
            _run_parts(ready, run, args, total)
            say("cleaning up")
    finally:
        if postgres.is_named():
            templates.drop_all(ready)
        testrun.release_postgres(was_running)


def _run_parts(ready: stack.Stack, run: TestRun, args: argparse.Namespace, total: Tally) -> None:
    everything = not (args.addon or args.e2e)
    if everything:
        total.add(lint.check(args.expression))
    if everything or args.addon:
        counts, database = odootests.run(ready, run, args.expression)
        total.add(counts)
        if everything and database and not args.expression:
            total.add(lint.check_translations(ready, database))
    if everything or args.e2e:
        total.add(blackbox.run(ready, args.expression))


def _build_templates(ready: stack.Stack, args: argparse.Namespace) -> None:
    ours = addons.names()
    if not args.e2e:
        templates.of_dependencies(ready, ours, demo=False)
    if not args.addon:
        templates.of_addons(ready, ours, "en_US")
