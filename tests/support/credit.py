"""A ledger of what clients owe, counted in Python from plain documents, for tests of the credit limit."""

from collections import Counter
from dataclasses import dataclass

from .clients import Session

PRICE = 100
CENT = 0.01
FIELDS = {
    "sale.order": ["state", "partner_id", "partner_invoice_id"],
    "sale.order.line": ["order_id", "product_uom_qty", "price_unit", "state"],
    "stock.picking": ["state", "partner_id", "picking_type_code"],
    "stock.move": [
        "state", "quantity", "product_uom_qty", "sale_line_id", "picking_id", "location_id",
        "location_dest_id",
    ],
    "account.move": ["state", "move_type", "amount_total", "partner_id", "payment_state"],
    "account.payment": ["state", "amount", "partner_id"],
    "account.move.line": [
        "move_id", "parent_state", "move_type", "quantity", "sale_line_ids", "partner_id", "balance",
        "account_type", "matched_debit_ids", "matched_credit_ids", "display_type",
    ],
    "sales.credit.release": ["state", "amount", "client_id", "order_id"],
    "sales.contract": ["state", "credit_limit", "client_id"],
}  # fmt: skip


@dataclass
class Owed:
    """What one order line, or one delivery without an order, brings its payer."""

    client: int
    order: int | None
    goods: float
    # invoiced and neither shipped nor still to come
    beyond: float = 0
    shipped: float = 0


class Documents:
    """All documents of some clients, as they are now; nothing of what the product counts itself."""

    def __init__(self, session: Session, clients: list[int], customers: int):
        self.clients = clients
        self.customers = customers
        of_clients = [("partner_id", "in", clients)]
        read = self._reader(session)
        self.orders = read("sale.order", ["|", *of_clients, ("partner_invoice_id", "in", clients)])
        ids = list(self.orders)
        self.lines = read("sale.order.line", [("order_id", "in", ids), ("display_type", "=", False)])
        self.moves = read(
            "stock.move",
            ["|", ("sale_line_id", "in", list(self.lines)), ("picking_id.partner_id", "in", clients)],
        )
        pickings = [one(move, "picking_id") for move in self.moves.values()]
        self.pickings = read("stock.picking", [("id", "in", pickings)])
        self.invoices = read(
            "account.move", [*of_clients, ("move_type", "in", ["out_invoice", "out_refund"])]
        )
        self.payments = read("account.payment", of_clients)
        self.items = read("account.move.line", of_clients)
        self.releases = read("sales.credit.release", [("client_id", "in", clients)])
        self.contracts = read("sales.contract", [("client_id", "in", clients)])
        self.owed = [*self._of_orders(), *self._without_orders()]

    @staticmethod
    def _reader(session: Session):
        return lambda model, domain: {
            row["id"]: row for row in session.search_read(model, domain, FIELDS[model], order="id")
        }

    # ------------------------------------------------------
    # Goods
    # ------------------------------------------------------

    def _of_orders(self) -> list[Owed]:
        invoiced = Counter()
        for item in self.items.values():
            if item["parent_state"] == "posted" and item["display_type"] == "product":
                sign = -1 if item["move_type"] == "out_refund" else 1
                for line in item["sale_line_ids"]:
                    invoiced[line] += sign * item["quantity"]
        return [self._of_line(line, invoiced[id_]) for id_, line in self.lines.items()]

    def _of_line(self, line: dict, invoiced: float) -> Owed:
        order = self.orders[one(line, "order_id")]
        moves = [move for move in self.moves.values() if one(move, "sale_line_id") == line["id"]]
        shipped = self._shipped(moves)
        comes = not moves or any(move["state"] not in ("done", "cancel") for move in moves)
        gets = max(line["product_uom_qty"], shipped) if order["state"] == "sale" and comes else shipped
        price = line["price_unit"]
        return Owed(
            one(order, "partner_invoice_id"),
            order["id"],
            price * max(gets - invoiced, 0),
            price * max(invoiced - gets, 0),
            price * shipped,
        )

    def _without_orders(self) -> list[Owed]:
        """Goods at the list price; nobody here invoices them."""
        loose = {}
        for move in self.moves.values():
            if not move["sale_line_id"]:
                client = one(self.pickings[one(move, "picking_id")], "partner_id")
                loose.setdefault(client, []).append(move)
        return [Owed(client, None, PRICE * self._shipped(moves)) for client, moves in loose.items()]

    def _shipped(self, moves: list[dict]) -> float:
        return sum(
            move["quantity"] * (self._goes_out(move) - (one(move, "location_id") == self.customers))
            for move in moves
            if move["state"] == "done"
        )

    def _goes_out(self, move: dict) -> bool:
        return one(move, "location_dest_id") == self.customers

    # ------------------------------------------------------
    # Clients
    # ------------------------------------------------------

    def ledger(self, client: int) -> float:
        """Return what the client owes by the books, and for goods beside them."""
        booked = sum(
            item["balance"]
            for item in self.items.values()
            if item["parent_state"] == "posted"
            and item["account_type"] == "asset_receivable"
            and one(item, "partner_id") == client
        )
        return booked + sum(owed.goods for owed in self.owed if owed.client == client)

    def limit(self, client: int) -> float:
        """Return the limit of the contract in force; each of these clients had one some day."""
        return max(
            (contract["credit_limit"] for contract in self.contracts_of(client, "active").values()), default=0
        )

    def contracts_of(self, client: int, state: str) -> dict[int, dict]:
        """Return the client's contracts in this state."""
        return {
            id_: contract
            for id_, contract in self.contracts.items()
            if one(contract, "client_id") == client and contract["state"] == state
        }

    def of_order(self, order: int, client: int) -> tuple[float, float]:
        """Return what the client owes for an order, and what was shipped of it."""
        mine = [owed for owed in self.owed if owed.order == order and owed.client == client]
        return sum(owed.goods + owed.beyond for owed in mine), sum(owed.shipped for owed in mine)

    def beyond(self, client: int) -> float:
        """Return what is invoiced to the client and neither shipped nor still to come."""
        return sum(owed.beyond for owed in self.owed if owed.client == client)

    def invoiced(self, invoice: int) -> Counter:
        """Return the orders on an invoice, with what its pieces are worth at the dearer of both prices: an
        order's may have been raised since.
        """
        worth = Counter()
        for item in self.items.values():
            if one(item, "move_id") == invoice:
                for line in set(item["sale_line_ids"]) & self.lines.keys():
                    price = max(self.lines[line]["price_unit"] * item["quantity"], abs(item["balance"]))
                    worth[one(self.lines[line], "order_id")] += price
        return worth

    def having(self, kind: str, *states: str, **values) -> list[dict]:
        """Return the documents of a kind that are in one of these states."""
        return [
            row
            for row in getattr(self, kind).values()
            if row["state"] in states and all(row[name] == value for name, value in values.items())
        ]


def one(row: dict, name: str) -> int | None:
    """Return the id behind a many2one."""
    return row[name][0] if row[name] else None


def most(before: Documents, after: Documents, client: int, limits: list[float], undone: float) -> float:
    """Return what a client may owe after some steps.

    :param limits: that he was given meanwhile
    :param undone: payments and credit notes that were taken back meanwhile, which nothing holds up
    """
    limit = max([before.limit(client), after.limit(client), *limits])
    undone += max(after.beyond(client) - before.beyond(client), 0)
    return max(before.ledger(client), limit) + undone + released(before, after, client)


def released(before: Documents, after: Documents, client: int) -> float:
    """Return what releases let through: those used meanwhile; one used earlier what its order ships in it."""
    total = 0
    for id_, release in after.releases.items():
        if release["state"] != "used" or one(release, "client_id") != client:
            continue
        if before.releases.get(id_, {}).get("state") != "used":
            total += release["amount"]
        elif release["order_id"]:
            order = one(release, "order_id")
            owed, shipped = after.of_order(order, client)
            if shipped <= release["amount"] + CENT:
                total += max(owed - before.of_order(order, client)[0], 0)
    return total
