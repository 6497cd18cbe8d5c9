"""Our add-ons as they stand on the disk: names, dependencies, a fingerprint of their sources."""

import ast
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

from .layout import ADDONS

MAIN = "sales_crm"
DEFAULT_DEPENDS = ("crm", "sale_management", "account", "contacts", "calendar", "report_xlsx")
# parts that the server reads anew by itself, or that only people and tests read
NOT_INSTALLED_PARTS = {"static", "tests", "readme", "__pycache__"}


@functools.cache
def manifests() -> dict[str, dict]:
    """Return the manifests of our installable add-ons by name."""
    found = {
        path.parent.name: ast.literal_eval(path.read_text("utf-8"))
        for path in sorted(ADDONS.glob("*/__manifest__.py"))
    }
    return {name: manifest for name, manifest in found.items() if manifest.get("installable", True)}


def names() -> list[str]:
    """Return the names of our add-ons, the main one first."""
    return sorted(manifests(), key=lambda name: (name != MAIN, name))


def main() -> list[str]:
    """Return what ``./crm up`` installs."""
    return [MAIN] if MAIN in manifests() else []


def depends(addons: Iterable[str]) -> list[str]:
    """Return the foreign modules that ``addons`` need, ours followed and left out."""
    ours, seen, foreign = manifests(), set(), set()
    queue = list(addons)
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in ours:
            queue.extend(ours[name].get("depends", ()))
        else:
            foreign.add(name)
    return sorted(foreign - {"base"}) or list(DEFAULT_DEPENDS)


def source_hash(addons: Iterable[str]) -> str:
    """Return a fingerprint of everything that takes an update of the database to become effective."""
    digest = hashlib.sha256()
    for addon in sorted(addons):
        for path in _sources(ADDONS / addon):
            digest.update(str(path.relative_to(ADDONS)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _sources(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in {".pyc", ".pot"}
        and path.relative_to(folder).parts[0] not in NOT_INSTALLED_PARTS
        and "__pycache__" not in path.parts
    )
