"""``./crm test``: lint, the add-ons' tests, the black-box tests, one line of counts, nothing left behind."""

import argparse
import os
import shutil

from . import addons, blackbox, browser, lint, odootests, postgres, stack, templates, testrun
from .console import CrmError, say, warn
from .testrun import Tally, TestRun


def test(args: argparse.Namespace) -> int:
    """Run the tests that were asked for; the exit code is 0 only if some ran and none failed."""
    everything = not (args.addon or args.e2e)
    total = Tally()
    try:
        _run(args, everything, total)
    except CrmError as error:
        warn(str(error))
        total.failures.append(str(error).partition("\n")[0])
    except KeyboardInterrupt:
        total.failures.append("interrupted")
    for failure in total.failures:
        print(f"FAILED {failure}")
    print(total.line(), flush=True)
    return 0 if total.passed and not total.failed else 1


def _run(args: argparse.Namespace, everything: bool, total: Tally) -> None:
    was_running = postgres.is_named() or postgres.private_running()
    with stack.setup_lock():
        ready = stack.ensure(development=True)
        browser.ensure()
        testrun.clean_stale(ready)
        _build_templates(ready, args, everything)
    run = TestRun.begin()
    shutil.rmtree(testrun.FAILURES, ignore_errors=True)
    os.environ[testrun.RUN_VARIABLE] = str(run.leader)
    try:
        if everything:
            total.add(lint.check(args.expression))
        if everything or args.addon:
            counts, database = odootests.run(ready, run, args.expression)
            total.add(counts)
            if everything and database and not args.expression:
                total.add(lint.check_translations(ready, database))
        if everything or args.e2e:
            total.add(blackbox.run(ready, args.expression))
    finally:
        say("cleaning up")
        run.clean(ready)
        if postgres.is_named():
            templates.drop_all(ready)
        testrun.release_postgres(was_running)


def _build_templates(ready: stack.Stack, args: argparse.Namespace, everything: bool) -> None:
    ours = addons.names()
    if everything or args.addon:
        templates.of_dependencies(ready, ours, demo=False)
    if (everything or args.e2e) and ours:
        templates.of_addons(ready, ours, "en_US")
