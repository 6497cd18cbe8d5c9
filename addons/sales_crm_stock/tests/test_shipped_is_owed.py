from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestShippedIsOwed(DeliveryCase):
    """What left the warehouse and isn't invoiced is owed, whatever becomes of its order."""

    def _ship(self, quantity=10, **values):
        picking = self._delivery(quantity, **values)
        picking.with_user(self.packer).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def _open(self, client=None):
        client = client or self.client
        self.env.invalidate_all()
        return self.env["sales.credit"]._standings(client, self.company)[client.id].open_orders

    def _picking(self, quantity, source=None, target=None, **values):
        source = source or self.warehouse.lot_stock_id
        target = target or self.env.ref("stock.stock_location_customers")
        places = {"location_id": source.id, "location_dest_id": target.id}
        return self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.client.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": quantity,
                            "quantity": quantity,
                            "picked": True,
                            **places,
                        }
                    )
                ],
                **values,
            }
        )

    # ------------------------------------------------------
    # With an order
    # ------------------------------------------------------

    def test_deliver_cancel_deliver(self):
        order = self._ship().sale_id
        order.with_user(self.manager)._action_cancel()
        self.assertEqual(self._open(), 1000)
        self._assert_blocked(self._order(10).with_user(self.manager).action_confirm)
        self._assert_blocked(lambda: self._order(1, state="sale"))
        order.with_user(self.manager).action_draft()
        self.assertEqual(self._open(), 1000)
        self._assert_blocked(self._order(10).with_user(self.manager).action_confirm)
        order.order_line.product_uom_qty = 20
        self._assert_blocked(order.with_user(self.manager).action_confirm)
        order.order_line.product_uom_qty = 1
        order.with_user(self.manager).action_confirm()
        self.assertEqual(self._open(), 1000)

    def test_an_invoice_and_a_return_end_it(self):
        order = self._ship().sale_id
        order._create_invoices().action_post()
        order.with_context(disable_cancel_warning=True)._action_cancel()
        self.assertEqual(self._open(), 0)

    def test_a_cancelled_order_is_shipped_back(self):
        picking = self._ship()
        picking.sale_id._action_cancel()
        self._bring_back(picking)
        self.assertEqual(self._open(), 0)
        self._order(10).action_confirm()

    def _bring_back(self, picking, quantity=10):
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back.button_validate()
        self.assertEqual(back.state, "done")

    def test_a_cancelled_order_is_deleted(self):
        order = self._ship().sale_id
        order._action_cancel()
        order.with_context(disable_cancel_warning=True).unlink()
        self.assertEqual(self._open(), 1000)
        self._assert_blocked(self._order(1).action_confirm)

    def test_shipped_goods_stay_with_their_order(self):
        picking = self._ship().with_user(self.packer)
        for action in (
            lambda: picking.move_ids.write({"sale_line_id": False}),
            lambda: picking.write({"sale_id": False}),
            lambda: picking.write(
                {"move_ids": [Command.update(picking.move_ids.id, {"sale_line_id": False})]}
            ),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()
            self.env.invalidate_all()
        picking.write({"partner_id": False})
        picking.move_ids.write({"partner_id": False, "picking_id": False})
        self.assertEqual(self._open(), 1000)
        picking.sudo().move_ids.sale_line_id = False
        self.assertEqual(self._open(), 1000)

    def test_the_warehouse_counts(self):
        order = self._ship().sale_id
        line = order.order_line.with_user(self.manager)
        with self.assertRaises(AccessError), self.cr.savepoint():
            line.write({"qty_delivered": 0})
        line.order_id.write({"note": "<p>Thanks</p>"})
        line.with_context(accrual_entry_date="2000-01-01").move_ids.sudo().write({"quantity": 10})
        self.env.add_to_compute(line._fields["qty_delivered"], line)
        line.with_context(accrual_entry_date="2000-01-01").flush_recordset()
        self.assertEqual(self._open(), 1000)

    def test_more_is_packed_than_was_ordered(self):
        """Core makes a line of the order of it, with what was packed."""
        other = self.env["product.product"].create(
            {
                "name": "Beside",
                "list_price": 100,
                "is_storable": True,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
            }
        )
        self.env["stock.quant"]._update_available_quantity(other, self.warehouse.lot_stock_id, 100)
        self.packer.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        picking = self._delivery(5).with_user(self.packer)
        move = {
            "product_id": other.id,
            "product_uom_qty": 2,
            "quantity": 2,
            "picked": True,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
        }
        picking.write({"move_ids": [Command.create(move)]})
        picking.button_validate()
        line = picking.sudo().sale_id.order_line.filtered(lambda line: line.product_id == other)
        self.assertEqual((picking.state, line.qty_delivered, self._open()), ("done", 2, 700))

    def test_a_line_that_says_it_is_delivered(self):
        order = self._ship(5).sale_id
        line = self.env["sale.order.line"].with_user(self.manager)
        values = {"order_id": order.id, "product_id": self.goods.id, "product_uom_qty": 1, "price_unit": 100}
        for new in (
            line.create({**values, "tax_ids": False, "qty_delivered": -5}),
            line.with_context(default_qty_delivered=-5).create({**values, "tax_ids": False}),
        ):
            self.assertEqual(new.qty_delivered, 0)
        self.assertEqual(self._open(), 700)

    def test_an_order_raised_after_its_limit_was_taken(self):
        first = self._confirmed(10)
        first.picking_ids.action_cancel()
        self.assertEqual(self._open(), 0)
        self._confirmed(10)
        self._assert_blocked(lambda: first.order_line.with_user(self.manager).write({"product_uom_qty": 11}))
        self._assert_blocked(lambda: first.picking_ids.with_user(self.packer).copy())

    def test_figures_of_a_shipment_can_not_be_written(self):
        move = self._ship().move_ids.with_user(self.packer)
        for values in ({"credit_client_id": False}, {"credit_amount": 0}, {"credit_price": 0}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                move.write(values)

    # ------------------------------------------------------
    # Without an order, or cut off from it before it ships
    # ------------------------------------------------------

    def test_without_an_order_it_is_owed(self):
        self._picking(10).with_user(self.packer).button_validate()
        self.assertEqual(self._open(), 1000)
        self._assert_blocked(self._order(1).action_confirm)
        self._assert_blocked(self._picking(1).with_user(self.packer).button_validate)

    def test_without_an_order_it_is_invoiced_or_comes_back(self):
        picking = self._picking(10)
        picking.button_validate()
        self._bring_back(picking, 4)
        self.assertEqual(self._open(), 600)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "quantity": 6,
                            "price_unit": 100,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        self.assertEqual(self._open(), 600)
        # of the server's day; the company's may be another one
        invoice.write({"date": picking.move_ids.date.date(), "invoice_date": picking.move_ids.date.date()})
        invoice.action_post()
        self.assertEqual(self._open(), 0)

    def test_cut_off_before_it_ships(self):
        """Whoever is still named is asked; nobody is no answer."""
        picking = self._delivery(10).with_user(self.packer)
        self._lower_limit()
        picking.write({"sale_id": False})
        self._assert_blocked(picking.button_validate)
        picking.move_ids.write({"picking_id": False})
        move = picking.sale_id.order_line.move_ids or self.env["stock.move"].search(
            [("product_id", "=", self.goods.id)], order="id desc", limit=1
        )
        self._assert_blocked(move.with_user(self.packer)._action_done)

    def test_nobody_gets_it(self):
        picking = self._delivery(10).with_user(self.packer)
        picking.write({"sale_id": False, "partner_id": False})
        self._assert_blocked(picking.button_validate, "isn't said to whom")
        loose = self._picking(1, partner_id=False)
        self._assert_blocked(loose.with_user(self.packer).button_validate, "isn't said to whom")
        loose.partner_id = self.client
        self._assert_blocked(loose.button_validate)
        self._lower_limit(1100)
        loose.button_validate()

    def test_another_clients_goods_in_the_same_delivery(self):
        free = self._create_client("Free", self.manager)
        picking, other = self._delivery(1, client=free), self._delivery(10)
        self._lower_limit()
        other.move_ids.with_user(self.packer).write({"picking_id": picking.id})
        self._assert_blocked(picking.with_user(self.packer).button_validate)

    def test_by_way_of_a_transit_location(self):
        transit = self.env["stock.location"].create(
            {"name": "On the way", "usage": "transit", "company_id": self.company.id}
        )
        self._picking(20, target=transit).with_user(self.packer).button_validate()
        self._assert_blocked(self._picking(11, source=transit).with_user(self.packer).button_validate)
        self._assert_blocked(
            self._picking(11, source=transit, partner_id=False).with_user(self.packer).button_validate,
            "isn't said to whom",
        )

    # ------------------------------------------------------
    # More than was checked
    # ------------------------------------------------------

    def _done(self):
        picking = self._ship(5)
        picking.action_toggle_is_locked()
        self._lower_limit(500)
        return picking.with_user(self.packer)

    def _line_values(self, picking, quantity=40, **values):
        return {
            "product_id": self.goods.id,
            "quantity": quantity,
            "company_id": self.company.id,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            **values,
        }

    def test_a_line_by_default(self):
        picking = self._done()
        Line = self.env["stock.move.line"].with_user(self.packer)
        values = self._line_values(picking)
        move = picking.move_ids
        for action in (
            lambda: Line.with_context(default_move_id=move.id).create(values),
            lambda: Line.with_context(default_move_id=move.id, default_picking_id=picking.id).create(values),
            lambda: Line.with_context(default_picking_id=picking.id).create(values),
            lambda: Line.create({**values, "picking_id": picking.id}),
            lambda: Line.create({**values, "move_id": move.id}),
            lambda: move.write({"move_line_ids": [Command.create(values)]}),
            lambda: picking.write({"move_line_ids": [Command.create(values)]}),
        ):
            self._assert_blocked(action)
        self.assertEqual(picking.move_ids.quantity, 5)

    def test_a_move_comes_to_a_done_delivery(self):
        picking = self._done()
        self._assert_blocked(
            lambda: picking.write(
                {
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.goods.id,
                                "product_uom_qty": 11,
                                "quantity": 11,
                                "picked": True,
                                "state": "done",
                                "location_id": picking.location_id.id,
                                "location_dest_id": picking.location_dest_id.id,
                            }
                        )
                    ]
                }
            )
        )

    def test_a_line_from_another_delivery(self):
        picking = self._done()
        self._lower_limit(1000)
        other = self._delivery(5)
        self._lower_limit(500)
        line = other.move_line_ids.with_user(self.packer)
        self._assert_blocked(lambda: line.write({"move_id": picking.move_ids.id}))

    def test_another_unit(self):
        picking = self._done()
        dozen = self.env.ref("uom.product_uom_dozen")
        self._assert_blocked(lambda: picking.move_line_ids.write({"product_uom_id": dozen.id}))
        with self.assertRaises(UserError), self.cr.savepoint():
            picking.move_ids.write({"product_uom": dozen.id})

    def test_a_line_goes_elsewhere_than_its_move(self):
        inside = self._picking(11, target=self.warehouse.lot_stock_id)
        lines = inside.move_line_ids.with_user(self.packer)
        customers = self.env.ref("stock.stock_location_customers")
        with self.assertRaisesRegex(UserError, "Make a delivery"), self.cr.savepoint():
            lines.write({"location_dest_id": customers.id})

    # ------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------

    def test_a_release_of_a_delivery_is_for_its_client(self):
        picking = self._delivery()
        self._lower_limit()
        self.env["sales.credit.ask"].with_user(self.manager).create(
            {"res_model": "stock.picking", "res_id": picking.id, "reason": "Pays on Friday"}
        ).action_ask()
        picking.credit_release_ids.with_user(self.controller).action_approve()
        other = self._create_client("Other", self.manager)
        self._contract(other, credit_limit=10)
        picking.write({"sale_id": False, "partner_id": other.id})
        self._assert_blocked(picking.with_user(self.packer).button_validate)
