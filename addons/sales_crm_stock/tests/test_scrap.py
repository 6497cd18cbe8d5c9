from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestScrap(DeliveryCase):
    """What is thrown away goes to nobody: no client owes it, and no client gets goods by that way."""

    def _scrap(self, **values):
        scrap = self.env["stock.scrap"].with_user(self.packer)
        return scrap.create(
            {"company_id": self.company.id, "product_id": self.goods.id, "scrap_qty": 5, **values}
        )

    def _open(self):
        self.env.invalidate_all()
        return self.env["sales.credit"]._standings(self.client, self.company)[self.client.id].open_orders

    def test_out_of_stock(self):
        scrap = self._scrap(owner_id=self.client.id)
        scrap.owner_id = False
        scrap.do_scrap()
        self.assertEqual((scrap.state, self._open()), ("done", 0))
        self.assertFalse(scrap.sudo().move_ids.credit_client_id)

    def test_of_a_delivery(self):
        """Neither before it goes nor afterwards does it change what the client owes."""
        waiting = self._delivery(5)
        self.assertEqual(self._open(), 500)
        self._scrap(picking_id=waiting.id).do_scrap()
        self.assertEqual(self._open(), 500)
        waiting.move_ids.filtered("sale_line_id").write({"quantity": 5, "picked": True})
        waiting.with_user(self.packer).button_validate()
        self.assertEqual((waiting.state, self._open()), ("done", 500))
        scrap = self._scrap(picking_id=waiting.id, scrap_qty=2)
        self.assertEqual(scrap.location_id.usage, "customer")
        scrap.do_scrap()
        self.assertEqual((scrap.state, self._open()), ("done", 500))

    def test_to_a_client_that_nobody_names(self):
        """Whoever calls the client's place a scrap location is asked who gets it."""
        customers = self.env.ref("stock.stock_location_customers")
        scrap = self._scrap(scrap_location_id=customers.id)
        with self.assertRaisesRegex(UserError, "it isn't said to whom"), self.cr.savepoint():
            scrap.do_scrap()

    def test_to_a_client_of_a_delivery(self):
        customers = self.env.ref("stock.stock_location_customers")
        picking = self._delivery(5)
        self._scrap(picking_id=picking.id, scrap_location_id=customers.id).do_scrap()
        self.assertGreaterEqual(self._open(), 1000)
        self._lower_limit(100)
        more = self._scrap(picking_id=picking.id, scrap_location_id=customers.id)
        self._assert_blocked(more.do_scrap)

    def test_from_scrap_to_a_client(self):
        """What was thrown away and goes out after all goes out of no stock, and is asked about."""
        scrap = self._scrap()
        scrap.do_scrap()
        customers = self.env.ref("stock.stock_location_customers")
        again = self._scrap(location_id=scrap.scrap_location_id.id, scrap_location_id=customers.id)
        with self.assertRaisesRegex(UserError, "it isn't said to whom"), self.cr.savepoint():
            again.do_scrap()
