"""Fixtures of the black-box tests: databases, servers, browser windows; all gone when the run ends."""

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from crmtool import addons, databases, templates
from crmtool import stack as stacks
from crmtool.testrun import RUN_VARIABLE, TestRun
from playwright.sync_api import Browser, sync_playwright
from support import desk as desks
from support.nodes import Node

OUTCOME = pytest.StashKey[pytest.TestReport]()


def pytest_sessionstart(session: pytest.Session) -> None:
    if RUN_VARIABLE not in os.environ:
        pytest.exit('run these tests with "./crm test --e2e", it cleans up behind them', returncode=2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    if report.when == "call":
        item.stash[OUTCOME] = report
    return report


@pytest.fixture(scope="session")
def stack() -> stacks.Stack:
    """Odoo and PostgreSQL, ready to run."""
    return stacks.ensure_for_tests()


@pytest.fixture(scope="session")
def run() -> TestRun:
    """The run that these tests belong to; what is registered with it ends with it."""
    return TestRun.current()


@pytest.fixture(scope="session")
def make_database(stack: stacks.Stack, run: TestRun) -> Iterator[Callable[..., str]]:
    """Create databases with our add-ons: ``make_database("import", demo=False, lang="ru_RU")``."""
    made = []

    @functools.cache
    def template(lang: str) -> str:
        """Return a template of this very run: the common one changes with the sources."""
        name = run.database(f"template_{lang.lower()}")
        with stacks.setup_lock():
            databases.clone(stack, templates.of_addons(stack, addons.names(), lang), name)
        made.append(name)
        return name

    def make(purpose: str, *, demo: bool = True, lang: str = "en_US") -> str:
        name = run.database(purpose)
        made.append(name)
        if demo:
            databases.clone(stack, template(lang), name)
        else:
            with stacks.setup_lock():
                templates.create(stack, name, addons.names(), demo=False, lang=lang)
        return name

    yield make
    for name in made:
        databases.drop(stack, name)


@pytest.fixture(scope="session")
def start_node(stack: stacks.Stack, run: TestRun, make_database) -> Iterator[Callable[..., Node]]:
    """Start servers: ``start_node(database, "--max-cron-threads=0")``; several may share a database."""
    started = []

    def start(database: str, *options: str) -> Node:
        node = Node(stack, run, database, *options)
        started.append(node)
        return node.start()

    yield start
    # each takes some seconds to end politely
    with ThreadPoolExecutor() as pool:
        list(pool.map(Node.stop, started))


@pytest.fixture(scope="session")
def server(start_node, make_database) -> Node:
    """The server that most tests share: demo data, English; tests leave it as they found it."""
    return start_node(make_database("server"))


@pytest.fixture(scope="session")
def two_servers(start_node, make_database) -> list[Node]:
    """Two servers on one database, for tests in which many press at once, for clients of their own."""
    database = make_database("credit")
    return [start_node(database, "--max-cron-threads=0") for _ in range(2)]


@pytest.fixture(scope="session")
def russian_server(start_node, make_database) -> Node:
    """A server whose database was created in Russian, with the demo data in Russian."""
    return start_node(make_database("russian", lang="ru_RU"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = desks.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_desk(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., desks.Desk]]:
    """Open browser windows: ``open_desk(server, "manager1")``.

    A failed test leaves a screenshot of each. A test passes only if no console complained; one that provokes
    complaints empties ``desk.console_errors`` after looking at them.
    """
    opened: list[desks.Desk] = []

    def open_one(node: Node, login: str | None = None, **options) -> desks.Desk:
        opened.append(desks.Desk(chromium, node, login, **options))
        return opened[-1]

    yield open_one
    report = request.node.stash.get(OUTCOME, None)
    for number, desk in enumerate(opened):
        if report is None or report.failed:
            desk.screenshot(Path(os.environ["CRM_FAILURES"]), f"{request.node.name}-{number}")
        desk.close()
    complaints = [complaint for desk in opened for complaint in desk.console_errors]
    assert not complaints, "the browser's console complained:\n" + "\n".join(complaints)
