from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sales_crm.tests.chance import dice_of, how_many

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestPerformanceShipped(DeliveryCase):
    """What was shipped is what left the warehouse, on the day on which it left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"credit_limit": 10**9, "overdue_tolerance_days": 9999})
        if "auto_batch" in cls.warehouse.out_type_id._fields:
            cls.warehouse.out_type_id.auto_batch = False

    def _rows(self, user=None):
        self.env.invalidate_all()
        Report = self.env["sales.performance.report"].with_user(user or self.manager)
        return Report.search(
            [("client_id", "=", self.client.id), ("kind", "in", ("shipped", "goods_returned"))]
        )

    def _ship(self, order, quantity):
        picking = order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))[:1]
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_sms=True)._action_done()
        return picking

    def _take_back(self, picking, quantity, to_refund=True):
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": quantity, "to_refund": to_refund})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back._action_done()
        return back

    def test_part_rest_and_return(self):
        order = self._confirmed(10)
        picking = self._ship(order, 6)
        [row] = self._rows()
        self.assertEqual((row.shipped_amount, row.shipped_quantity, row.number), (600, 6, picking.name))
        self.assertEqual((row.res_model, row.res_id), ("stock.picking", picking.id))
        self._ship(order, 4)
        self.assertEqual(sum(self._rows().mapped("shipped_amount")), 1000)
        back = self._take_back(picking, 2)
        self.assertEqual(sum(self._rows().mapped("shipped_amount")), 800)
        self.assertEqual(sum(self._rows().mapped("goods_returned_amount")), 200)
        [row] = self._rows().filtered(lambda row: row.kind == "goods_returned")
        self.assertEqual((row.number, row.shipped_amount, row.shipped_quantity), (back.name, -200, -2))
        action = row.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("stock.picking", back.id))

    def test_what_comes_back_to_be_replaced_stays_sold(self):
        picking = self._ship(self._confirmed(10), 10)
        self._take_back(picking, 3, to_refund=False)
        self.assertEqual(sum(self._rows().mapped("shipped_amount")), 1000)

    def test_the_day_is_that_of_the_move(self):
        order = self._confirmed(10)
        order.date_order = "2026-01-15 12:00:00"
        picking = self._ship(order, 10)
        picking.move_ids.date = "2026-02-03 12:00:00"
        self.assertEqual(str(self._rows().date), "2026-02-03")

    def test_services_beside_goods(self):
        service = self.env["product.product"].create({"name": "Advice", "type": "service"})
        line = {"product_id": service.id, "product_uom_qty": 2, "price_unit": 50, "tax_ids": False}
        order = self._order(1, order_line=[Command.create(line)])
        order.action_confirm()
        order.order_line.qty_delivered = 2
        self.assertEqual([(row.product_id, row.shipped_amount) for row in self._rows()], [(service, 100)])

    def test_other_units(self):
        order = self._order(1)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 1200
        order.action_confirm()
        self._ship(order, 6)  # the warehouse counts in pieces
        row = self._rows()
        self.assertEqual(
            (row.shipped_amount, row.shipped_quantity),
            (order.order_line.qty_delivered * 1200, order.order_line.qty_delivered * 12),
        )

    def test_to_the_cent(self):
        """Random deliveries and returns, counted as they happen; the quantities are core's."""
        for seed, rng in dice_of(1, 5):
            with self.subTest(seed=seed):
                ledger, shipped, prices = Counter(), [], {}
                for _number in range(how_many(15, 60)):
                    if shipped and rng.random() < 0.3:
                        order, picking, quantity = shipped.pop(rng.randrange(len(shipped)))
                        quantity = -rng.randint(1, quantity)
                        self._take_back(picking, -quantity)
                    else:
                        ordered, price = rng.randint(1, 9), Decimal(rng.randint(100, 9999)) / 100
                        order = self._order(ordered)
                        order.order_line.write({"price_unit": float(price), "discount": rng.choice([0, 7.5])})
                        order.action_confirm()
                        net = price * (1 - Decimal(str(order.order_line.discount)) / 100)
                        prices[order] = self._cents(ordered * net) / ordered
                        quantity = rng.randint(1, ordered)
                        shipped.append((order, self._ship(order, quantity), quantity))
                    ledger[order] += self._cents(prices[order] * quantity)
                found = Counter()
                units = Counter()
                for row in self._rows(self.head):
                    found[row.order_id] += self._cents(Decimal(str(round(row.shipped_amount, 6))))
                    units[row.order_id] += row.shipped_quantity
                self.assertEqual({order.id: found[order] for order in prices}, self._by_id(ledger))
                for order in prices:
                    self.assertEqual(units[order], order.order_line.qty_delivered)

    def _by_id(self, ledger):
        return {order.id: amount for order, amount in ledger.items()}

    def _cents(self, amount):
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
