"""Servers under test: each a process of its own, several on one database if a test wants them."""

import os
import signal
import subprocess
from pathlib import Path

from crmtool import process, server
from crmtool.stack import Stack
from crmtool.testrun import TestRun

from .clients import Json2, Session, XmlRpc

SHELL_TIMEOUT = 600


class Node:
    """One Odoo server on a free port.

    >>> node = start_node(make_database())
    >>> node.session("head").call("res.partner", "search_count", [])
    >>> node.kill()      # as the power goes off
    >>> node.start()     # the same database again
    """

    def __init__(self, stack: Stack, run: TestRun, database: str, *options: str):
        self.stack = stack
        self.run = run
        self.db = database
        self.options = options
        self.port = server.free_port()
        self.base_url = f"http://{server.HOST}:{self.port}"
        self.log = run.folder / f"{database}-{self.port}.log"
        self.process: subprocess.Popen | None = None

    def start(self) -> "Node":
        """Start the server and wait until it answers."""
        self.process = server.launch(self.stack, self.db, self.port, self.log, *self.options)
        self.run.register(self.process.pid)
        server.wait_ready(self.process, self.port, self.log)
        return self

    def stop(self) -> None:
        """End the server as an administrator does."""
        if self.process:
            process.stop_group(self.process.pid, self.process)

    def kill(self) -> None:
        """End the server in the middle of whatever it does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def session(self, login: str, password: str | None = None) -> Session:
        """Log in as the browser does; the password is the login unless it is given."""
        return Session(self.base_url, self.db, login, password)

    def xmlrpc(self, login: str, password: str | None = None) -> XmlRpc:
        """Return a client of the XML-RPC API."""
        return XmlRpc(self.base_url, self.db, login, password)

    def json2(self, login: str) -> Json2:
        """Return a client of the JSON-2 API with a new key of the user."""
        key = self.shell(
            f"user = env['res.users'].search([('login', '=', {login!r})])\n"
            "keys = env['res.users.apikeys'].with_user(user).sudo()\n"
            "from datetime import datetime, timedelta\n"
            "print('key:', keys._generate('rpc', 'black-box test', datetime.now() + timedelta(days=1)))\n"
            "env.cr.commit()\n"
        )
        return Json2(self.base_url, key.split("key: ")[1].split()[0])

    def query(self, sql: str) -> str:
        """Run one SQL statement past the server; columns are separated by | and rows by line ends."""
        return self.stack.query(self.db, sql)

    def shell(self, code: str) -> str:
        """Run Python in Odoo's shell, another process on the same database, and return what it printed."""
        return odoo_shell(self.stack, self.db, code)

    def log_text(self) -> str:
        """Return what the server logged."""
        return Path(self.log).read_text("utf-8", "replace")


def odoo_shell(stack: Stack, database: str, code: str) -> str:
    """Run Python in Odoo's shell on a database."""
    return stack.shell(database, code, timeout=SHELL_TIMEOUT)
