"""What ``-k EXPR`` chooses: pytest's names with and, or, not and brackets, also for tests that Odoo runs."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import CrmError
from .layout import ADDONS

WORD = re.compile(r"[^\s()]+")


def matches(expression: str | None, names: Iterable[str]) -> bool:
    """Tell whether names meet an expression; each of its words is looked for in them, ignoring case."""
    if not expression:
        return True
    text = " ".join(names).lower()

    def truth(word: re.Match) -> str:
        return word[0] if word[0] in ("and", "or", "not") else str(word[0].lower() in text)

    try:
        return bool(
            eval(WORD.sub(truth, expression), {"__builtins__": {}})
        )  # only True, False, and, or, not, brackets
    except SyntaxError as error:
        raise CrmError(
            f"-k {expression!r} is no expression: use words with and, or, not and brackets"
        ) from error


def odoo_tags(expression: str | None, addons: Iterable[str]) -> list[str]:
    """Return the ``--test-tags`` that make Odoo run the chosen tests of ``addons``."""
    if not expression:
        return [f"/{addon}" for addon in addons]
    return [
        tag
        for addon in addons
        for path in sorted((ADDONS / addon / "tests").glob("test_*.py"))
        for tag in _tags(expression, addon, path)
    ]


def _tags(expression: str, addon: str, path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if not isinstance(node, ast.ClassDef):
            continue
        if matches(expression, (addon, path.stem, node.name)):
            yield f"/{addon}:{node.name}"
            continue
        for method in node.body:
            is_test = isinstance(method, ast.FunctionDef) and method.name.startswith("test")
            if is_test and matches(expression, (addon, path.stem, node.name, method.name)):
                yield f"/{addon}:{node.name}.{method.name}"
