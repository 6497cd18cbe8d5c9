from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..chance import dice_of
from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditRecount(CreditCase):
    """Whatever happens to orders and invoices, the SQL says what a recount over the records says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency("EUR", rates=[("1900-01-01", 0.5)])
        cls.pricelist = cls.env["product.pricelist"].create({"name": "EUR", "currency_id": cls.euro.id})
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "20 %",
                "amount": 20,
                "company_id": cls.company.id,
                "price_include_override": "tax_excluded",
            }
        )
        cls.contract.write({"credit_limit": 10**6, "overdue_tolerance_amount": 10**6})

    def _receivable_lines(self):
        return self.env["account.move.line"].search(
            [
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("partner_id", "child_of", self.client.id),
                ("company_id", "=", self.company.id),
            ],
            order="id",
        )

    def _recount(self):
        """:return: dict like CreditStanding, from records"""
        lines = self._receivable_lines()
        unapplied = -sum(amount for amount in lines.mapped("amount_residual") if amount < 0)
        late = self._recount_late(lines, unapplied)
        return {
            "receivable": sum(lines.mapped("amount_residual")),
            "unapplied": unapplied,
            "overdue": sum(late.values()),
            "overdue_counting": sum(late.values()),
            "overdue_days": max(((self.today - line.date_maturity).days for line in late), default=0),
            "open_orders": sum(self._recount_order(order) for order in self._orders()),
        }

    def _recount_late(self, lines, money):
        """:return: dict overdue line -> what is left of it when ``money`` has gone to the oldest debts"""
        late = {}
        for line in lines.sorted(lambda line: (line.date_maturity, line.id)):
            left = max(line.amount_residual, 0)
            used = min(left, money)
            money -= used
            if self.company.currency_id.compare_amounts(left, used) > 0 and line.date_maturity < self.today:
                late[line] = left - used
        return late

    def _recount_order(self, order):
        total = 0
        for line in order.order_line.filtered(lambda line: not line.display_type):
            if line.is_downpayment:
                total -= line.amount_invoiced
            else:
                left = max(line.product_uom_qty - line.qty_invoiced_posted, 0)
                total += line.price_total / line.product_uom_qty * left
        return max(total, 0) / order.currency_rate

    def _step(self, dice):
        """Something that happens in a sales department."""
        kinds = ["order", "invoice", "down_payment", "post", "refund", "pay", "owe", "match"]
        getattr(self, f"_step_{dice.choice(kinds)}")(dice)

    def _orders(self):
        return self.env["sale.order"].search(
            [("partner_id", "=", self.client.id), ("state", "=", "sale")], order="id"
        )

    def _moves(self, state, kind="out_invoice"):
        return self.env["account.move"].search(
            [("partner_id", "=", self.client.id), ("move_type", "=", kind), ("state", "=", state)], order="id"
        )

    def _step_order(self, dice):
        values = {"pricelist_id": self.pricelist.id} if dice.random() < 0.3 else {}
        order = self._order(dice.randint(1, 9), **values)
        order.order_line.write(
            {
                "price_unit": dice.randint(1, 900) / 7,
                "discount": dice.choice([0, 0, 10]),
                "tax_ids": [Command.set(dice.choice([[], self.tax.ids]))],
            }
        )
        order.action_confirm()

    def _step_invoice(self, dice):
        for order in self._orders().filtered(lambda order: order.invoice_status == "to invoice")[:1]:
            invoice = order._create_invoices(final=True)
            if dice.random() < 0.5 and invoice.invoice_line_ids[:1].quantity > 1:
                invoice.invoice_line_ids[:1].quantity = 1

    def _step_down_payment(self, dice):
        for order in self._orders()[-1:]:
            wizard = self.env["sale.advance.payment.inv"].with_context(
                active_model="sale.order", active_ids=order.ids
            )
            wizard.create({"advance_payment_method": "percentage", "amount": 30}).create_invoices()

    def _step_post(self, dice):
        # core refuses negative ones: of a deducted down payment and a first line made smaller
        for move in self._moves("draft").filtered(lambda move: move.amount_total > 0)[:1]:
            move.invoice_date = self.today - timedelta(days=dice.randint(0, 60))
            move.action_post()

    def _step_refund(self, dice):
        for move in self._moves("posted")[:1]:
            refund = move._reverse_moves()
            refund.invoice_date = self.today
            refund.action_post()

    def _step_owe(self, dice):
        self._owe(dice.randint(1, 5000) / 3, days_ago=dice.randint(0, 90))

    def _step_pay(self, dice):
        self._pay(dice.randint(1, 3000) / 3)

    def _step_match(self, dice):
        lines = self._receivable_lines().filtered(
            lambda line: not line.reconciled and line.currency_id == self.company.currency_id
        )
        lines.reconcile()

    def test_random_histories(self):
        for seed, dice in dice_of(3, 30):
            with self.subTest(seed=seed), self.cr.savepoint():
                for step in range(16):
                    self._step(dice)
                    standing = self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]
                    for name, amount in self._recount().items():
                        self.assertAlmostEqual(getattr(standing, name), amount, 2, f"{name}, step {step}")
