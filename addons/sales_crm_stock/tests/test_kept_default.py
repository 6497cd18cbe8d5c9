from odoo.tests import tagged

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestKeptDefault(DeliveryCase):
    """Goods that belong to an order by a default, of the context or the packer's own, count as its goods."""

    def setUp(self):
        super().setUp()
        self._confirmed(5)
        picking = self._delivery(5)
        picking.button_validate()
        self.line = picking.sale_id.order_line
        self.Move = self.env["stock.move"].with_user(self.packer)
        self.values = {
            "product_id": self.goods.id,
            "product_uom_qty": 5,
            "quantity": 5,
            "picked": True,
            "state": "done",
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            "partner_id": self.client.id,
            "company_id": self.company.id,
        }

    def test_by_value(self):
        self._assert_blocked(lambda: self.Move.create({**self.values, "sale_line_id": self.line.id}))

    def test_by_context(self):
        self._assert_blocked(
            lambda: self.Move.with_context(default_sale_line_id=self.line.id).create(self.values)
        )

    def test_by_a_kept_default(self):
        self.env["ir.default"].with_user(self.packer).set(
            "stock.move", "sale_line_id", self.line.id, user_id=self.packer.id
        )
        self._assert_blocked(lambda: self.Move.create(self.values))
