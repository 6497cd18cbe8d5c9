"""Odoo's server as a background process: start, wait until it answers, stop."""

import http.client
import json
import os
import socket
import subprocess
import time
from pathlib import Path

from . import process
from .console import CrmError, say
from .layout import CONF, LOGS, STATE
from .stack import Stack

HOST = "127.0.0.1"
RECORD = STATE / "server.json"
LOG = LOGS / "server.log"
LOG_LIMIT = 20 * 1024 * 1024
PATIENCE = 180


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    """Tell whether a server can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def launch(stack: Stack, database: str, port: int, log: Path, *options: str) -> subprocess.Popen:
    """Start a server in a process group of its own and return at once."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            stack.command(
                *("-c", CONF, "-d", database, f"--db-filter=^{database}$"),
                *(f"--http-interface={HOST}", f"--http-port={port}"),
                *options,
            ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=stack.environment(),
            start_new_session=True,
        )


def wait_ready(proc: subprocess.Popen, port: int, log: Path) -> None:
    """Return when the login page answers; a server that ends or hangs is an error that shows its log."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if proc.poll() is not None:
            raise CrmError(f"the server ended while starting, the end of its log {log}:\n{_tail(log)}")
        if answers(port):
            return
        time.sleep(0.2)
    process.stop_group(proc.pid, proc)
    raise CrmError(f"the server did not answer within {PATIENCE} s, the end of its log {log}:\n{_tail(log)}")


def answers(port: int, page: str = "/web/login") -> bool:
    """Tell whether a server answers there with a page."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", page)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


# -- the one server of ./crm up ----------------------------------------------------------------------------


def record() -> dict:
    """Return what the last ``up`` started: pid, port, db."""
    try:
        return json.loads(RECORD.read_text())
    except (OSError, ValueError):
        return {}


def running() -> dict:
    """Return the record of the server if it runs."""
    found = record()
    return found if found and _is_ours(found.get("pid")) else {}


def start(stack: Stack, database: str, port: int) -> None:
    """Start the server of ``up`` and wait until it answers."""
    if LOG.exists() and LOG.stat().st_size > LOG_LIMIT:
        LOG.replace(LOG.with_suffix(".log.1"))
    say("starting the server")
    proc = launch(stack, database, port, LOG)
    RECORD.write_text(json.dumps({"pid": proc.pid, "port": port, "db": database}))
    try:
        wait_ready(proc, port, LOG)
    except BaseException:
        process.stop_group(proc.pid, proc)
        raise


def stop() -> bool:
    """Stop the server of ``up``; tell whether it was running."""
    found = running()
    if not found:
        return False
    process.stop_group(found["pid"])
    return True


def _is_ours(pid: int | None) -> bool:
    """Tell whether the process is Odoo of this very state folder, not one that got the number later."""
    if not pid or not process.alive(pid):
        return False
    try:
        return os.fsencode(CONF) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _tail(log: Path, lines: int = 30) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
