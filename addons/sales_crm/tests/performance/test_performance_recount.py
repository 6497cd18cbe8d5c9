from collections import Counter
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo import Command
from odoo.fields import Date
from odoo.tests import tagged

from ..chance import dice_of, how_many
from .test_performance_report import PerformanceCase

RATES = {400: 2.0, 60: 2.5, 20: 1.6}  # of the other currency, from so many days ago


@tagged("post_install", "-at_install")
class TestPerformanceRecount(PerformanceCase):
    """The report is to the cent what is counted event by event, as it happens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._second_company()
        cls.companies = cls.company | cls.second
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.companies.ids})
        cls.head.company_ids = cls.companies
        for client in cls.client | cls.other_client:
            cls._contract(client, company_id=cls.second.id, credit_limit=10**9, overdue_tolerance_days=9999)
        cls.foreign = cls.setup_other_currency("EUR", rates=[])
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.foreign.id,
                    "company_id": company.id,
                    "name": cls.today - timedelta(days=ago),
                    "rate": rate,
                }
                for company in cls.companies
                for ago, rate in RATES.items()
            ]
        )
        cls.pricelists = {
            (company, currency): cls.env["product.pricelist"].create(
                {"name": currency.name, "currency_id": currency.id, "company_id": company.id}
            )
            for company in cls.companies
            for currency in (company.currency_id, cls.foreign)
        }
        cls.taxes = {
            company: cls.env["account.tax"]
            .with_company(company)
            .create(
                [
                    {
                        "name": f"20 {kind}",
                        "amount": 20,
                        "type_tax_use": "sale",
                        "company_id": company.id,
                        "price_include_override": kind,
                    }
                    for kind in ("tax_included", "tax_excluded")
                ]
            )
            for company in cls.companies
        }
        cls.products = cls.service | cls.service.copy({"name": "More advice"})

    def setUp(self):
        super().setUp()
        self.ledger = Counter()
        self.orders, self.invoices = [], []

    # ------------------------------------------------------
    # Events, and what they are worth
    # ------------------------------------------------------

    def _note(self, measure, amount, day, document, user, product=None):
        key = (measure, document.company_id, document.partner_id.commercial_partner_id, user, day, product)
        self.ledger[key] += amount

    def _rate(self, currency, day):
        if currency != self.foreign:
            return Decimal(1)
        ago = (self.today - day).days
        return Decimal(str(RATES[min(since for since in RATES if since >= ago)]))

    def _cents(self, amount):
        return Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _dec(self, value):
        return Decimal(str(round(value, 6)))

    def _step_order(self, rng):
        company = rng.choice(self.companies)
        client = rng.choice(self.client | self.other_client)
        currency = rng.choice([company.currency_id, self.foreign])
        ago = rng.randrange(0, 90)
        lines = [
            {
                "product_id": rng.choice(self.products).id,
                "product_uom_qty": rng.randint(1, 9),
                "price_unit": rng.randint(100, 99999) / 100,
                "discount": rng.choice([0, 0, 7.5, 33]),
                "tax_ids": [Command.set(rng.choice([[], [tax.id]]))],
            }
            for tax in (rng.choice(self.taxes[company]) for _n in range(rng.randint(1, 3)))
        ]
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": client.id,
                    "user_id": client.user_id.id,
                    "company_id": company.id,
                    "pricelist_id": self.pricelists[company, currency].id,
                    "order_line": [Command.create(line) for line in lines],
                }
            )
        )
        order.action_confirm()
        day = self.today - timedelta(days=ago)
        order.date_order = f"{day} 12:00:00"
        for line, values in zip(order.order_line, lines, strict=True):
            worth = self._worth(line, values) / self._rate(currency, day)
            self._note("ordered", self._cents(worth), day, order, order.user_id, line.product_id)
        self.orders.append(order)

    def _worth(self, line, values):
        """:return: what the order's line is worth without tax, from what was entered"""
        price = self._dec(values["price_unit"]) * (1 - self._dec(values["discount"]) / 100)
        total = self._dec(values["product_uom_qty"]) * price
        if line.tax_ids.filtered("price_include"):
            total = self._cents(total) / Decimal("1.2")
        return self._cents(total)

    def _step_deliver(self, rng):
        if not self.orders:
            return
        order = rng.choice(self.orders)
        line = rng.choice(order.order_line)
        day = order.date_order.date()
        key = ("shipped", order.company_id, order.partner_id, order.user_id, day, line.product_id)
        self.ledger[key] -= self._shipped(line, day)
        line.qty_delivered = rng.randint(0, int(line.product_uom_qty) + 1)
        self.ledger[key] += self._shipped(line, day)

    def _shipped(self, line, day):
        one = self._dec(line.price_subtotal) / self._dec(line.product_uom_qty)
        return self._cents(one * self._dec(line.qty_delivered) / self._rate(line.currency_id, day))

    def _step_invoice(self, rng):
        left = [order for order in self.orders if order.invoice_status == "to invoice"]
        if not left:
            return
        order = rng.choice(left)
        invoice = order.with_company(order.company_id)._create_invoices()
        if rng.random() < 0.5:  # in parts
            for line in invoice.invoice_line_ids:
                line.quantity = rng.randint(1, int(line.quantity))
        self._post(invoice, rng.randrange(0, 60))

    def _post(self, invoice, ago):
        day = self.today - timedelta(days=ago)
        invoice.invoice_date = day
        invoice.action_post()
        sign = -1 if invoice.move_type == "out_refund" else 1
        for line in invoice.invoice_line_ids:
            # Of several lines in a foreign currency the ledger moves a cent to where the total needs it
            amount = self._cents(self._dec(abs(line.balance)))
            worth = self._dec(line.price_subtotal) / self._rate(invoice.currency_id, day)
            self.assertLessEqual(abs(amount - worth), Decimal("0.02"))
            self._note("invoiced", sign * amount, day, invoice, invoice.invoice_user_id, line.product_id)
            if sign < 0:
                self._note("returned", amount, day, invoice, invoice.invoice_user_id, line.product_id)
        self.invoices.append(invoice)

    def _step_credit(self, rng):
        posted = [invoice for invoice in self.invoices if invoice.move_type == "out_invoice"]
        if not posted:
            return
        invoice = rng.choice(posted)
        credit = invoice.with_company(invoice.company_id)._reverse_moves([{"invoice_date": False}])
        for line in credit.invoice_line_ids:
            line.quantity = rng.randint(1, int(line.quantity))
        self._post(credit, rng.randrange(0, 60))
        if rng.random() < 0.5:
            self._match(invoice, credit)  # no money

    def _step_pay(self, rng):
        open_ = [
            invoice for invoice in self.invoices if invoice.amount_residual and invoice.state == "posted"
        ]
        if not open_:
            return
        invoice = rng.choice(open_)
        ago = rng.randrange(0, 60)
        day = self.today - timedelta(days=ago)
        amount = round(invoice.amount_residual * rng.choice([1, 0.5, 0.3]), 2)
        if not amount:
            return
        self._settle(
            invoice.with_company(invoice.company_id), amount, ago, currency_id=invoice.currency_id.id
        )
        worth = self._cents(self._dec(amount) / self._rate(invoice.currency_id, day))
        sign = -1 if invoice.move_type == "out_refund" else 1
        self._note("paid", sign * worth, day, invoice, invoice.invoice_user_id)

    def _step_manager(self, rng):
        client = rng.choice(self.client | self.other_client)
        client.user_id = rng.choice(self.manager | self.colleague)

    # ------------------------------------------------------
    # What the report says
    # ------------------------------------------------------

    def _counted(self):
        """:return: dict as the ledger, read as the head"""
        self.env.invalidate_all()
        Report = self.env["sales.performance.report"].with_user(self.head)
        Report = Report.with_context(allowed_company_ids=self.companies.ids)
        dimensions = ["company_id", "client_id", "user_id", "date:day", "product_id"]
        measures = ["ordered", "shipped", "invoiced", "returned", "paid"]
        groups = Report._read_group(
            [("client_id", "in", (self.client | self.other_client).ids)],
            dimensions,
            [f"{name}_amount:sum" for name in measures],
        )
        found = {}
        for company, client, user, day, product, *sums in groups:
            for name, total in zip(measures, sums, strict=True):
                key = (name, company.id, client.id, user.id, Date.to_date(day), product.id)
                if cents := self._cents(self._dec(total)):
                    found[key] = cents
        return found

    def _told(self):
        return {
            (name, company.id, client.id, user.id, day, product.id if product else False): amount
            for (name, company, client, user, day, product), amount in self.ledger.items()
            if amount
        }

    def test_to_the_cent(self):
        steps = ("order", "deliver", "invoice", "credit", "pay", "manager")
        for seed, rng in dice_of(1, 8):
            with self.subTest(seed=seed):
                for _number in range(how_many(40, 150)):
                    step = rng.choices(steps, (6, 6, 5, 2, 5, 1))[0]
                    getattr(self, f"_step_{step}")(rng)
                counted, told = self._counted(), self._told()
                self.assertEqual(
                    {key[0] for key in told} - {"returned"}, {key[0] for key in counted} - {"returned"}
                )
                self.assertFalse(
                    {
                        key: (counted.get(key), told.get(key))
                        for key in counted.keys() | told.keys()
                        if counted.get(key) != told.get(key)
                    }
                )
