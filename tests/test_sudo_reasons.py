"""Whoever reads with all rights says why: beside the call, above it, or in what the method says of itself."""

import ast
import io
import tokenize
from pathlib import Path

import pytest
from crmtool.layout import ADDONS, ROOT

LEFT_OUT = {"tests", "migrations"}
# In a docstring it may be said in other words
WORDS = ("sudo", "all rights", "whoever")


def sources() -> list[Path]:
    return [
        path
        for path in sorted(ADDONS.rglob("*.py"))
        if not LEFT_OUT & set(path.relative_to(ADDONS).parts) and "sudo" in path.read_text("utf-8")
    ]


def comments(text: str) -> dict[int, str]:
    """Return the comments of a file by the line on which they stand."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def is_raised(node: ast.AST) -> bool:
    """Tell whether a node is a call of ``sudo`` that gives rights: ``sudo(False)`` takes them."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "sudo"):
        return False
    return not node.args or (isinstance(node.args[0], ast.Constant) and node.args[0].value is not False)


class Reader:
    """Finds the calls of ``sudo`` in a file that have no reason.

    A reason holds for the statement below it with all that belongs to it, and for what follows in the same
    block: reasons aren't said again and again.
    """

    def __init__(self, text: str):
        self.said = comments(text)
        self.found: list[int] = []
        self._look(ast.parse(text).body, explained=False)

    def _above(self, line: int) -> bool:
        while line - 1 in self.said:
            line -= 1
            if "sudo" in self.said[line]:
                return True
        return False

    def _beside(self, first: int, last: int) -> bool:
        return any("sudo" in self.said.get(line, "") for line in range(first, last + 1))

    def _look(self, body: list[ast.stmt], explained: bool) -> None:
        for statement in body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self._look(statement.body, explained=self._is_told(statement))
                continue
            explained = explained or self._above(statement.lineno)
            blocks = self._blocks(statement)
            if not blocks:
                explained = explained or self._beside(statement.lineno, statement.end_lineno)
            if not explained:
                self._note(statement, blocks)
            for block in blocks:
                self._look(block, explained)

    def _is_told(self, statement: ast.stmt) -> bool:
        told = (ast.get_docstring(statement) or "").lower()
        return isinstance(statement, ast.FunctionDef) and any(word in told for word in WORDS)

    def _blocks(self, statement: ast.stmt) -> list[list[ast.stmt]]:
        parts = [statement, *getattr(statement, "handlers", ())]
        blocks = [getattr(part, name, None) for part in parts for name in ("body", "orelse", "finalbody")]
        return [block for block in blocks if block]

    def _note(self, statement: ast.stmt, blocks: list[list[ast.stmt]]) -> None:
        inside = {id(node) for block in blocks for part in block for node in ast.walk(part)}
        calls = [node for node in ast.walk(statement) if is_raised(node) and id(node) not in inside]
        lines = {call.func.end_lineno for call in calls}
        self.found += sorted(n for n in lines if not self._beside(n, n) and not self._above(n))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ADDONS)))
def test_every_sudo_has_its_reason(path):
    lines = Reader(path.read_text("utf-8")).found
    where = [f"{path.relative_to(ROOT)}:{line}" for line in lines]
    assert not where, "give the reason in a comment “# sudo: …” above the call, or in the docstring"


def test_it_finds_what_has_none():
    text = '''
class Model:
    def said(self):
        # sudo: nobody sees this
        records = self.sudo()
        return records | self.sudo()

    def beside(self):
        return self.sudo()  # sudo: for a reason

    def docstring(self):
        """With sudo, because nobody sees this."""
        return self.sudo()

    def taken(self):
        return self.sudo(False)

    def nothing(self):
        """What is there."""
        if self.sudo():
            return self.sudo()
        # sudo: for a reason
        return self.sudo()
'''
    assert Reader(text).found == [20, 21]
