"""What managers and heads do with orders, contracts and releases."""

from .credit import PRICE, one
from .crew import Step

LIMIT = 1000


class ManagerSteps(Step):
    """The manager sells."""

    def quote(self, most=12):
        lines = [(0, 0, self._line(most)) for _ in range(self.dice.choice([1, 1, 2]))]
        values = {"partner_id": self._client(), "order_line": lines}
        if self.dice.random() < 0.2:
            values["partner_invoice_id"] = self._client()
        return self.crew.make("manager", "sale.order", values)

    def small_quote(self):
        return self.quote(3)

    def confirm(self):
        if order := self._pick("orders", "draft"):
            self._confirm(order["id"])

    def _confirm(self, order):
        route = self.dice.random()
        self.crew.confirmed.append(order)
        if route < 0.8:
            self.crew.call("manager", "sale.order", "action_confirm", [order])
        elif route < 0.9:
            self.crew.call("manager", "sale.order", "write", [order], {"state": "sale"})
        else:
            self.crew.call("manager", "sale.order", "web_save", [order], {"state": "sale"}, specification={})

    def quote_and_confirm(self):
        self._confirm(self.quote(6))

    def copy_as_confirmed(self):
        if order := self._pick("orders", "draft", "sale"):
            copies = self.crew.call("manager", "sale.order", "copy", [order["id"]], {"state": "sale"})
            self.crew.confirmed += copies if isinstance(copies, list) else [copies]

    def raise_line(self):
        if line := self._pick("lines", "sale", "sale", "draft"):
            more = {"product_uom_qty": line["product_uom_qty"] + self.dice.choice([-1, 1, 2, 4, 6])}
            self._write_line(line, more)

    def raise_price(self):
        """Dearer only: what is owed for goods that became cheaper is another story."""
        if line := self._pick("lines", "sale", "draft"):
            self._write_line(line, {"price_unit": line["price_unit"] + PRICE // 2})

    def _write_line(self, line, values):
        if self.dice.random() < 0.5:
            self.crew.call("manager", "sale.order.line", "write", [line["id"]], values)
        else:
            lines = {"order_line": [(1, line["id"], values)]}
            self.crew.call(
                "manager", "sale.order", "web_save", [one(line, "order_id")], lines, specification={}
            )

    def add_line(self):
        if order := self._pick("orders", "sale"):
            if self.dice.random() < 0.5:
                self.crew.make("manager", "sale.order.line", {"order_id": order["id"], **self._line()})
            else:
                lines = {"order_line": [(0, 0, self._line())]}
                self.crew.call("manager", "sale.order", "write", [order["id"]], lines)

    def move_line(self):
        order, line = self._pick("orders", "sale"), self._pick("lines", "draft")
        if order and line:
            self.crew.call("manager", "sale.order.line", "write", [line["id"]], {"order_id": order["id"]})

    def move_order(self):
        if order := self._pick("orders", "draft", "sale", "cancel"):
            client = self._client()
            values = {"partner_id": client, "partner_invoice_id": client, "partner_shipping_id": client}
            if self.dice.random() < 0.3:
                values = {"partner_invoice_id": client}
            if self.dice.random() < 0.7:
                values["contract_id"] = next(iter(self.now.contracts_of(client, "active")), False)
            self.crew.call("manager", "sale.order", "write", [order["id"]], values)

    def cancel(self):
        if order := self._pick("orders", "sale"):
            self.crew.call("manager", "sale.order", "action_cancel", [order["id"]])

    def take_up(self):
        if order := self._pick("orders", "cancel"):
            self.crew.call("manager", "sale.order", "action_draft", [order["id"]])
            if self.dice.random() < 0.5:
                self._confirm(order["id"])

    def invoice(self):
        shipped = {owed.order for owed in self.now.owed if owed.shipped and owed.goods}
        orders = self.now.having("orders", "sale")
        if order := self._any([order for order in orders if order["id"] in shipped] or orders):
            wizard = self.crew.make(
                "manager",
                "sale.advance.payment.inv",
                {"sale_order_ids": [(6, 0, [order["id"]])], "advance_payment_method": "delivered"},
            )
            self.crew.call("manager", "sale.advance.payment.inv", "create_invoices", [wizard])
            of_order = [("line_ids.sale_line_ids.order_id", "=", order["id"]), ("state", "=", "draft")]
            for invoice in self.crew.call("accountant", "account.move", "search", of_order, limit=1):
                if self.dice.random() < 0.7:
                    self._post(invoice)

    def contract_by_hand(self):
        """The manager gives himself what only the head gives."""
        if contract := self._pick("contracts", "active", "terminated"):
            values = self.dice.choice([{"credit_limit": 9999}, {"state": "active"}, {"state": "draft"}])
            if values.get("state") != contract["state"] and not self._on_its_way(contract, values):
                self.crew.must_be_refused("manager", "sales.contract", "write", [contract["id"]], values)

    def _on_its_way(self, contract, values):
        """Whether the head may have put the contract into this state just now: writing it changes nothing."""
        return "state" in values and contract["state"] == "terminated" and not self.crew.alone


class HeadSteps(ManagerSteps):
    """The head decides about limits, contracts and releases that the manager asks for."""

    def limit(self):
        if contract := self._pick("contracts", "active"):
            limit = self.dice.choice([300, 700, LIMIT, LIMIT, 1500, 2500])
            self.crew.call("head", "sales.contract", "write", [contract["id"]], {"credit_limit": limit})
            self.crew.limits.append((one(contract, "client_id"), limit))

    def terminate(self):
        if self.dice.random() < 0.5 and (contract := self._pick("contracts", "active")):
            self.crew.call("head", "sales.contract", "action_terminate", [contract["id"]])

    def in_force_again(self):
        if contract := self._pick("contracts", "terminated"):
            self.crew.call("head", "sales.contract", "action_draft", [contract["id"]])
            self.crew.call("head", "sales.contract", "action_activate", [contract["id"]])
            self.crew.limits.append((one(contract, "client_id"), contract["credit_limit"]))

    def ask(self):
        kinds = [("sale.order", self._pick("orders", "draft", "sale"))]
        kinds.append(("stock.picking", self._pick("pickings", "assigned", picking_type_code="outgoing")))
        model, document = self.dice.choice(kinds)
        if document:
            self._ask(model, document["id"])

    def _ask(self, model, document):
        wizard = self.crew.make(
            "manager",
            "sales.credit.ask",
            {
                "res_model": model,
                "res_id": document,
                "reason": "He pays on Friday",
                "amount": PRICE * self._pieces(20),
            },
        )
        self.crew.call("manager", "sales.credit.ask", "action_ask", [wizard])

    def confirm_by_release(self):
        if order := self._pick("orders", "draft"):
            self._ask("sale.order", order["id"])
            self._approve_latest("order_id", order["id"])
            self._confirm(order["id"])

    def ship_by_release(self):
        if picking := self._pick("pickings", "assigned", picking_type_code="outgoing"):
            self._ask("stock.picking", picking["id"])
            self._approve_latest("picking_id", picking["id"])
            self._done(picking["id"], more=self.dice.choice([0, 1]))

    def _approve_latest(self, name, document):
        domain = [(name, "=", document), ("state", "=", "requested")]
        found = self.crew.call("head", "sales.credit.release", "search", domain, limit=1)
        self.crew.call("head", "sales.credit.release", "action_approve", found)

    def approve(self):
        if release := self._pick("releases", "requested"):
            role = self.dice.choice(["manager", "head", "head"])
            if role == "manager":
                self.crew.must_be_refused(role, "sales.credit.release", "action_approve", [release["id"]])
            else:
                method = self.dice.choice(["action_approve", "action_approve", "action_refuse"])
                self.crew.call(role, "sales.credit.release", method, [release["id"]])
