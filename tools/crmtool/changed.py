"""``./crm test --changed``: which test files have to do with what was changed since the last landing on main.

A guess for the pace of work, no proof: a test file is taken if it was changed itself, if it imports a helper
that was, or if it names what a changed file defines: a model, a method, a field, a record, a template.
"""

import ast
import json
import re
from collections.abc import Iterable
from pathlib import Path

from . import process
from .console import CrmError
from .layout import ADDONS, ROOT, STATE, TESTS

OUTCOME = STATE / "last-green.json"
# Defined in so many places that they tell nothing
COMMON = {
    "create",
    "write",
    "unlink",
    "copy",
    "read",
    "setup",
    "main",
    "run",
    "name",
    "state",
    "date",
    "active",
}
SHORTEST = 5
IN_XML = re.compile(r'(?:\bid|t-name)="([\w.]+)"')
IN_JS = re.compile(r"\b(?:class|function)\s+(\w+)|\.add\(\s*\"([\w.]+)\"")


def test_files(base: str | None) -> list[Path]:
    """Return the test files of the add-ons and of tests/ that the changes since ``base`` may touch."""
    changed = [ROOT / name for name in _changed_names(base or _base())]
    changed = [path for path in changed if path.is_file()]
    of_addons = set().union(*(_defined(path) for path in changed if ADDONS in path.parents))
    of_all = set().union(*map(_defined, changed))
    return [
        path
        for path in _all_test_files()
        if _touched(path, changed, of_addons if ADDONS in path.parents else of_all)
    ]


def remember_green(commit: str) -> None:
    """Keep the commit at which everything passed."""
    OUTCOME.write_text(json.dumps({"commit": commit}))


def _base() -> str:
    """Return where main landed last: the branch that ours follows, else the last commit that passed whole."""
    for find in (_upstream, _last_green):
        if found := find():
            return found
    return "HEAD"


def _upstream() -> str | None:
    try:
        return _git("merge-base", "HEAD", "@{upstream}").strip()
    except CrmError:
        return None


def _last_green() -> str | None:
    try:
        commit = json.loads(OUTCOME.read_text())["commit"]
        return _git("merge-base", "HEAD", commit).strip()
    except (OSError, ValueError, KeyError, CrmError):
        return None


def _changed_names(base: str) -> list[str]:
    tracked = _git("diff", "--name-only", base, "--")
    return [*tracked.splitlines(), *_git("ls-files", "--others", "--exclude-standard").splitlines()]


def _git(*arguments: str) -> str:
    return process.run(["git", "-C", ROOT, *arguments], "git could not tell what was changed")


def _all_test_files() -> list[Path]:
    return sorted([*ADDONS.glob("*/tests/**/test_*.py"), *TESTS.glob("test_*.py")])


def _is_test_code(path: Path) -> bool:
    return "tests" in path.relative_to(ROOT).parts


def _defined(path: Path) -> set[str]:
    """Return the names by which a test would speak of a source file."""
    if _is_test_code(path) or path.suffix not in (".py", ".xml", ".js"):
        return set()
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        found = _defined_in_python(text)
    else:
        pattern = IN_XML if path.suffix == ".xml" else IN_JS
        found = {name for match in pattern.finditer(text) for name in match.groups() if name}
    return {name for name in {*found, path.stem} if len(name) >= SHORTEST and name not in COMMON}


def _defined_in_python(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("__"):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                found |= _assigned(part)
    return found


def _assigned(node: ast.stmt) -> set[str]:
    """Return the fields that a class body defines, and the model that it gives a name to."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return set()
    name = node.targets[0].id
    if name == "_name" and isinstance(node.value, ast.Constant):
        return {node.value.value}
    return set() if name.startswith("_") else {name}


def _touched(path: Path, changed: Iterable[Path], words: set[str]) -> bool:
    text = path.read_text("utf-8")
    if path in changed:
        return True
    for helper in changed:
        if not _is_test_code(helper) or helper.name.startswith("test_"):
            continue
        if helper.name == "conftest.py" and path.parent == TESTS:
            return True
        if re.search(rf"\bfrom \S*\b{helper.stem}\b|\bimport {helper.stem}\b", text):
            return True
    return bool(words) and bool(
        words & set(re.findall(r"[\w.]*\w", text)) or words & set(re.findall(r"\w+", text))
    )
