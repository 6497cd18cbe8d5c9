"""The virtual environment: exact versions from the requirements files, and a path to Odoo."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from .console import CrmError, Progress
from .layout import LOGS, ROOT, VENV
from .odoo import Odoo
from .process import last_words, run, stream

PYTHON = VENV / "bin" / "python"
RUNTIME = ROOT / "requirements.txt"
ADDON = ROOT / "requirements-addon.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
STAMP = VENV / "crm.json"
LAUNCHER = VENV / "bin" / "odoo"


def ensure(odoo: Odoo, development: bool = False) -> None:
    """Make the environment hold what the requirements files say and see ``odoo``."""
    if not _works():
        _create()
    _install(RUNTIME)
    _install(ADDON, "--no-deps")  # report_xlsx asks pip for an Odoo that no registry has
    if development:
        _install(DEVELOPMENT)
    _connect(odoo)


def requirements_hash() -> str:
    """Return a fingerprint of the packages that add modules to a database."""
    return hashlib.sha256(ADDON.read_bytes()).hexdigest()[:8]


def _works() -> bool:
    """Tell whether the environment is here, whole, and made at this very place."""
    if not STAMP.exists():
        return False
    try:
        probe = subprocess.run(
            [PYTHON, "-c", "import pip, sys; print(sys.prefix)"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    except OSError:
        return False
    return probe.returncode == 0 and Path(probe.stdout.strip()) == VENV


def _create() -> None:
    if Path(sys.prefix) == VENV:
        raise CrmError(f"the virtual environment {VENV} does not work, and this program runs in it")
    version = ".".join(map(str, sys.version_info[:3]))
    progress = Progress(f"creating the virtual environment with Python {version}")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", VENV], "the virtual environment could not be created")
    STAMP.write_text("{}")
    progress.done()


def _install(requirements: Path, *options: str) -> None:
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    installed = json.loads(STAMP.read_text())
    if installed.get(requirements.name) == wanted:
        return
    progress = Progress(f"installing Python packages of {requirements.name}")
    code, tail = stream(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            *options,
            "-r",
            requirements,
        ],
        LOGS / "pip.log",
        lambda line: (
            progress.update(line[:100]) if line.startswith(("Collecting", "Building", "Installing")) else None
        ),
    )
    if code:
        raise CrmError(
            f"the packages of {requirements.name} could not be installed: {last_words(chr(10).join(tail))}"
        )
    STAMP.write_text(json.dumps({**installed, requirements.name: wanted}, indent=2))
    progress.done()


def _connect(odoo: Odoo) -> None:
    """Let ``import odoo`` find the sources, and give the environment an ``odoo`` command."""
    site_packages = next(VENV.glob("lib/python3*/site-packages"))
    _write(site_packages / "odoo-sources.pth", f"{odoo.python_path}\n")
    _write(LAUNCHER, f"#!{PYTHON}\nimport odoo.cli\n\nodoo.cli.main()\n")
    LAUNCHER.chmod(0o755)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
