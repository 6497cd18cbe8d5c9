from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sales_crm.tests.chance import dice_of, how_many

from .test_delivery_gate import DeliveryCase

LIMIT = 1000
PRICE = 100


@tagged("post_install", "-at_install")
class TestLimitMachine(DeliveryCase):
    """Whatever managers and packers do, in any order: what is shipped and not paid, and the rest of what is
    confirmed, stays within the limit. The ledger counts pieces and payments, not by the gate's way: all goods
    cost the same.
    """

    def setUp(self):
        super().setUp()
        self.paid = 0

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

    # ------------------------------------------------------
    # What happens
    # ------------------------------------------------------

    def _step(self, dice):
        steps = [name for name in dir(self) if name.startswith("_step_")]
        name = dice.choice(steps)
        before, paid = self._ledger(), self.paid
        try:
            with self.cr.savepoint():
                getattr(self, name)(dice)
                self.env.flush_all()
        except UserError:
            self.paid = paid
        self.env.invalidate_all()
        after = self._ledger()
        if after > before:
            self.assertLessEqual(after, LIMIT, name)
        standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
        self.assertAlmostEqual(standing.exposure, after, 2, name)

    def _step_order(self, dice):
        self._order(dice.randint(1, 6)).with_user(self.manager).action_confirm()

    def _step_ship(self, dice):
        for move in self._moves("assigned", "confirmed", "partially_available")[:1]:
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
                self.paid = 0
                for _step in range(how_many(30, 60)):
                    self._step(dice)
                savepoint.rollback()
            self.env.invalidate_all()
