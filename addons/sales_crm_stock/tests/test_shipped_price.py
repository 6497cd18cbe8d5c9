from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestShippedPrice(DeliveryCase):
    """What was shipped is owed at the price at which it was shipped, until it is invoiced."""

    def setUp(self):
        super().setUp()
        self.picking = self._delivery(10)
        self.picking.with_user(self.packer).button_validate()
        self.order = self.picking.sale_id
        self.line = self.order.order_line.with_user(self.manager)

    def _open(self):
        self.env.invalidate_all()
        return self.env["sales.credit"]._standings(self.client, self.company)[self.client.id].open_orders

    def test_a_lower_price_frees_no_limit(self):
        self.line.write({"price_unit": 50})
        self.assertEqual(self._open(), 1000)
        self._assert_blocked(self._order(1).with_user(self.manager).action_confirm)
        self.line.write({"discount": 50})
        self.assertEqual(self._open(), 1000)
        self.line.write({"price_unit": 100, "discount": 0})
        self.assertEqual((self._open(), self.line.sudo().credit_kept), (1000, 0))

    def test_in_a_draft(self):
        self.order.with_user(self.manager)._action_cancel()
        self.order.with_user(self.manager).action_draft()
        self.line.write({"price_unit": 1})
        self.assertEqual(self._open(), 1000)
        self.order.with_user(self.manager).write(
            {"order_line": [Command.update(self.line.id, {"product_uom_qty": 0})]}
        )
        self.assertEqual(self._open(), 1000)

    def test_the_rest_goes_at_the_new_price(self):
        self._lower_limit(5000)
        self.line.write({"product_uom_qty": 20})
        self.assertEqual(self._open(), 2000)
        self.line.write({"price_unit": 50})
        self.assertEqual(self._open(), 1500)
        rest = self.order.picking_ids - self.picking
        rest.move_ids.write({"quantity": 10, "picked": True})
        rest.with_user(self.packer).button_validate()
        self.assertEqual((rest.state, self._open()), ("done", 1500))

    def test_what_comes_back_is_owed_no_more(self):
        self.line.write({"price_unit": 50})
        wizard = self.env["stock.return.picking"].with_context(
            active_id=self.picking.id, active_model="stock.picking"
        )
        wizard = wizard.create({"picking_id": self.picking.id})
        wizard.product_return_moves.quantity = 4
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 4, "picked": True})
        back.button_validate()
        self.assertEqual(self._open(), 600)

    def test_an_invoice_ends_it(self):
        self.line.write({"price_unit": 50})
        self.order._create_invoices().action_post()
        self.assertEqual(self._open(), 0)
        self.line.write({"product_uom_qty": 12})
        self.assertEqual(self._open(), 100)

    def test_other_goods(self):
        other = self.goods.copy()
        self.order.with_user(self.manager)._action_cancel()
        self.order.with_user(self.manager).action_draft()
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.line.write({"product_id": other.id})
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.line.write({"product_uom_id": self.env.ref("uom.product_uom_dozen").id})
        self.line.write({"product_id": self.goods.id, "name": "Goods, blue"})
        self.line.sudo().credit_kept = 500
        with self.assertRaises(UserError), self.cr.savepoint():
            self.line.write({"credit_kept": 0})
