"""Where things are: the repository's folders and the state folder that git ignores."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
TESTS = ROOT / "tests"
BENCH = ROOT / "bench"

STATE = Path(os.environ.get("CRM_STATE_DIR") or ROOT / ".crm").absolute()
DATA = STATE / "data"
LOGS = STATE / "logs"
CONF = STATE / "odoo.conf"
VENV = (STATE / "venv").resolve()
UNPACKED = (STATE / "odoo").resolve()
NODE = STATE / "node"


def make_state() -> None:
    """Create the state folder and the folders that every command writes to."""
    for folder in (STATE, DATA, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
