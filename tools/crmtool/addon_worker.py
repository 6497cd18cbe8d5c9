"""One of several Odoo processes that share the add-ons' tests: each runs the next class not begun yet.

Started as ``python -m crmtool.addon_worker OPTIONS_OF_ODOO``, with a plan in the environment.
"""

import logging
import time
from collections.abc import Iterator

import odoo.cli
from odoo.tests import loader
from odoo.tests.common import ChromeBrowser, HttpCase
from odoo.tests.suite import OdooSuite

from . import clock
from .plan import Plan

_logger = logging.getLogger("crmtool.addon_worker")


class SharedSuite(OdooSuite):
    """The chosen tests, class by class in the order of the plan, as long as there are any left to take."""

    def __init__(self, tests, plan: Plan):
        super().__init__(test for test in tests if plan.chooses(*_address(test)))
        self.plan = plan
        self.set_up = 0.0

    def __iter__(self) -> Iterator:
        classes = {}
        for test in self._tests:
            classes.setdefault(".".join(_address(test)[:-1]), []).append(test)
        _logger.info("%d tests chosen", len(self._tests))
        for name in self.plan.take(classes):
            for test in classes[name]:
                self.set_up = 0.0
                began = time.monotonic()
                yield test
                _tell(test, time.monotonic() - began - self.set_up)

    def _handleClassSetUp(self, test, result):
        began = time.monotonic()
        super()._handleClassSetUp(test, result)
        if result._previousTestClass is not type(test):
            self.set_up = time.monotonic() - began
            _tell(test, self.set_up, "setUpClass")

    def has_http_case(self) -> bool:
        """Tell whether the bundles are needed, without taking a class."""
        return any(isinstance(test, HttpCase) for test in self._tests)


def _address(test) -> tuple[str, ...]:
    """Return add-on, file, class and method of a test."""
    return (
        test.test_module,
        type(test).__module__.rpartition(".")[2],
        type(test).__name__,
        test._testMethodName,
    )


def _tell(test, seconds: float, part: str | None = None) -> None:
    addon, _file, case, method = _address(test)
    _logger.info("%.2f s: %s:%s.%s", seconds, addon, case, part or method)


def _with_clock(init):
    """Let a browser's pages have the clock of the tests."""

    def init_with_clock(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self._websocket_request("Page.addScriptToEvaluateOnNewDocument", params={"source": clock.script()})

    return init_with_clock


def main() -> None:
    """Run Odoo with the tests of the plan instead of all that its options name."""
    plan = Plan.current()
    make_suite = loader.make_suite

    def make_shared_suite(module_names, position="at_install"):
        suite = make_suite(module_names, position)
        if position == "post_install":
            return SharedSuite(suite._tests, plan)
        # the add-ons are in the database already
        for test in suite:
            _logger.error('%s: tag it "post_install" and "-at_install"', ".".join(_address(test)))
        return type(suite)()

    loader.make_suite = make_shared_suite
    if clock.shift():
        ChromeBrowser.__init__ = _with_clock(ChromeBrowser.__init__)
    odoo.cli.main()


if __name__ == "__main__":
    main()
