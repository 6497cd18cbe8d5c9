"""What git holds: sources, and nothing that was built, fetched or is secret."""

import re
import subprocess
from pathlib import Path

import pytest
from crmtool.layout import ADDONS, ROOT

# addresses of package registries and archives; the ordinary clients know them by themselves
REGISTRY = re.compile(rb"https?://[\w.-]*(pypi|pythonhosted|npm|registry|debian|ubuntu)[\w./-]*", re.I)
SECRET = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}")
BUILT = re.compile(r"(^|/)(node_modules|__pycache__|\.crm)/|\.(pyc|pyo|deb|whl|so|log|dump)$")
LARGEST = 1024 * 1024


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_address_of_a_package_registry(tracked):
    found = {path: match[0] for path in tracked if (match := REGISTRY.search(path.read_bytes()))}
    assert not found


def test_no_secret(tracked):
    assert not [path for path in tracked if SECRET.search(path.read_bytes())]


def test_nothing_built_or_fetched(tracked):
    assert not [path for path in tracked if BUILT.search(str(path.relative_to(ROOT)))]
    assert not [path for path in tracked if path.stat().st_size > LARGEST]


def test_state_is_ignored():
    for name in (".crm/pg/data", ".env", "addons/sales_crm/models/__pycache__/a.pyc"):
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode != 1


def test_add_ons_follow_the_layout():
    for path in ADDONS.glob("*/__manifest__.py"):
        manifest = eval(path.read_text("utf-8"))
        assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
        assert manifest["license"] == "AGPL-3"
        assert not set(manifest.get("data", ())) & set(manifest.get("demo", ()))
        assert (path.parent / "readme" / "DESCRIPTION.md").is_file()
        assert (path.parent / "static" / "description" / "icon.png").is_file()


def test_commands_can_be_run():
    for name in ("crm", ".ci/run", "docker/init.sh"):
        assert (ROOT / name).stat().st_mode & 0o111
        assert (ROOT / name).read_text("utf-8").startswith("#!/usr/bin/env bash\n")


def test_readme_says_how_to_begin():
    text = (ROOT / "README.md").read_text("utf-8")
    for part in (
        "./crm up",
        "./crm test",
        "docker compose up",
        "manager1",
        "-i sales_crm",
        "docs/my_day.png",
    ):
        assert part in text
