"""Each measurement of bench/ still runs: with tiny numbers, to its end, and prints its figures."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from crmtool import addons, bench, databases, odootests, process, pyenv, templates
from crmtool import stack as stacks
from crmtool.layout import ROOT

PATIENCE = 300

# name -> (its sizes, what stands among its figures)
SMALL = {
    "access": (
        "--clients 1100 --managers 30 --activities 600 --rules 1 --handover 101 --runs 1",
        ["client list", "activity pivot", "hand-over of 101 clients", "× plain SQL", "queries per batch"],
    ),
    "cadence": (
        "--managers 3 --clients 30 --mass 20 --stock 5 --runs 1",
        ["90 turns", "activities of the day, 18", "preview of 30 days, 3 managers", "× faster"],
    ),
    "card": (
        "--clients 50 --activities 100 --messages 100 --managers 5 --runs 1",
        ["card, stock", "card with chatter", "× SQL of three tables"],
    ),
    "carry": (
        "--activities 100 --overdue 20 --runs 1",
        ["20 overdue among 100 activities", "Odoo write()", "× plain SQL"],
    ),
    "client_class": (
        "--clients 20 --invoices 200 --runs 1",
        ["first night", "0 clients differ", "× plain SQL"],
    ),
    "credit": (
        "--clients 5 --invoices 20 --orders 20 --post 2 --runs 1",
        ["1 clients: plain SQL", "search by state", "posting 2 invoices, clock"],
    ),
    "credit_before": (f"{ROOT} --clients 5 --invoices 20 --orders 20 --runs 1", ["0 answers differ"]),
    "funnel": ("--deals 50 --runs 1", ["50 deals", "picture", "a change of stage"]),
    "growth": ("--orders 200 --runs 1", ["200 orders", "ours, manager, category", "× plain SQL"]),
    "import": ("--clients 20 --runs 1", ["20 clients", "ours: read", "load() takes"]),
    "performance": ("--orders 200 --runs 1", ["200 orders", "ours, manager", "stock sale.report takes"]),
    "plan": (
        "--managers 2 --history 50 --activities 100 --runs 1",
        ["Morning run, 2 managers", "100 done activities", "stock mail.activity"],
    ),
    "reminder": (
        "--browsers 3 --tasks 10 --history 50 --runs 1",
        ["Reminders, 3 browsers", "first loads, with the digest", "push, a minute without", "× plain SQL"],
    ),
    "search": ("--clients 2400 --managers 5 --runs 1", ["ratio", "phone, its end", "look-alike letters"]),
    "team_day": (
        "--managers 2 --history 50 --runs 1",
        ["Team Day, 2 managers", "ours, a list of all", "× plain SQL"],
    ),
    "statistics_of_import": ("--deals 5 --runs 1", ["fresh: ", "vacuum, not counted: "]),
}
RUN_BY_PLAN = {"plan_morning", "plan_report"}


@pytest.fixture(scope="module")
def done(stack, run):
    """Each measurement's end, on a clone of its own; two of them at a time."""
    with stacks.setup_lock():
        source = templates.of_addon_tests(stack, addons.names(), odootests.BESIDE)
        without = templates.of_dependencies(stack, addons.names())
        for name in SMALL:
            databases.clone(stack, source, run.database(f"bench_{name}"))

    def work(name):
        sizes, _figures = SMALL[name]
        log = run.folder / f"bench-{name}.log"
        code, said = process.stream(
            [pyenv.PYTHON, bench.programs()[name], *sizes.split()],
            log,
            lambda line: None,
            timeout=PATIENCE,
            tail_lines=None,
            env=bench.environment(stack, run.database(f"bench_{name}"), without),
            cwd=ROOT,
        )
        databases.drop(stack, run.database(f"bench_{name}"))
        return subprocess.CompletedProcess(name, code, "\n".join(said))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(SMALL, pool.map(work, SMALL), strict=True))


def test_each_is_run_here():
    assert SMALL.keys() | RUN_BY_PLAN == bench.programs().keys()


@pytest.mark.parametrize("name", SMALL)
def test_it_ends_with_its_figures(done, name):
    assert done[name].returncode == 0, done[name].stdout
    for figure in SMALL[name][1]:
        assert figure in done[name].stdout, done[name].stdout
