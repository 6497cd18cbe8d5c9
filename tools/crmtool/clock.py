"""The clock of a run of the tests: the machine's, or with ``./crm test --at`` another one for all programs.

libfaketime shifts the clock of Odoo, PostgreSQL and pytest by the same number of seconds. Chromium hangs with
it, so it is started without, and its pages get a shifted ``Date`` instead.
"""

import os
import shlex
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .console import CrmError
from .layout import STATE, VENV

AT_VARIABLE = "CRM_TEST_AT"
SHIFT_VARIABLE = "CRM_TEST_SHIFT"
FOLDER = STATE / "browser"
# A shifted Date, for all that runs in a page
SCRIPT = """
(() => {
    const RealDate = Date;
    const now = () => RealDate.now() + SHIFT * 1000;
    globalThis.Date = new Proxy(RealDate, {
        construct: (target, given, type) => Reflect.construct(target, given.length ? given : [now()], type),
        apply: () => new RealDate(now()).toString(),
        get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    });
    RealDate.prototype.constructor = globalThis.Date;
})();
"""


def parse(text: str) -> tuple[str, int]:
    """Read ``YYYY-MM-DD hh:mm [ZONE]``, of UTC without a zone.

    :return: the text, and the seconds from now until then
    """
    day, _space, rest = text.partition(" ")
    hour, _space, zone = rest.partition(" ")
    try:
        moment = datetime.strptime(f"{day} {hour}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone or "UTC"))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise CrmError(
            f"--at {text!r} is no time: write 'YYYY-MM-DD hh:mm' or add a zone: {error}"
        ) from error
    return text, round(moment.timestamp() - time.time())


def set_to(text: str | None) -> None:
    """Let all programs that this process and its children start have that clock."""
    if text:
        os.environ[AT_VARIABLE], shift = parse(text)
        os.environ[SHIFT_VARIABLE] = str(shift)


def at() -> str:
    """Return when the programs believe to have started, or an empty text."""
    return os.environ.get(AT_VARIABLE, "")


def shift() -> int:
    """Return the seconds by which their clock is ahead."""
    return int(os.environ.get(SHIFT_VARIABLE) or 0)


def environment() -> dict[str, str]:
    """Return what shifts the clock of a program."""
    if not shift():
        return {}
    return {
        AT_VARIABLE: at(),
        SHIFT_VARIABLE: str(shift()),
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"{shift():+d}",
        # what measures how long something takes goes on as before
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


def browser(program: str) -> str:
    """Return what starts the browser ``program``, from within programs whose clock is shifted."""
    if not shift():
        return program
    FOLDER.mkdir(parents=True, exist_ok=True)
    starter = FOLDER / Path(program).name
    starter.write_text(
        f'#!/bin/sh\nunset LD_PRELOAD FAKETIME\nexec {shlex.quote(program)} "$@"\n', encoding="utf-8"
    )
    starter.chmod(0o755)
    return str(starter)


def script() -> str:
    """Return what every page has to run before anything else, or an empty text."""
    return SCRIPT.replace("SHIFT", str(shift())) if shift() else ""


def _library() -> Path:
    # not Debian 12's, whose monotonic clock jumps now and then, so that time-outs come at once
    for found in VENV.glob("lib/python3*/site-packages/libfaketime/**/libfaketime.so.1"):
        return found
    raise CrmError("the package libfaketime, which --at needs, has no library for this machine")
