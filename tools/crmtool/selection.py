"""What ``-k EXPR`` chooses: pytest's names with and, or, not and brackets, also for tests that Odoo runs."""

import ast
import itertools
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


def may_choose(expression: str | None, addons: Iterable[str]) -> bool:
    """Tell whether any of the add-ons' tests may be meant, without importing them.

    A class may inherit the tests of another one in its file, so each is taken with each.
    """
    return not expression or any(
        matches(expression, names)
        for addon in addons
        for path in sorted((ADDONS / addon / "tests").rglob("test_*.py"))
        for names in _names(addon, path)
    )


def _names(addon: str, path: Path) -> Iterator[tuple[str, str, str, str]]:
    classes = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    tests = {
        method.name
        for node in classes
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name.startswith("test")
    }
    for node, test in itertools.product(classes, sorted(tests)):
        yield addon, path.stem, node.name, test
