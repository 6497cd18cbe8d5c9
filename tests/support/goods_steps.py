"""What the packer does with deliveries and returns, and the accountant with invoices and payments."""

from datetime import date

from .credit import PRICE, one
from .crew import Step


class PackerSteps(Step):
    """Goods go, and come back."""

    def ship(self):
        states = ("assigned", "confirmed", "waiting")
        if picking := self._pick("pickings", *states, picking_type_code="outgoing"):
            self._done(picking["id"], more=self.dice.choice([0, 0, 0, 1, 3]))

    def _done(self, picking, more=0):
        moves = [
            move
            for move in self.now.moves.values()
            if one(move, "picking_id") == picking and move["state"] not in ("done", "cancel")
        ]
        for move in moves:
            quantity = max(1, move["product_uom_qty"] + more - self.dice.choice([0, 0, 1]))
            values = {"quantity": quantity, "picked": True}
            self.crew.call("packer", "stock.move", "write", [move["id"]], values)
        self._validate(picking)

    def _validate(self, picking):
        context = {"skip_backorder": True}
        if self.dice.random() < 0.4:
            context["picking_ids_not_to_backorder"] = [picking]
        self.crew.call("packer", "stock.picking", "button_validate", [picking], context=context)

    def cancel_delivery(self):
        if picking := self._pick("pickings", "assigned", "confirmed"):
            self.crew.call("packer", "stock.picking", "action_cancel", [picking["id"]])

    def grow_what_is_gone(self):
        if move := self._pick("moves", "done"):
            more = {"quantity": move["quantity"] + self._pieces(3)}
            self.crew.call("packer", "stock.move", "write", [move["id"]], more)

    def ship_without_an_order(self):
        places = {name: self.warehouse[name] for name in ("location_id", "location_dest_id")}
        quantity = self._pieces()
        move = {"product_id": self.dice.choice(self.goods), "product_uom_qty": quantity, "quantity": quantity}
        picking = self.crew.make(
            "packer",
            "stock.picking",
            {
                "picking_type_id": self.warehouse["picking_type_id"],
                "partner_id": self._client(),
                **places,
                "move_ids": [(0, 0, {**move, "picked": True, **places})],
            },
        )
        self._validate(picking)

    def come_back(self):
        gone = [m for m in self.now.having("moves", "done") if one(m, "location_id") != self.now.customers]
        if move := self._any(gone):
            model, picking = "stock.return.picking", one(move, "picking_id")
            wizard = self.crew.make(
                "packer",
                model,
                {"picking_id": picking},
                context={"active_id": picking, "active_model": "stock.picking"},
            )
            lines = self.crew.call(
                "packer",
                "stock.return.picking.line",
                "search_read",
                [("wizard_id", "=", wizard)],
                ["move_id"],
            )
            for line in lines:
                quantity = move["quantity"] if one(line, "move_id") == move["id"] else 0
                values = {"quantity": quantity}
                self.crew.call("packer", "stock.return.picking.line", "write", [line["id"]], values)
            back = self.crew.call("packer", model, "action_create_returns", [wizard])["res_id"]
            moves = self.crew.call("packer", "stock.move", "search", [("picking_id", "=", back)])
            values = {"quantity": move["quantity"], "picked": True}
            self.crew.call("packer", "stock.move", "write", moves, values)
            self._validate(back)


class AccountantSteps(Step):
    """Invoices, credit notes and payments, there and back."""

    def post(self):
        if invoice := self._pick("invoices", "draft"):
            self._post(invoice["id"])
            if invoice["move_type"] == "out_refund":
                self._another_owes(invoice)

    def _another_owes(self, invoice):
        """The order has another payer since: he owes again what is no longer invoiced."""
        for order, worth in self.now.invoiced(invoice["id"]).items():
            payer = one(self.now.orders[order], "partner_invoice_id")
            if payer != one(invoice, "partner_id"):
                self.crew.undone.append((payer, worth))

    def _post(self, invoice):
        self.crew.call("accountant", "account.move", "action_post", [invoice])

    def back_to_draft(self):
        if invoice := self._pick("invoices", "posted"):
            self.crew.call("accountant", "account.move", "button_draft", [invoice["id"]])
            if invoice["move_type"] == "out_refund":
                self.crew.undone.append((one(invoice, "partner_id"), invoice["amount_total"]))
            else:
                self._another_owes(invoice)

    def credit_note(self):
        if invoice := self._pick("invoices", "posted", move_type="out_invoice"):
            wizard = self.crew.make(
                "accountant",
                "account.move.reversal",
                {"journal_id": self.warehouse["sales_journal"], "date": str(date.today()), "reason": "Back"},
                context={"active_ids": [invoice["id"]], "active_model": "account.move"},
            )
            method = self.dice.choice(["refund_moves", "modify_moves"])
            self.crew.call("accountant", "account.move.reversal", method, [wizard])
            self._another_owes(invoice)

    def pay(self):
        client = self._client()
        owed = self.now.ledger(client)
        if owed > 0:
            amount = owed if self.dice.random() < 0.2 else min(owed, PRICE * self._pieces())
            payment = self.crew.make(
                "accountant",
                "account.payment",
                {
                    "partner_id": client,
                    "amount": amount,
                    "payment_type": "inbound",
                    "partner_type": "customer",
                },
            )
            self.crew.call("accountant", "account.payment", "action_post", [payment])

    def pay_invoice(self):
        if invoice := self._pick("invoices", "posted", move_type="out_invoice", payment_state="not_paid"):
            wizard = self.crew.make(
                "accountant",
                "account.payment.register",
                {},
                context={"active_ids": [invoice["id"]], "active_model": "account.move"},
            )
            self.crew.call("accountant", "account.payment.register", "action_create_payments", [wizard])

    def take_payment_back(self):
        if payment := self._pick("payments", "in_process", "paid"):
            self.crew.call("accountant", "account.payment", "action_draft", [payment["id"]])
            self.crew.undone.append((one(payment, "partner_id"), payment["amount"]))

    def unmatch(self):
        matched = [
            item["id"]
            for item in self.now.items.values()
            if item["matched_debit_ids"] or item["matched_credit_ids"]
        ]
        if item := self._any(matched):
            self.crew.call("accountant", "account.move.line", "remove_move_reconcile", [item])
