from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_crm.demo.days import Days


@tagged("post_install", "-at_install")
class TestDemoDeliveries(TransactionCase):
    """What the example company has delivered, and what not yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = cls.env["res.users"].with_context(active_test=False)
        logins = [*(f"manager{n}" for n in range(1, 6)), "head", "accountant", "controller", "rules"]
        for user in users.search([("login", "in", [*logins, "harris", "dawson"])]):
            user.login = f"{user.login}_of_before"
        demo = cls.env["sales.demo"]
        cls.startClassPatcher(patch.object(type(demo), "_language", return_value="en"))
        demo._load()
        cls.days = Days("Europe/London", 250, cls.env.company)
        managers = users.search([("login", "in", [*logins, "harris", "dawson"])])
        cls.orders = cls.env["sale.order"].search([("user_id", "in", managers.ids), ("state", "=", "sale")])
        cls.pickings = cls.orders.picking_ids

    def test_every_order_has_its_deliveries(self):
        self.assertGreater(len(self.orders), 60)
        for order in self.orders:
            self.assertTrue(order.picking_ids)
            for line in order.order_line:
                gone = line.move_ids.filtered(lambda move: move.state == "done")
                came_back = gone.filtered(lambda move: move.location_id.usage == "customer")
                self.assertEqual(
                    line.qty_delivered,
                    sum((gone - came_back).mapped("quantity")) - sum(came_back.mapped("quantity")),
                )

    def test_done_and_open(self):
        done = self.pickings.filtered(lambda picking: picking.state == "done")
        opened = self.pickings - done
        self.assertGreater(len(done), 50)
        self.assertEqual(set(opened.mapped("state")), {"assigned"})
        late = opened.filtered(lambda picking: picking.scheduled_date.date() < self.days.today)
        self.assertTrue(late)
        self.assertTrue(opened - late)
        for picking in done - done.filtered("return_id"):
            self.assertIn(picking.date_done.date(), self.days.past)
            self.assertEqual(picking.date_done.date(), picking.scheduled_date.date())
            self.assertGreaterEqual(picking.date_done, picking.sale_id.date_order)
        self.assertEqual(set(done.move_ids.mapped("state")), {"done"})

    def test_partial_and_return(self):
        rest = self.pickings.filtered("backorder_id")
        self.assertTrue(rest)
        self.assertEqual(set(rest.mapped("sale_id.delivery_status")), {"partial"})
        self.assertGreater(min(rest.mapped("scheduled_date")).date(), self.days.today)
        back = self.pickings.filtered("return_id")
        self.assertEqual(back.mapped("state"), ["done"])
        self.assertGreater(back.date_done, back.return_id.date_done)
        note = back.sale_id.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(note.state, "posted")
        self.assertEqual(note.invoice_date, back.date_done.date())
        self.assertEqual(sum(note.invoice_line_ids.mapped("quantity")), sum(back.move_ids.mapped("quantity")))

    def test_figures_are_the_products_own(self):
        """What is stored is what a recount says, and the contracts are as they were agreed."""
        lines = self.orders.order_line
        for records, names in (
            (lines, ("qty_delivered", "qty_to_invoice", "invoice_status")),
            (self.orders, ("delivery_status", "invoice_status", "effective_date")),
        ):
            before = records.read(names)
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
            self.env.flush_all()
            self.assertEqual(records.read(names), before)
        contracts = self.env["sales.contract"].search([("state", "=", "active")])
        self.assertLess(max(contracts.mapped("credit_limit")), 1e11)
        self.assertLess(max(contracts.mapped("overdue_tolerance_days")), 100)

    def test_what_has_gone_is_owed(self):
        """By the client of the order, at its prices."""
        gone = self.pickings.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )
        for move in gone:
            self.assertEqual(move.credit_client_id, move.sale_line_id.order_id.partner_id)
            share = move.quantity / move.sale_line_id.product_uom_qty
            self.assertAlmostEqual(move.credit_amount, move.sale_line_id.price_total * share, 2)

    def test_stock(self):
        products = self.orders.order_line.product_id
        quants = self.env["stock.quant"].search(
            [("product_id", "in", products.ids), ("location_id.usage", "=", "internal")]
        )
        self.assertTrue(quants)
        self.assertGreater(min(quants.mapped("available_quantity")), 0)

    def test_loaded_once(self):
        self.env["sales.demo"]._load_deliveries()
        self.assertEqual(self.orders.picking_ids, self.pickings)
