from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditMemory(CreditCase):
    """What is written decides, not what was passed; and exposure is never forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["product.product"].create(
            {
                "name": "Service",
                "list_price": 100,
                "type": "service",
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
            }
        )

    def _blocked(self, action, reason="exceeded by"):
        with self.assertRaisesRegex(UserError, reason), self.cr.savepoint():
            action()
        self.env.invalidate_all()

    def _standing(self, client=None):
        client = client or self.client
        return self.env["sales.credit"]._standings(client, self.company)[client.id]

    def _service(self, quantity=1, **values):
        return self._order(quantity, order_line=self._service_line(quantity), **values)

    def _service_line(self, quantity):
        values = {
            "product_id": self.service.id,
            "product_uom_qty": quantity,
            "price_unit": 100,
            "tax_ids": False,
        }
        return [Command.create(values)]

    # ------------------------------------------------------
    # Lines, by whatever route they come to an order
    # ------------------------------------------------------

    def test_a_line_by_default(self):
        order = self._order(10)
        order.action_confirm()
        Line = self.env["sale.order.line"].with_user(self.manager).with_context(default_order_id=order.id)
        values = {"product_id": self.goods.id, "product_uom_qty": 5, "price_unit": 100, "tax_ids": False}
        self._blocked(lambda: Line.create(values))
        self._blocked(lambda: Line.web_save(values, {}))
        self.assertEqual(Line.create({**values, "price_unit": 0}).order_id, order, "nothing more is owed")

    def test_a_line_from_another_order(self):
        order, other = self._order(10), self._order(5)
        order.action_confirm()
        line = other.order_line.with_user(self.manager)
        self._blocked(lambda: line.write({"order_id": order.id}))
        self._blocked(lambda: order.with_user(self.manager).write({"order_line": [Command.link(line.id)]}))

    def test_figures_by_default(self):
        order = self._order(10)
        order.action_confirm()
        values = {"product_id": self.goods.id, "product_uom_qty": 5, "price_unit": 100, "tax_ids": False}
        figures = {"price_total": 0, "price_subtotal": 0, "qty_invoiced": 5, "qty_delivered_method": "manual"}
        defaults = {f"default_{name}": value for name, value in figures.items()}
        Line = self.env["sale.order.line"].with_user(self.manager).with_context(**defaults)
        self._blocked(lambda: Line.create({**values, "order_id": order.id}))
        lying = {"default_invoice_status": "invoiced", "default_amount_total": 0, "default_credit_rate": 1000}
        Order = self.env["sale.order"].with_user(self.manager).with_context(**lying)
        lied = Order.create({"partner_id": self.client.id, "order_line": [Command.create(values)]})
        self.assertEqual((lied.amount_total, lied.invoice_status), (500, "no"))
        self._blocked(lied.action_confirm)

    def test_a_nested_line(self):
        order = self._order(10)
        order.action_confirm()
        line = {"product_id": self.goods.id, "product_uom_qty": 5, "price_unit": 100, "tax_ids": False}
        as_manager = order.with_user(self.manager)
        self._blocked(lambda: as_manager.write({"order_line": [Command.create(line)]}))
        self._blocked(lambda: as_manager.web_save({"order_line": [Command.create(line)]}, {}))

    # ------------------------------------------------------
    # What was delivered
    # ------------------------------------------------------

    def test_a_service_delivered_by_hand(self):
        order = self._service(1)
        order.action_confirm()
        line = order.order_line.with_user(self.manager)
        self._blocked(lambda: line.write({"qty_delivered": 11}))
        line.qty_delivered = 9
        self.assertEqual(self._standing().open_orders, 900)
        line.qty_delivered = 1
        self.assertEqual(self._standing().open_orders, 100, "a typo is corrected")

    def test_a_service_delivered_and_cancelled(self):
        order = self._service(10)
        order.action_confirm()
        order.order_line.qty_delivered = 10
        order._action_cancel()
        self.assertEqual(self._standing().open_orders, 1000)
        self._blocked(self._order(1).with_user(self.manager).action_confirm)
        order.action_draft()
        self.assertEqual(self._standing().open_orders, 1000)
        order.order_line.product_uom_qty = 1
        self._blocked(lambda: order.order_line.with_user(self.manager).write({"qty_delivered": 11}))
        order.action_confirm()
        self.assertEqual(self._standing().open_orders, 1000)

    def test_a_service_delivered_to_a_draft(self):
        order = self._service(1)
        self._blocked(lambda: order.order_line.with_user(self.manager).write({"qty_delivered": 11}))

    # ------------------------------------------------------
    # Rate
    # ------------------------------------------------------

    def test_the_rate_of_the_day_of_the_confirmation(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 100), ("2022-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        order = self._order(6, pricelist_id=pricelist.id)
        order.order_line.price_unit = 100
        as_manager = order.with_user(self.manager)
        self._blocked(lambda: as_manager.write({"state": "sale", "date_order": "2020-01-01"}))
        order.date_order = "2020-01-01"
        self.assertEqual(self._codes(order), {"over_limit"})
        self._blocked(as_manager.action_confirm)
        order.order_line.write({"product_uom_qty": 5, "price_unit": 100})
        order.action_confirm()
        as_manager.date_order = "2020-01-01"
        self.assertEqual(self._standing().open_orders, 1000)
        self._blocked(lambda: as_manager.order_line.write({"product_uom_qty": 6, "price_unit": 100}))
        with self.assertRaises(AccessError), self.cr.savepoint():
            as_manager.write({"credit_rate": 1000})

    # ------------------------------------------------------
    # Who gets it, who pays
    # ------------------------------------------------------

    def test_a_buyer_at_his_limit(self):
        payer = self._create_client("Payer", self.manager)
        self._contract(payer, credit_limit=9000)
        self._order(10).action_confirm()
        order = self._order(1, partner_invoice_id=payer.id)
        self.assertEqual(self._codes(order), {"over_limit"})
        self._blocked(order.with_user(self.manager).action_confirm)

    def test_a_branch_without_a_contract(self):
        branch = self.env["res.partner"].create(
            {"name": "Branch", "is_company": True, "parent_id": self.client.id}
        )
        self.assertEqual(branch.commercial_partner_id, branch)
        order = self._order(1, branch)
        self.assertEqual(self._codes(order), {"no_contract"})
        self._blocked(order.with_user(self.manager).action_confirm, "no contract in force")
        order.partner_invoice_id = self.client
        self.assertFalse(self._codes(order), "its head pays, by his own contract")
        order.action_confirm()
        self._contract(branch, credit_limit=500)
        self.assertFalse(self._codes(self._order(5, branch)))

    def test_a_card_beside_the_one_with_a_contract(self):
        head = self.env["res.partner"].create({"name": "Holding", "is_company": True})
        self.client.parent_id = head
        card = self.env["res.partner"].create({"name": "New", "is_company": True, "parent_id": head.id})
        self.assertEqual(self._codes(self._order(1, card)), {"no_contract"})
        stranger = self.env["res.partner"].create({"name": "Stranger", "is_company": True})
        self.assertFalse(self._codes(self._order(1, stranger)))

    # ------------------------------------------------------
    # Money
    # ------------------------------------------------------

    def test_a_payment_that_other_debt_will_eat(self):
        self.contract.credit_limit = 100
        self._owe(1000)
        self._pay(500)
        order = self._order(5)
        self.assertEqual(self._codes(order), {"over_limit"})
        self._blocked(order.with_user(self.manager).action_confirm)
        self._pay(1000)
        order.with_user(self.manager).action_confirm()

    # ------------------------------------------------------
    # Contract
    # ------------------------------------------------------

    def _long_term(self):
        return self.env["account.payment.term"].create(
            {
                "name": "90 days",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 90})],
            }
        )

    def test_a_longer_deferral_than_the_contracts(self):
        order = self._order(1)
        self.assertFalse(self._codes(order))
        order.with_user(self.manager).payment_term_id = self._long_term()
        self.assertEqual(self._codes(order), {"deferral"})
        self._blocked(
            order.with_user(self.manager).action_confirm, r"90 days to pay.*\n.*payment terms of the contract"
        )
        order.payment_term_id = self.term
        order.action_confirm()
        self._blocked(
            lambda: order.with_user(self.manager).write({"payment_term_id": self._long_term().id}),
            "90 days to pay",
        )
        order.with_user(self.manager).payment_term_id = False

    def test_a_contract_taken_up_again_had_been_there(self):
        self.contract.action_terminate()
        contract = self.contract.with_user(self.head)
        with self.assertRaises(AccessError):
            contract.write({"state": "draft"})
        contract.action_draft()
        self.assertEqual(contract.state, "draft")
        self.assertEqual(self._codes(self._order(1)), {"no_contract"})
        with self.assertRaises(AccessError):
            contract.write({"was_active": False})
        with self.assertRaises(UserError):
            contract.unlink()

    def test_a_draft_alone_is_no_contract(self):
        other = self._create_client("Other", self.manager)
        self._contract(other, activate=False, date_start=self.today - timedelta(days=1))
        self.assertFalse(self._codes(self._order(1, other)))
