from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.sales_crm.tests.common_credit import CreditCase


class DeliveryCase(CreditCase):
    """Goods in stock, and orders that are to be delivered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods.is_storable = True
        cls.goods.invoice_policy = "delivery"
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls._stock(1000)
        cls.packer = new_test_user(
            cls.env,
            "packer",
            "stock.group_stock_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    @classmethod
    def _stock(cls, quantity):
        cls.env["stock.quant"]._update_available_quantity(cls.goods, cls.warehouse.lot_stock_id, quantity)

    def _confirmed(self, quantity=10, **values):
        order = self._order(quantity, **values)
        order.action_confirm()
        return order

    def _delivery(self, quantity=10, **values):
        """The delivery of a confirmed order, ready to go."""
        picking = self._confirmed(quantity, **values).picking_ids
        picking.move_ids.write({"quantity": quantity, "picked": True})
        return picking

    def _assert_blocked(self, action, reason="exceeded by"):
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            action()
        self.env.invalidate_all()

    def _lower_limit(self, limit=500):
        self.contract.credit_limit = limit


@tagged("post_install", "-at_install")
class TestDeliveryGate(DeliveryCase):
    """What stops a delivery, and that there is no way around it."""

    def test_every_route(self):
        picking = self._delivery()
        self._lower_limit()
        as_packer = picking.with_user(self.packer)
        routes = (
            as_packer.button_validate,
            as_packer.with_context(skip_backorder=True, skip_sms=True, force=True).button_validate,
            as_packer._action_done,
            as_packer.move_ids._action_done,
            lambda: as_packer.move_ids.write({"state": "done"}),
            lambda: picking.sudo()._action_done(),
        )
        for route in routes:
            self._assert_blocked(route)
        self.assertIn("exceeded by", as_packer.credit_reason)
        self._lower_limit(1000)
        self.env.invalidate_all()
        self.assertFalse(as_packer.credit_reason)
        as_packer.button_validate()
        self.assertEqual(picking.state, "done")

    def test_part_and_backorder(self):
        picking = self._delivery()
        self._lower_limit(600)
        picking.move_ids.quantity = 6
        wizard = Form.from_action(self.env, picking.button_validate()).save()
        wizard.process()
        self.assertEqual((picking.state, picking.move_ids.quantity), ("done", 6))
        rest = picking.backorder_ids
        rest.move_ids.write({"quantity": 4, "picked": True})
        self._assert_blocked(rest.button_validate)

    def test_who_packs_is_told_whom_to_tell(self):
        """He may not ask for a release himself, so he isn't sent to a dialog that is closed to him."""
        picking = self._delivery()
        self._lower_limit()
        self._assert_blocked(picking.with_user(self.packer).button_validate, "Tell the client's manager")
        buttons = [
            "action_ask_release"
            in self.env["stock.picking"].with_user(user).get_view(view_type="form")["arch"]
            for user in (self.packer, self.manager)
        ]
        self.assertEqual(buttons, [False, True])

    def test_other_orders_in_the_warehouse_do_not_count(self):
        first, second = self._delivery(5), self._delivery(5)
        self._lower_limit(500)
        first.button_validate()
        self.assertEqual(first.state, "done")
        self._assert_blocked(second.button_validate)
        batch = self._delivery(1, client=self._create_client("Free", self.manager)) | second
        self._assert_blocked(batch.button_validate)

    def test_a_done_delivery_grows(self):
        self._lower_limit(500)
        picking = self._delivery(5)
        picking.button_validate()
        picking.action_toggle_is_locked()
        for action in (
            lambda: picking.move_ids.write({"quantity": 6}),
            lambda: picking.move_line_ids.write({"quantity": 6}),
        ):
            self._assert_blocked(action)

    def test_over_delivery(self):
        self._lower_limit(500)
        picking = self._delivery(5)
        picking.move_ids.quantity = 6
        self._assert_blocked(picking.button_validate)

    def test_overdue(self):
        picking = self._delivery()
        invoice = self._owe(1, days_ago=60)
        self._assert_blocked(picking.button_validate, "are overdue")
        invoice.button_draft()
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_returns_come_in(self):
        picking = self._delivery()
        picking.button_validate()
        self._owe(100, days_ago=60)
        self._lower_limit(0)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 10
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 10, "picked": True})
        back.button_validate()
        self.assertEqual(back.state, "done")
        self.assertEqual(
            self.env["sales.credit"]._standings(self.client, self.company)[self.client.id].open_orders, 0
        )

    def test_shipped_goods_are_invoiced(self):
        picking = self._delivery()
        picking.button_validate()
        self._lower_limit(0)
        self.contract.action_terminate()
        invoice = picking.sale_id._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.state, "posted")

    def test_paid_in_advance(self):
        picking = self._delivery()
        self._lower_limit(0)
        self._pay(1000)
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_a_delivery_without_an_order(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.client.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 11,
                            "quantity": 11,
                            "picked": True,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                        }
                    )
                ],
            }
        )
        self._assert_blocked(picking.button_validate)
        picking.move_ids.quantity = 10
        picking.move_ids.product_uom_qty = 10
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_what_will_never_come_uses_up_no_limit(self):
        picking = self._delivery()
        picking.move_ids.quantity = 4
        Form.from_action(self.env, picking.button_validate()).save().process_cancel_backorder()
        standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
        self.assertEqual(standing.open_orders, 400)
        self._order(6).action_confirm()

    def test_release_of_a_delivery(self):
        picking = self._delivery()
        self._lower_limit()
        ask = self.env["sales.credit.ask"].with_user(self.manager)
        ask.create(
            {"res_model": "stock.picking", "res_id": picking.id, "reason": "Pays on Friday"}
        ).action_ask()
        release = picking.credit_release_ids
        self.assertEqual((release.amount, release.client_id), (1000, self.client))
        release.with_user(self.controller).action_approve()
        self.env.invalidate_all()
        self.assertEqual(picking.credit_release_state, "approved")
        picking.with_user(self.packer).button_validate()
        self.assertEqual((picking.state, release.state), ("done", "used"))
        invoice = picking.sale_id._create_invoices()
        self.assertEqual(invoice.credit_release_ids, release, "the accountant sees who released what")

    def test_what_was_released_as_an_order_ships(self):
        order = self._order(12)
        wizard = self.env["sales.credit.ask"].create(
            {"res_model": "sale.order", "res_id": order.id, "reason": "Pays on Friday"}
        )
        wizard.action_ask()
        order.credit_release_ids.with_user(self.controller).action_approve()
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 12, "picked": True})
        order.credit_release_ids.sudo().date_to = self.today - timedelta(days=1)
        self._assert_blocked(picking.button_validate)
        order.credit_release_ids.sudo().date_to = self.today
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_managers_see_deliveries_of_their_clients(self):
        picking = self._delivery()
        foreign = self._create_client("Foreign", self.colleague)
        other = self._delivery(1, client=foreign)
        for record, seen in ((picking, True), (other, False)):
            for part in (record, record.move_ids, record.move_line_ids):
                self.assertEqual(part.with_user(self.manager).has_access("read"), seen, part)

    # ------------------------------------------------------
    # Goods that go without a delivery, in a batch, or straight from a supplier
    # ------------------------------------------------------

    def _loose_move(self, quantity, **values):
        move = self.env["stock.move"].create(
            {
                "product_id": self.goods.id,
                "product_uom_qty": quantity,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "partner_id": self.client.id,
                "company_id": self.company.id,
                **values,
            }
        )
        move._action_confirm()
        move.write({"quantity": quantity, "picked": True})
        return move

    def test_a_move_without_a_delivery(self):
        move = self._loose_move(11)
        self.assertFalse(move.picking_id)
        for action in (
            move._action_done,
            move.with_user(self.packer)._action_done,
            lambda: move.write({"state": "done"}),
            lambda: self._loose_move(11, state="done"),
        ):
            self._assert_blocked(action)
        move = self._loose_move(10)
        move._action_done()
        self.assertEqual(move.state, "done")
        self._assert_blocked(lambda: move.write({"quantity": 11}))

    def test_a_move_without_a_delivery_back_from_the_client(self):
        self._lower_limit(0)
        stock, customers = self.warehouse.lot_stock_id, self.env.ref("stock.stock_location_customers")
        move = self._loose_move(11, location_id=customers.id, location_dest_id=stock.id)
        move._action_done()
        self.assertEqual(move.state, "done")

    def test_straight_from_the_supplier(self):
        """Such a delivery names the supplier; its moves name the client."""
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        customers = self.env.ref("stock.stock_location_customers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": supplier.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": customers.id,
            }
        )
        move = self._loose_move(11, picking_id=picking.id, location_id=picking.location_id.id)
        self.assertEqual(picking.move_ids, move)
        self._assert_blocked(picking.button_validate)
        move.write({"quantity": 10, "product_uom_qty": 10})
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_nobody_set_the_quantities(self):
        """Pressing the button on a reserved delivery is enough to ship all of it."""
        picking = self._confirmed(10).picking_ids
        self._lower_limit()
        self._assert_blocked(picking.button_validate)
        self._lower_limit(1000)
        picking.button_validate()
        self.assertEqual(picking.state, "done")

    def test_batch_transfer(self):
        if "stock.picking.batch" not in self.env:  # ./crm test installs it beside our add-ons
            self.skipTest("Batch transfers are not installed")
        pickings = self._delivery(5) | self._delivery(5)
        self._lower_limit()
        batch = self.env["stock.picking.batch"].create({"picking_ids": pickings.ids})
        batch.action_confirm()
        self._assert_blocked(batch.action_done)
        self.assertNotIn("done", pickings.mapped("state"))
