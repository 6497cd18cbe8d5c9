"""A user at the browser: logged in, and with everything that the browser's console complained about."""

import os
from pathlib import Path

from crmtool import clock
from playwright.sync_api import Browser, ConsoleMessage, Page

from .nodes import Node

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 30_000


class Desk:
    """One browser window of one user.

    >>> desk = open_desk(server, "manager1")
    >>> desk.open("/odoo/action-sales_crm.action_my_day")
    >>> desk.page.get_by_role("button", name="Done").first.click()
    """

    def __init__(self, browser: Browser, node: Node, login: str | None, **options):
        self.node = node
        self.login = login
        self.console_errors: list[str] = []
        self.context = browser.new_context(base_url=node.base_url, locale="en-US", **options)
        self.context.set_default_timeout(PATIENCE)
        if clock.script():
            self.context.add_init_script(clock.script())
        if login:
            session = node.session(login)
            self.context.add_cookies([{"name": "session_id", "value": session.cookie, "url": node.base_url}])
        self.page: Page = self.context.new_page()
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def open(self, path: str = "/odoo") -> Page:
        """Go to a page of the web client and wait until its frame is there."""
        self.page.goto(path)
        self.page.locator(".o_main_navbar").wait_for()
        return self.page

    def screenshot(self, folder: Path, name: str) -> None:
        """Keep what the user sees now."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png")

    def close(self) -> None:
        """Close the window."""
        self.context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(f"{message.text} ({message.location.get('url', '')})")


def launch(playwright) -> Browser:
    """Start the machine's Chromium."""
    return playwright.chromium.launch(executable_path=os.environ["CRM_BROWSER"], args=list(FLAGS))
