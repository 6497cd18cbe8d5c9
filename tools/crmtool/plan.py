"""Which of the add-ons' tests are run, in which order, and which have been begun by one of the processes."""

import fcntl
import json
import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from . import selection

VARIABLE = "CRM_TEST_PLAN"
SEED_VARIABLE = "CRM_TEST_SEED"


@dataclass(frozen=True)
class Plan:
    """Shared by the processes of one run through a file that holds how many classes they have taken."""

    turns: str
    seed: int
    expression: str | None = None
    # "add-on/file" of those to be run; None: all
    files: list[str] | None = None

    @classmethod
    def current(cls) -> "Plan":
        """Return the plan that this process was started with."""
        return cls(**json.loads(os.environ[VARIABLE]))

    def environment(self) -> dict[str, str]:
        """Return what hands the plan to a process, and its seed to the tests that try random cases."""
        return {VARIABLE: json.dumps(asdict(self)), SEED_VARIABLE: str(self.seed)}

    def chooses(self, addon: str, file: str, case: str, method: str) -> bool:
        """Tell whether a test is to be run, by the names of its add-on, file, class and method."""
        if self.files is not None and f"{addon}/{file}" not in self.files:
            return False
        return selection.matches(self.expression, (addon, file, case, method))

    def take(self, classes: Iterable[str]) -> Iterator[str]:
        """Yield the classes that no process has taken, in an order that is the same for all of them."""
        order = sorted(classes)
        random.Random(self.seed).shuffle(order)
        while (turn := self._next_turn()) < len(order):
            yield order[turn]

    def _next_turn(self) -> int:
        with open(self.turns, "a+", encoding="ascii") as taken:
            fcntl.flock(taken, fcntl.LOCK_EX)
            taken.seek(0)
            turn = len(taken.read())
            taken.write(".")
            taken.flush()
        return turn
