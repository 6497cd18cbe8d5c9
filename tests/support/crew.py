"""Somebody who works at a server under test by calls of the web client, and what he may pick from."""

from random import Random

from .clients import RpcError, Session
from .credit import PRICE, Documents

REFUSALS = {
    f"odoo.exceptions.{name}"
    for name in ("UserError", "AccessError", "ValidationError", "MissingError", "LockError")
}
# core tries five times to change rows that others are changing
GIVEN_UP = ("could not serialize", "deadlock detected", "could not obtain lock")


class Refused(Exception):
    """The server said no, in a sentence."""


class Crew:
    """One step of somebody at one server: who pressed what, and what came of it."""

    def __init__(self, sessions: dict[str, Session], alone: bool = True):
        self.sessions = sessions
        self.alone = alone
        self.step = ""
        self.said: list[str] = []
        self.limits: list[tuple[int, float]] = []
        self.undone: list[tuple[int, float]] = []
        self.confirmed: list[int] = []

    def call(self, role: str, model: str, method: str, *args, **kwargs):
        """Call a method as the role does; a server's fault is an error, a refusal ends the step."""
        session = self.sessions[role].twin()
        if "context" in kwargs:
            kwargs["context"] = {**session.context, **kwargs["context"]}
        said = f"{role}@{session.base_url[-5:]} {model}.{method}{args} {kwargs or ''}"
        try:
            result = session.call(model, method, *args, **kwargs)
        except RpcError as error:
            self.said.append(f"{said} -> {error}")
            if (error.name in REFUSALS and error.message) or any(word in error.message for word in GIVEN_UP):
                raise Refused(error.message) from error
            raise
        self.said.append(f"{said} -> {str(result)[:60]}")
        return result

    def make(self, role: str, model: str, values: dict, **kwargs) -> int:
        """Create one record."""
        return self.call(role, model, "create", [values], **kwargs)[0]

    def must_be_refused(self, role: str, model: str, method: str, *args) -> None:
        """Try what nobody of this role may do."""
        try:
            self.call(role, model, method, *args)
        except Refused:
            return
        raise AssertionError(f"{role} could {model}.{method}{args}")


class Step:
    """Random steps on what is there; each picks for itself and may find nothing to do."""

    def __init__(self, crew: Crew, dice: Random, now: Documents, goods: list[int], warehouse: dict):
        self.crew = crew
        self.dice = dice
        self.now = now
        self.goods = goods
        self.warehouse = warehouse

    def _any(self, records):
        return self.dice.choice(list(records)) if records else None

    def _pick(self, kind, *states, **values):
        return self._any(self.now.having(kind, *states, **values))

    def _client(self):
        return self.dice.choice(self.now.clients)

    def _pieces(self, most=6):
        return self.dice.randint(1, most)

    def _line(self, most=6):
        price = self.dice.choice([PRICE // 2, PRICE, PRICE, PRICE * 2])
        return {
            "product_id": self.dice.choice(self.goods),
            "product_uom_qty": self._pieces(most),
            "price_unit": price,
            "tax_ids": [(5, 0, 0)],
        }
