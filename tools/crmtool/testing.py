"""``./crm test``: lint, the add-ons' tests and the black-box tests side by side, counted in one line."""

import argparse
import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import date
from pathlib import Path

from . import (
    addons,
    blackbox,
    browser,
    changed,
    clock,
    cluster,
    lint,
    odootests,
    postgres,
    process,
    selection,
    stack,
    templates,
    testrun,
)
from .console import CrmError, say, warn
from .layout import ADDONS, ROOT, STATE, TESTS
from .plan import Plan
from .testrun import Tally, TestRun

OUTCOME = STATE / "last-test.json"
SLOWEST = 10
MOST_SIDE_BY_SIDE = 4
CLOCKS_DIFFER = 30  # seconds


def test(args: argparse.Namespace) -> int:
    """Run the tests that were asked for; the exit code is 0 only if some ran and none failed."""
    total = Tally()
    began = time.time()
    try:
        with _counted(total):
            _run(args, total)
    except KeyboardInterrupt:
        total.failures.append("interrupted")
    _report(args, total, began)
    return 0 if total.passed and not total.failed else 1


def _run(args: argparse.Namespace, total: Tally) -> None:
    if args.at and testrun.any_alive():
        raise CrmError("other tests are running: PostgreSQL cannot have another clock meanwhile")
    clock.set_to(args.at)
    if args.at:
        cluster.stop(cluster.TESTS)
    with stack.setup_lock():
        ready = stack.ensure_for_tests()
        browser.ensure()
    _check_clock(ready)
    shutil.rmtree(testrun.FAILURES, ignore_errors=True)
    try:
        with TestRun.of(ready) as run:
            try:
                _work(args, ready, run, total)
            finally:
                say("cleaning up")
    finally:
        if postgres.is_named():
            templates.drop_all(ready)
        else:
            testrun.release_postgres()


def _check_clock(ready: stack.Stack) -> None:
    """Make sure that PostgreSQL has the clock of ``--at``, if it was given."""
    if not clock.shift():
        return
    seconds = float(ready.query("postgres", "SELECT EXTRACT(EPOCH FROM clock_timestamp())"))
    if abs(seconds - time.time() - clock.shift()) > CLOCKS_DIFFER:
        raise CrmError("PostgreSQL does not have the clock of this run: --at needs the private cluster")


def _work(args: argparse.Namespace, ready: stack.Stack, run: TestRun, total: Tally) -> None:
    """Do what was asked for, several things side by side."""
    side_by_side = args.jobs or max(2, min(os.cpu_count() or 1, MOST_SIDE_BY_SIDE))
    seed = int(f"{date.today():%Y%m%d}") if args.seed is None else args.seed
    tests = None
    jobs: list[Callable[[], Tally]] = []
    ours, black_box = _files(args)
    if not args.e2e and ours != [] and selection.may_choose(args.expression, addons.names()):
        plan = Plan(str(run.folder / "turns"), seed, args.expression, ours)
        tests = odootests.AddonTests(ready, run, plan)
    if not args.addon and not args.e2e and not args.at:
        jobs.append(lambda: lint.check(args.expression))
    if tests:
        jobs.append(lambda: tests.work(1))
    if not args.addon and black_box != []:
        jobs.append(lambda: blackbox.run(ready, seed, args.expression, black_box))
    if tests:
        jobs += [lambda number=number: tests.work(number) for number in range(2, side_by_side + 1)]
    if tests and _is_whole(args):
        jobs.append(lambda: lint.check_translations(ready, tests.database("terms")))
    _side_by_side(jobs, side_by_side, total)
    if tests:
        total.add(tests.count())


def _files(args: argparse.Namespace) -> tuple[list[str] | None, list[Path] | None]:
    """Return the test files that ``--changed`` chooses: of the add-ons, and of tests/; None: all of them."""
    if args.changed is None:
        return None, None
    files = changed.test_files(args.changed or None)
    ours = [f"{path.relative_to(ADDONS).parts[0]}/{path.stem}" for path in files if ADDONS in path.parents]
    black_box = [path for path in files if TESTS in path.parents]
    say(f"changed: {len(ours)} test files of add-ons and {len(black_box)} of black-box tests")
    return ours, black_box


def _is_whole(args: argparse.Namespace) -> bool:
    """Tell whether everything is run that a landing needs."""
    return not (args.addon or args.e2e or args.at or args.expression or args.changed is not None)


def _side_by_side(jobs: list[Callable[[], Tally]], count: int, total: Tally) -> None:
    """Work on ``count`` jobs at a time, in their order, and add up what they count."""
    with ThreadPoolExecutor(count) as pool:
        try:
            for future in as_completed([pool.submit(job) for job in jobs]):
                with _counted(total):
                    total.add(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            process.stop_children()
            raise


@contextlib.contextmanager
def _counted(total: Tally) -> Iterator[None]:
    """Count what could not be done as a failure, and go on with the rest."""
    try:
        yield
    except CrmError as error:
        warn(str(error))
        total.failures.append(str(error).partition("\n")[0])


def _report(args: argparse.Namespace, total: Tally, began: float) -> None:
    """Say what was counted, last of all in one line, and keep it for ``./crm status``."""
    for failure in total.failures:
        print(f"FAILED {failure}")
    if not total.passed and not total.failed:
        print("nothing ran: no test meets the expression of -k")
    if total.seconds:
        print(f"the {SLOWEST} slowest:")
    for name, seconds in total.slowest(SLOWEST):
        print(f"  {seconds:7.1f} s  {name}")
    outcome = {
        "commit": _commit(),
        "of": "add-on tests" if args.addon else "black-box tests" if args.e2e else "everything",
        "expression": args.expression,
        "at": args.at,
        "passed": total.passed,
        "failed": total.failed,
        "skipped": total.skipped,
        "failures": total.failures,
        "began": round(began),
        "seconds": round(time.time() - began),
    }
    OUTCOME.write_text(json.dumps(outcome, indent=2) + "\n")
    if _is_whole(args) and not total.failed and not outcome["commit"].endswith("-dirty"):
        changed.remember_green(outcome["commit"])
    print(f"took {outcome['seconds']} s")
    print(total.line(), flush=True)


def last() -> str:
    """Return a sentence about the last run of the tests."""
    try:
        outcome = json.loads(OUTCOME.read_text())
    except (OSError, ValueError):
        return "not run yet"
    chosen = f" -k {outcome['expression']!r}" if outcome["expression"] else ""
    chosen += f" --at {outcome['at']!r}" if outcome.get("at") else ""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(outcome["began"]))
    return (
        f"{outcome['passed']} passed, {outcome['failed']} failed, {outcome['skipped']} skipped, "
        f"{outcome['of']}{chosen} at {outcome['commit']}, {when}, {outcome['seconds']} s"
    )


def _commit() -> str:
    """Return the commit that the sources are at, marked where they differ from it."""
    try:
        return process.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], "no commit").strip()
    except CrmError:
        return "no commit"
