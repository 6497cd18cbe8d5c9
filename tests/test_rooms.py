"""The rooms of the house: a file is found by its feature and its model; the papers name files that exist."""

import ast
import re
from pathlib import Path

import pytest
from crmtool.layout import ADDONS, ROOT

MODELS = ADDONS / "sales_crm" / "models"
# The order in which they are imported is the order of the overrides: it is said in docs/ARCHITECTURE.md
ARCHITECTURE = ROOT / "docs" / "ARCHITECTURE.md"
PLACES = ("views", "security", "report", "wizard", "static/src", "tests")


def rooms() -> list[str]:
    return re.findall(r"^from \. import (\w+)$", (MODELS / "__init__.py").read_text("utf-8"), re.M)


def bodies(path: Path):
    """Yield the model of each class of a file that defines or extends one."""
    for node in ast.parse(path.read_text("utf-8")).body:
        said = {}
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(part, ast.Assign) and part.targets[0].id in ("_name", "_inherit"):
                said[part.targets[0].id] = ast.literal_eval(part.value)
        if said:
            inherit = said.get("_inherit")
            yield said.get("_name") or (inherit if isinstance(inherit, str) else inherit[0])


def test_every_folder_is_a_room_that_is_loaded():
    folders = {path.name for path in MODELS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert sorted(rooms()) == sorted(folders)
    assert [path.name for path in MODELS.glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("room", rooms())
def test_files_of_a_room_are_named_after_their_model(room):
    for path in (MODELS / room).glob("*.py"):
        for model in bodies(path):
            name = model.replace(".", "_")
            assert path.stem == name or path.stem.startswith(f"{name}_"), f"{path} holds {model}"


def test_other_folders_have_the_same_rooms():
    for place in PLACES:
        for path in (ADDONS / "sales_crm" / place).iterdir():
            if any(part.is_file() for part in path.glob("[!_]*")):
                assert path.name in rooms(), f"{path} is no room"


def test_the_architecture_tells_of_each_room_in_its_order():
    told = re.findall(r"^\| `(\w+)` \|", ARCHITECTURE.read_text("utf-8"), re.M)
    assert told == rooms()


@pytest.mark.parametrize(
    "words, place",
    [
        ("asset_receivable", "tools/receivable.py"),
        ("_work_intervals_batch", None),
        ("resource.calendar.attendance", "models/work_time/sales_work_time.py"),
        ("add_worksheet", "report/export/sales_xlsx_report.py report/intake/sales_import_xlsx.py"),
    ],
)
def test_one_rule_stands_in_one_place(words, place):
    """What a receivable is, when somebody works, how an Excel sheet looks: whoever needs it asks there."""
    addon = ADDONS / "sales_crm"
    found = [
        str(path.relative_to(addon))
        for folder in ("models", "report", "wizard", "tools", "controllers")
        for path in sorted((addon / folder).rglob("*.py"))
        if words in path.read_text("utf-8")
    ]
    assert found == (place or "").split()


def test_the_papers_name_files_that_exist():
    names = re.findall(r"`([\w./]+/[\w.]+\.\w+)`", ARCHITECTURE.read_text("utf-8"))
    assert len(names) > 20
    for name in names:
        places = (ROOT / name, ADDONS / "sales_crm" / name, MODELS / name)
        assert any(place.is_file() for place in places), f"{name} is told of and isn't there"
