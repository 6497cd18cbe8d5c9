from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditGate(CreditCase):
    """What stops an order, and that there is no way around it."""

    def _assert_blocked(self, action):
        with self.assertRaisesRegex(UserError, "exceeded by"), self.cr.savepoint():
            action()

    def test_within_the_limit(self):
        order = self._order(10)
        self.assertFalse(order.credit_reason)
        order.with_user(self.manager).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._codes(self._order(1)), {"over_limit"})

    def test_the_reasons_are_shown_before_anyone_presses(self):
        self._owe(700, days_ago=40)
        order = self._order(4)
        self.assertEqual(self._codes(order), {"over_limit", "overdue"})
        self.assertIn("100", order.credit_reason)
        self.assertIn("10 days", order.credit_reason)

    def test_every_route_to_a_confirmed_order(self):
        order = self._order(11)
        as_manager = order.with_user(self.manager)
        routes = (
            as_manager.action_confirm,
            lambda: as_manager.write({"state": "sale"}),
            lambda: as_manager.with_context(force=True, bypass_risk=True).write({"state": "sale"}),
            lambda: order.sudo().action_confirm(),
            lambda: as_manager.copy({"state": "sale"}),
            lambda: self._order(11, state="sale"),
            lambda: self._order(6) and (self._order(6) | self._order(6)).action_confirm(),
        )
        for route in routes:
            self._assert_blocked(route)
        job = self.env["ir.cron"].create(
            {
                "name": "Confirm",
                "model_id": self.env["ir.model"]._get_id("sale.order"),
                "state": "code",
                "code": f"model.browse({order.id}).action_confirm()",
            }
        )
        self._assert_blocked(job.ir_actions_server_id.run)
        results = self.env["sale.order"].load(
            [
                "partner_id/.id",
                "state",
                "order_line/product_id/.id",
                "order_line/product_uom_qty",
                "order_line/price_unit",
            ],
            [[str(self.client.id), "sale", str(self.goods.id), "11", "100"]],
        )
        self.assertFalse(results["ids"])
        self.assertIn("exceeded by", results["messages"][0]["message"])

    def test_a_confirmed_order_grows(self):
        order = self._order(10)
        order.action_confirm()
        line = order.order_line
        for values in (
            {"product_uom_qty": 11},
            {"price_unit": 101},
        ):
            self._assert_blocked(lambda values=values: line.with_user(self.manager).write(values))
        self._assert_blocked(
            lambda: order.write(
                {
                    "order_line": [
                        Command.create({"product_id": self.goods.id, "price_unit": 1, "tax_ids": False})
                    ]
                }
            )
        )
        self._assert_blocked(
            lambda: line.create({"order_id": order.id, "product_id": self.goods.id, "price_unit": 1})
        )
        line.product_uom_qty = 9
        order.write(
            {
                "order_line": [
                    Command.create({"product_id": self.goods.id, "price_unit": 200, "tax_ids": False}),
                    Command.update(line.id, {"product_uom_qty": 8}),
                ]
            }
        )
        self.assertEqual(order.amount_total, 1000)

    def test_figures_can_not_be_written(self):
        order = self._order(11).with_user(self.manager)
        for values in (
            {"amount_total": 0},
            {"invoice_status": "invoiced"},
            {"currency_rate": 1000},
            {"transaction_ids": [Command.link(1)]},
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                order.write(values)
        for values in ({"price_total": 0}, {"qty_invoiced": 11}, {"invoice_lines": [Command.link(1)]}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                order.order_line.write(values)
        order.order_line.is_downpayment = True
        self._assert_blocked(order.action_confirm)

    def test_a_payer_without_a_limit_lifts_nobodys(self):
        """Somebody without a contract gets the invoice: what he is sold counts as the buyer's."""
        payer = self.env["res.partner"].create({"name": "Payer"})
        self._assert_blocked(self._order(11, partner_invoice_id=payer.id).action_confirm)
        self._order(6, partner_invoice_id=payer.id).action_confirm()
        second = self._order(5, partner_invoice_id=payer.id)
        self.assertEqual(self._codes(second), {"over_limit"})
        self._assert_blocked(second.action_confirm)
        self._contract(payer, credit_limit=5000)
        self.env.invalidate_all()
        second.action_confirm()
        self.assertEqual(second.state, "sale")

    def test_buyer_and_payer(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.client.id})
        self.assertEqual(self._codes(self._order(11, contact)), {"over_limit"})
        payer = self._create_client("Payer", self.manager)
        self._contract(payer, credit_limit=500)
        order = self._order(6, partner_invoice_id=payer.id)
        self.assertEqual(self._codes(order), {"over_limit"})
        self._owe(100, days_ago=60)
        order = self._order(5, partner_invoice_id=payer.id)
        self.assertEqual(self._codes(order), {"overdue"}, "the buyer's own debt counts as well")

    def test_what_is_invoiced_counts_once(self):
        order = self._order(10)
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(
            self._codes(self._order(1)), {"over_limit"}, "a draft invoice is still an open order"
        )
        standing = self._standing()
        self.assertEqual((standing.receivable, standing.open_orders), (0, 1000))
        invoice.action_post()
        standing = self._standing()
        self.assertEqual((standing.receivable, standing.open_orders), (1000, 0))
        self._pay(400)
        standing = self._standing()
        self.assertEqual((standing.receivable, standing.unapplied, standing.available), (600, 400, 400))

    def _standing(self, client=None):
        client = client or self.client
        return self.env["sales.credit"]._standings(client, self.company)[client.id]

    def test_part_of_an_order_is_invoiced(self):
        order = self._order(10)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_line_ids.quantity = 3
        invoice.action_post()
        self.assertEqual((self._standing().receivable, self._standing().open_orders), (300, 700))
        refund = invoice._reverse_moves(cancel=False)
        refund.invoice_date = self.today
        refund.action_post()
        self.assertEqual(self._standing().exposure, 1000)

    def test_down_payment(self):
        order = self._order(10)
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 300}).create_invoices()
        order.invoice_ids.action_post()
        self.assertEqual((self._standing().receivable, self._standing().open_orders), (300, 700))
        self._pay(300)
        self.assertEqual(self._standing().exposure, 700)

    def test_second_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 0.5)])  # 1 of ours = 0.5 EUR
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        order = self._order(5, pricelist_id=pricelist.id)
        order.order_line.price_unit = 100
        self.assertEqual(order.amount_total / order.currency_rate, 1000)
        order.action_confirm()
        self.assertEqual(self._standing().open_orders, 1000)
        self._assert_blocked(lambda: order.order_line.write({"product_uom_qty": 6, "price_unit": 100}))

    def test_limit_in_another_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 0.5)])
        self.contract.currency_id = euro
        self.assertEqual(self._standing().credit_limit, 2000)
        self.assertEqual(self.client.with_company(self.company).credit_limit, 2000)

    def test_paid_in_advance(self):
        self.contract.credit_limit = 0
        self._owe(100, days_ago=60)
        order = self._order(11)
        self.assertTrue(self._codes(order))
        self._pay(1100)
        self.assertTrue(self._codes(order), "100 of it are for the debt")
        self._pay(100)
        order.with_user(self.manager).action_confirm()

    def test_overdue_within_the_tolerance(self):
        self._owe(100, days_ago=35)
        self.assertEqual(self._codes(self._order()), {"overdue"})
        self.contract.overdue_tolerance_days = 5
        self.assertFalse(self._codes(self._order()))
        self.contract.write({"overdue_tolerance_days": 0, "overdue_tolerance_amount": 100})
        self.assertFalse(self._codes(self._order()))
        self._owe(1, days_ago=35)
        self.assertEqual(self._codes(self._order()), {"overdue"})

    def test_without_a_contract(self):
        other = self._create_client("Other", self.manager)
        self.assertFalse(self._codes(self._order(1, other)))
        self.company.sales_contract_required = True
        self.assertEqual(self._codes(self._order(1, other)), {"no_contract"})
        self.company.sales_contract_required = False
        order = self._order()
        self.contract.action_terminate()
        self.assertIn("contract_expired", self._codes(order))
        order.contract_id = False
        self.assertEqual(self._codes(order), {"no_contract"})

    def test_core_limit_without_a_contract(self):
        other = self._create_client("Other", self.manager)
        self.company.account_use_credit_limit = True
        other.with_company(self.company).credit_limit = 100
        self.assertFalse(self._codes(self._order(1, other)))
        self.assertEqual(self._codes(self._order(2, other)), {"over_limit"})

    def test_commission(self):
        contract = self._contract(self.client, name="K-1", kind="commission", credit_limit=300)
        order = self._order(3, contract_id=contract.id)
        order.action_confirm()
        self.assertEqual(self._standing().exposure, 0)
        self.assertEqual(self._codes(self._order(1, contract_id=contract.id)), {"over_commission"})
        order = self._order(1)
        order.action_confirm()
        self.assertEqual(order.contract_id, self.contract)

    def test_branches_share_the_limit(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        self._order(6).action_confirm()
        order = self._order(5).with_context(allowed_company_ids=(branch | self.company).ids)
        order.company_id = branch
        self.assertEqual(order.contract_id, self.contract)
        self._assert_blocked(order.action_confirm)

    def test_another_company_owes_for_itself(self):
        other = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= other
        self._order(10).action_confirm()
        order = self._order(10).with_context(allowed_company_ids=(other | self.company).ids)
        order.company_id = other
        self.assertFalse(order.contract_id)
        self.assertFalse({r.code for r in order._credit_reasons_ahead()})

    def test_signature_waits_for_the_manager(self):
        order = self._order(11)
        order.write({"signed_by": "Client", "state": "sent"})
        order.sudo()._validate_order()
        self.assertEqual((order.state, order.signed_by), ("sent", "Client"))
        self.assertEqual(order.activity_ids.user_id, self.manager)

    def test_payment_in_part_and_in_full(self):
        provider = self.env["payment.provider"].create({"name": "Bank", "company_id": self.company.id})
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)

        def pay(order, amount):
            transaction = self.env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "amount": amount,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "reference": f"{order.name}-{amount}",
                    "state": "done",
                    "sale_order_ids": [Command.set(order.ids)],
                }
            )
            return transaction._check_amount_and_confirm_order()

        order = self._order(20, state="sent", require_payment=True, prepayment_percent=0.3)
        self.assertFalse(pay(order, 600))
        self.assertEqual((order.state, order.activity_ids.user_id), ("sent", self.manager))
        self.assertEqual(pay(order, 1400), order)
        self.assertEqual(order.state, "sale")

    def test_figures_on_the_card(self):
        self._owe(700, days_ago=40)
        self._order(2)
        client = self.client.with_user(self.manager).with_company(self.company)
        client.invalidate_recordset()
        self.assertEqual(
            (client.receivable_amount, client.overdue_amount, client.overdue_days, client.credit_available),
            (700, 700, 10, 300),
        )
        self.assertEqual((client.credit_state, client.contract_id), ("overdue", self.contract))
        Partner = client.browse()
        for domain in (
            [("receivable_amount", ">", 699)],
            [("overdue_amount", "=", 700)],
            [("overdue_days", ">=", 10)],
            [("credit_available", "<", 301)],
            [("credit_state", "=", "overdue")],
            [("credit_state", "!=", "ok")],
            [("contract_id", "=", self.contract.id)],
        ):
            self.assertEqual(Partner.search([("is_client", "=", True), *domain]), client, domain)
        self._create_client("Beta", self.manager)
        found = Partner.search([("is_client", "=", True)], order="receivable_amount DESC NULLS LAST")
        self.assertEqual(found[0], client)
        groups = Partner.formatted_read_group([("is_client", "=", True)], ["credit_state"], ["__count"])
        self.assertIn(("overdue", 1), [(group["credit_state"], group["__count"]) for group in groups])
