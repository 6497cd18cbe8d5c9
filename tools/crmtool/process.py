"""Running other programs: quietly, or line by line with the lines kept in a log."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .console import CrmError

TAIL_LINES = 30
_children: set[subprocess.Popen] = set()


def run(command: Sequence, error: str, **options) -> str:
    """Run ``command`` and return its output; a failure becomes ``error`` with the command's last words."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError as missing:
        raise CrmError(f"{error}: {missing.filename or command[0]} is not installed") from missing
    if done.returncode:
        raise CrmError(f"{error}: {last_words(done.stderr or done.stdout)}")
    return done.stdout


def last_words(text: str) -> str:
    """Return the line that best tells why a program failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [
        line
        for line in lines
        if line.lower().startswith(("e:", "error", "fatal", "dpkg-deb: error", "psql: error"))
    ]
    return (errors or lines or ["no message"])[-1]


@contextlib.contextmanager
def child(command: Sequence, **options) -> Iterator[subprocess.Popen]:
    """Start ``command`` in a process group of its own, which does not outlive the block."""
    proc = subprocess.Popen([str(part) for part in command], start_new_session=True, **options)
    _children.add(proc)
    try:
        yield proc
    finally:
        stop_group(proc.pid, proc)
        _children.discard(proc)


def stop_children() -> None:
    """End all that :func:`child` has started, whichever thread waits for it."""
    for proc in list(_children):
        stop_group(proc.pid, proc)


def stop_group(pid: int, proc: subprocess.Popen | None = None, patience: float = 10) -> None:
    """End a process group: politely, then for certain."""
    for sig, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, sig)
        if proc is None:
            if wait_gone(pid, wait):
                return
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                proc.wait(wait)
                # the leader is gone; what it left behind in its group goes too
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                return


def wait_gone(pid: int, seconds: float) -> bool:
    """Tell whether the process has ended within ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not alive(pid):
            return True
        time.sleep(0.1)
    return not alive(pid)


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def stream(
    command: Sequence,
    log: Path,
    on_line: Callable[[str], None],
    append: bool = False,
    timeout: float | None = None,
    tail_lines: int | None = TAIL_LINES,
    **options,
) -> tuple[int, list[str]]:
    """Run ``command``, log its output, hand each line to ``on_line``.

    :return: the exit code and the last lines, all of them with ``tail_lines=None``
    """
    tail: deque[str] = deque(maxlen=tail_lines)
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("a" if append else "w", encoding="utf-8") as kept,
        child(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        ) as proc,
    ):
        killer = threading.Timer(timeout, stop_group, (proc.pid,)) if timeout else None
        if killer:
            killer.daemon = True
            killer.start()
        for line in proc.stdout:
            kept.write(line)
            tail.append(line.rstrip("\n"))
            on_line(tail[-1])
        if killer:
            killer.cancel()
        return proc.wait(), list(tail)
