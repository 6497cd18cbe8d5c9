"""The browser for tours and black-box tests: the machine's Chromium, installed where that is allowed."""

import shutil

from . import apt

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the browser's program."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def ensure() -> str:
    """Return the browser's program, installed if it is missing."""
    if not find():
        apt.install(["chromium"], "Chromium")
    return find()
