from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sales_crm.tests.chance import dice_of, how_many

from .test_delivery_gate import DeliveryCase

LIMIT = 1000
PRICE = 100


@tagged("post_install", "-at_install")
class TestLimitMachine(DeliveryCase):
    """Whatever managers, packers, the head and controllers do, in any order: what is shipped and not paid,
    and the rest of what is confirmed, grows within the limit of the contract in force, or by a release. The
    ledger counts pieces and payments, not by the gate's way: all goods cost the same.
    """

    def setUp(self):
        super().setUp()
        self._begin()

    def _begin(self):
        self.paid, self.limit = 0, LIMIT

    # ------------------------------------------------------
    # The ledger
    # ------------------------------------------------------

    def _orders(self, *states):
        return self.env["sale.order"].search(
            [("partner_id", "=", self.client.id), ("state", "in", states)], order="id"
        )

    def _moves(self, *states):
        return self.env["stock.move"].search(
            [("product_id", "=", self.goods.id), ("state", "in", states)], order="id"
        )

    def _shipped(self):
        moves = self._moves("done")
        out = sum(moves.filtered(lambda move: move.location_dest_id.usage == "customer").mapped("quantity"))
        back = sum(moves.filtered(lambda move: move.location_id.usage == "customer").mapped("quantity"))
        return out - back

    def _promised(self):
        """Pieces that are still to come of confirmed orders."""
        return sum(
            max(line.product_uom_qty - line.qty_delivered, 0)
            for line in self._orders("sale").order_line
            if not line.move_ids or line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        )

    def _ledger(self):
        return PRICE * (self._shipped() + self._promised()) - self.paid

    def _releases(self, *states):
        return self.env["sales.credit.release"].search(
            [("client_id", "=", self.client.id), ("state", "in", states)], order="id"
        )

    def _released(self, now):
        """:param now: the releases that were used in this step
        :return: what they let through, and those of orders that ship within what was released of them
        """
        earlier = (self._releases("used") - now).filtered(
            lambda release: (
                release.order_id
                and PRICE * sum(release.order_id.order_line.mapped("qty_delivered")) <= release.amount
            )
        )
        return sum((now | earlier).mapped("amount"))

    # ------------------------------------------------------
    # What happens
    # ------------------------------------------------------

    def _step(self, dice):
        steps = [name for name in dir(self) if name.startswith("_step_")]
        name = dice.choice(steps)
        before, kept = self._ledger(), (self.paid, self.limit)
        used = self._releases("used")
        try:
            with self.cr.savepoint():
                getattr(self, name)(dice)
                self.env.flush_all()
        except UserError:
            self.paid, self.limit = kept
        self.env.invalidate_all()
        after = self._ledger()
        if after > max(before, self.limit):
            self.assertLessEqual(after - before, self._released(self._releases("used") - used), name)
        standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
        self.assertAlmostEqual(standing.exposure, after, 2, name)

    def _step_order(self, dice):
        self._order(dice.randint(1, 6)).with_user(self.manager).action_confirm()

    def _step_quote(self, dice):
        self._order(dice.randint(1, 12))

    def _step_confirm(self, dice):
        for order in self._orders("draft")[-1:]:
            order.with_user(self.manager).action_confirm()

    # the head and the contract

    def _step_limit(self, dice):
        limit = dice.choice([300, 700, LIMIT, 1500])
        self._contracts("active").with_user(self.head).write({"credit_limit": limit})
        self.limit = limit if self._contracts("active") else 0

    def _step_terminate(self, dice):
        # as often as another begins
        for contract in self._contracts("active"):
            contract.with_user(self.head).action_terminate()
            self.limit = 0

    def _step_new_contract(self, dice):
        if not self._contracts("active"):
            contract = self._contract(
                self.client, activate=False, credit_limit=LIMIT, name=f"Next {dice.random()}"
            )
            contract.with_user(dice.choice([self.head, self.head, self.manager])).action_activate()
            self.limit = LIMIT

    def _step_contract_by_hand(self, dice):
        """The manager gives himself what only the head gives."""
        values = dice.choice([{"credit_limit": 9999}, {"state": "active"}, {"state": "draft"}])
        contracts = self._contracts("active", "terminated")
        with self.assertRaises(UserError):
            contracts.with_user(self.manager).write(values)

    def _contracts(self, *states):
        return self.env["sales.contract"].search(
            [("client_id", "=", self.client.id), ("state", "in", states)], order="id"
        )

    # releases

    def _step_ask(self, dice):
        pickings = self._moves("assigned", "confirmed", "partially_available").picking_id
        documents = dice.choice([self._orders("draft"), self._orders("sale"), pickings])
        for document in documents[-1:]:
            self.env["sales.credit.ask"].with_user(self.manager).create(
                {
                    "res_model": document._name,
                    "res_id": document.id,
                    "reason": "He pays on Friday",
                    "amount": PRICE * dice.randint(1, 15),
                }
            ).action_ask()

    def _step_approve(self, dice):
        for release in self._releases("requested")[-1:]:
            release.with_user(dice.choice([self.manager, self.controller, self.controller])).action_approve()
            self.assertEqual(release.approver_id, self.controller)

    def _step_approve_my_own(self, dice):
        for order in self._orders("draft")[-1:]:
            self.env["sales.credit.ask"].with_user(self.controller).create(
                {"res_model": order._name, "res_id": order.id, "reason": "I say so"}
            ).action_ask()
            with self.assertRaises(UserError):
                self._releases("requested")[-1:].with_user(self.controller).action_approve()

    # the warehouse

    def _step_ship(self, dice):
        """Goods that core wants back, of a line that has become smaller, are left out: once they are
        invoiced, the books wait for a credit note, and pieces alone don't tell what is owed.
        """
        moves = self._moves("assigned", "confirmed", "partially_available")
        for move in moves.filtered(lambda move: move.location_dest_id.usage == "customer")[:1]:
            picking = move.picking_id.with_user(self.packer)
            quantity = dice.randint(1, int(move.product_uom_qty) + 2)
            picking.move_ids.write({"quantity": quantity, "picked": True})
            picking.with_context(skip_backorder=True).button_validate()

    def _step_cancel(self, dice):
        for order in self._orders("sale")[:1]:
            order.with_user(self.manager)._action_cancel()

    def _step_take_up(self, dice):
        for order in self._orders("cancel")[:1]:
            order.with_user(self.manager).action_draft()
            if dice.random() < 0.5:
                order.order_line[:1].product_uom_qty = dice.randint(1, 9)
            if dice.random() < 0.5:
                order.with_user(self.manager).action_confirm()

    def _step_raise(self, dice):
        for line in self._orders("sale", "draft").order_line[-1:]:
            line.with_user(self.manager).product_uom_qty += dice.randint(1, 6)

    def _step_move_line(self, dice):
        order, line = self._orders("sale")[:1], self._order(dice.randint(1, 6)).order_line
        if order:
            line.with_user(self.manager).order_id = order

    def _step_line_by_default(self, dice):
        for order in self._orders("sale")[-1:]:
            self.env["sale.order.line"].with_user(self.manager).with_context(
                default_order_id=order.id
            ).create(
                {
                    "product_id": self.goods.id,
                    "product_uom_qty": dice.randint(1, 6),
                    "price_unit": PRICE,
                    "tax_ids": [Command.clear()],
                }
            )

    def _step_cancel_delivery(self, dice):
        for move in self._moves("assigned", "confirmed")[-1:]:
            move.picking_id.with_user(self.packer).action_cancel()

    def _step_without_an_order(self, dice):
        customers = self.env.ref("stock.stock_location_customers")
        places = {"location_id": self.warehouse.lot_stock_id.id, "location_dest_id": customers.id}
        quantity = dice.randint(1, 6)
        move = {"product_id": self.goods.id, "product_uom_qty": quantity, "quantity": quantity}
        self.env["stock.picking"].with_user(self.packer).create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.client.id,
                **places,
                "move_ids": [Command.create({**move, "picked": True, **places})],
            }
        ).button_validate()

    def _step_come_back(self, dice):
        done = self._moves("done").filtered(
            lambda move: (
                move.location_dest_id.usage == "customer"
                and not move.returned_move_ids
                and not move.sale_line_id.qty_invoiced
            )
        )
        for move in done[:1]:
            wizard = self.env["stock.return.picking"].with_context(
                active_id=move.picking_id.id, active_model="stock.picking"
            )
            wizard = wizard.create({"picking_id": move.picking_id.id})
            wizard.product_return_moves.quantity = move.quantity
            back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
            back.move_ids.write({"quantity": move.quantity, "picked": True})
            back.button_validate()

    def _step_invoice(self, dice):
        for order in self._orders("sale").filtered(lambda order: order.invoice_status == "to invoice")[:1]:
            order._create_invoices().action_post()

    def _step_pay(self, dice):
        amount = PRICE * dice.randint(1, 6)
        if self._ledger() >= amount:
            self._pay(amount)
            self.paid += amount

    def test_random_days(self):
        for seed, dice in dice_of(2, 40):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._begin()
                for _step in range(how_many(40, 90)):
                    self._step(dice)
                savepoint.rollback()
            self.env.invalidate_all()
