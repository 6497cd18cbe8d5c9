"""Odoo 19 itself: a folder or .deb that the user names, what we unpacked before, or Debian's package."""

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import apt
from .console import CrmError, Progress, say
from .layout import UNPACKED
from .process import run

SERIES = "19.0"
PACKAGE = "odoo-19"
# the package's links point into these
COMPANIONS = (
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-glyphicons-halflings",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
)
DIST_PACKAGES = Path("usr/lib/python3/dist-packages")
# partial copies of top-level folders; Odoo would take the first of them for its add-ons
STRAY_FOLDERS = ("addons", "doc", "setup")
# in the backend's bundle, but not in the package; an empty one keeps the browser's console clean
MISSING_FILE = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class Odoo:
    """An Odoo to run: the folder to put on Python's path, and what tells it from another one."""

    python_path: Path
    identity: str


def ensure() -> Odoo:
    """Return the Odoo to use, fetched when there is none yet."""
    _remove_leftovers()
    named = os.environ.get("CRM_ODOO")
    if named:
        return _named(Path(named).expanduser().absolute())
    target = UNPACKED / "debian"
    if not target.exists():
        _fetch(target)
    return _inspect(target)


def _named(path: Path) -> Odoo:
    if path.is_dir():
        return _inspect(path)
    if not path.is_file():
        raise CrmError(f"CRM_ODOO={path} does not exist: name a folder or a .deb of Odoo {SERIES}")
    run(["dpkg-deb", "--info", path], f"CRM_ODOO={path} is not a readable Debian package")
    with path.open("rb") as package:
        digest = (
            hashlib.file_digest(package, "sha256")
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(package.read())
        )
    target = UNPACKED / f"deb-{digest.hexdigest()[:16]}"
    if not target.exists():
        _unpack_into(target, path)
    return _inspect(target)


def _fetch(target: Path) -> None:
    progress = Progress("fetching Odoo 19 from Debian (about 130 MB)")
    _unpack_into(target)
    progress.done()


def _unpack_into(target: Path, package: Path | None = None) -> None:
    """Unpack Odoo and its companions beside the target and rename: what breaks leaves nothing half done."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".part-", dir=UNPACKED))
    try:
        downloads, tree = work / "deb", work / "tree"
        downloads.mkdir()
        tree.mkdir()
        if package:
            _extract(package, tree)
        for download in apt.fetch([*([] if package else [PACKAGE]), *COMPANIONS], "unstable", downloads):
            _extract(download, tree)
        _mend(tree / DIST_PACKAGES)
        _inspect(tree)
        tree.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _extract(package: Path, tree: Path) -> None:
    run(["dpkg-deb", "--extract", package, tree], f"{package} could not be unpacked")


def _mend(dist_packages: Path) -> None:
    for folder in STRAY_FOLDERS:
        shutil.rmtree(dist_packages / folder, ignore_errors=True)
    missing = dist_packages / MISSING_FILE
    if not missing.exists() and missing.parents[3].is_dir():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.touch()


def _inspect(folder: Path) -> Odoo:
    """Find the Python package in a source checkout or an unpacked .deb, and check its series."""
    for python_path in (folder, folder / DIST_PACKAGES):
        release = python_path / "odoo" / "release.py"
        if release.is_file():
            break
    else:
        raise CrmError(f"{folder} holds no Odoo: odoo/release.py is not there")
    version = re.search(r"version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text("utf-8"))
    series = ".".join(version.groups()) if version else "unknown"
    if series != SERIES:
        raise CrmError(f"{folder} is Odoo {series}; the add-ons need {SERIES}")
    if not (python_path / "odoo" / "addons" / "web").is_dir() and not (folder / "addons" / "web").is_dir():
        raise CrmError(f"{folder} is incomplete: the add-on web is not there")
    return Odoo(python_path, _identity(python_path, folder))


def _identity(python_path: Path, folder: Path) -> str:
    """Return a short text that differs between two Odoo sources: Debian's version where it is known."""
    changelogs = sorted(folder.glob("usr/share/doc/odoo-19/changelog*.gz"))
    digest = hashlib.sha256()
    for path in (*changelogs, python_path / "odoo" / "release.py"):
        digest.update(path.read_bytes())
    if not changelogs:
        digest.update(str(folder).encode())
    return f"{SERIES}-{digest.hexdigest()[:8]}"


def _remove_leftovers() -> None:
    for part in UNPACKED.glob(".part-*"):
        say("removing what a broken download left")
        shutil.rmtree(part, ignore_errors=True)
