"""Contracts, deliveries on credit, payments and promises of the example company."""

from collections import defaultdict
from datetime import timedelta

from odoo.fields import Command

ON_CREDIT = (0, 4, 7, 12)  # of each 15 clients
INVOICES = 5
DEFERRALS = (14, 30)  # days; of the two first tags of the book
PUNCTUAL, LATE = 0.7, 0.9  # which clients pay on time, and which late; the others leave their last invoices


class Money:
    """Creates what the accountant would have entered: the debt that managers see comes from it."""

    def __init__(self, company):
        self.company = company
        self.env = company.env
        self.book = company.book
        self.random = company.book.random
        self.days = company.days

    def load(self):
        journals = self.env["account.journal"]
        domain = journals._check_company_domain(self.env.company)
        self.bank = journals.search([*domain, ("type", "=", "bank")], limit=1)
        if not self.bank or not journals.search([*domain, ("type", "=", "sale")], limit=1):
            return  # no chart of accounts: nothing can be invoiced
        clients = [c for index, c in enumerate(self.company.clients) if index % 15 in ON_CREDIT]
        self._create_terms()
        invoices = self._create_invoices(clients)
        self._pay(invoices)
        self._create_contracts(clients)
        self._create_promises(invoices)

    # ------------------------------------------------------
    # Terms
    # ------------------------------------------------------

    def _create_terms(self):
        names = self.book["category_tags"][: len(DEFERRALS)]
        terms = self.env["account.payment.term"].create(
            [
                {
                    "name": name,
                    "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": days})],
                }
                for name, days in zip(names, DEFERRALS, strict=True)
            ]
        )
        self.terms = dict(zip(names, terms, strict=True))

    def _term(self, client):
        names = set(client.partner.category_id.mapped("name")) & set(self.terms)
        return self.terms[min(names)] if names else self.terms[self.book["category_tags"][1]]

    def _create_contracts(self, clients):
        """In force since before the first delivery. A few clients owe more than their limit."""
        owed = self._owed(clients)
        start = self.days.past[0] - timedelta(days=30)
        contracts = self.env["sales.contract"].create(
            [
                {
                    "name": f"{start.year}/{100 + number}",
                    "client_id": client.partner.id,
                    "user_id": client.manager.id,
                    "date_start": start,
                    "date_end": start + timedelta(days=self._length(number)),
                    "payment_term_id": self._term(client).id,
                    "credit_limit": self._limit(owed[client.partner], number),
                    "overdue_tolerance_days": 5,
                }
                for number, client in enumerate(clients)
            ]
        )
        contracts.action_activate()

    def _owed(self, clients):
        """:return: dict partner -> what he owes and has ordered, company currency"""
        owed = defaultdict(float)
        partners = [client.partner.id for client in clients]
        for model, domain, amount in (
            (
                "account.move",
                [("move_type", "=", "out_invoice"), ("state", "=", "posted")],
                "amount_residual",
            ),
            ("sale.order", [("state", "=", "sale")], "amount_total"),
        ):
            domain = [*domain, ("partner_id", "in", partners)]
            for partner, total in self.env[model]._read_group(domain, ["partner_id"], [f"{amount}:sum"]):
                owed[partner] += total
        return owed

    def _length(self, number):
        """:return: days that a contract is for; a few of them are about to expire"""
        so_far = (self.days.today - self.days.past[0]).days + 30
        return so_far + (10 + number if number % 17 == 5 else 365)

    def _limit(self, owed, number):
        share = 0.8 if number % 9 == 4 else 2
        step = self._price(50_000)
        return max(round(owed * share / step), 1) * step

    def _price(self, amount):
        return round(amount * self.company.price_rate)

    # ------------------------------------------------------
    # Invoices and payments
    # ------------------------------------------------------

    def _create_invoices(self, clients):
        """:return: posted invoices, the oldest first, of each client one about every month"""
        values = []
        for client in clients:
            last = len(self.days.past) - 1 - self.random.randrange(10)
            for number in range(INVOICES):
                values.append(self._prepare_invoice(client, last - number * self.random.randrange(19, 25)))
        invoices = self.env["account.move"].create(sorted(values, key=lambda vals: vals["invoice_date"]))
        invoices.action_post()
        return invoices

    def _prepare_invoice(self, client, day):
        products = self.random.sample(list(self.company.products), self.random.randrange(2, 4))
        return {
            "move_type": "out_invoice",
            "partner_id": client.partner.id,
            "invoice_date": self.days.past[day],
            "invoice_user_id": client.manager_on(day).id,
            "team_id": self.company.team.id,
            "invoice_payment_term_id": self._term(client).id,
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": self.random.randrange(2, 25) * 10})
                for product in products
            ],
        }

    def _pay(self, invoices):
        """Most clients pay on time, some late, a few have not paid what fell due last."""
        paid, dates = self.env["account.move"], []
        for of_client in invoices.grouped("partner_id").values():
            temper = self.random.random()
            for invoice in of_client:
                delay = self.random.randrange(-3, 1) if temper < PUNCTUAL else self.random.randrange(6, 20)
                date = invoice.invoice_date_due + timedelta(days=delay)
                forgotten = temper >= LATE and invoice in of_client[-2:]
                if date < self.days.today and not forgotten:
                    paid |= invoice
                    dates.append(max(date, invoice.invoice_date))
        payments = self.env["account.payment"].create(
            [self._prepare_payment(invoice, date) for invoice, date in zip(paid, dates, strict=True)]
        )
        payments.action_post()
        self.env.flush_all()
        # Core asks for the payments of each invoice: a minute, where PostgreSQL knows nothing of the rows
        self.env.cr.execute("ANALYZE account_move, account_move_line, account_payment")
        self.env["account.move.line"]._reconcile_plan(
            [
                (invoice.line_ids | payment.move_id.line_ids).filtered_domain(
                    [("account_id", "=", payment.destination_account_id.id)]
                )
                for invoice, payment in zip(paid, payments, strict=True)
            ]
        )

    def _prepare_payment(self, invoice, date):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.partner_id.id,
            "amount": invoice.amount_total,
            "date": date,
            "memo": invoice.name,
            "journal_id": self.bank.id,
            "outstanding_account_id": self.bank.default_account_id.id,
        }

    # ------------------------------------------------------
    # Promises
    # ------------------------------------------------------

    def _create_promises(self, invoices):
        """Clients with an overdue invoice have promised to pay, some of them once too often."""
        overdue = invoices.filtered(
            lambda move: move.amount_residual and move.invoice_date_due < self.days.today
        )
        made = self.days.past[-6]
        self.env["sales.promise"].create(
            [
                {
                    "client_id": invoice.commercial_partner_id.id,
                    "amount": invoice.amount_residual,
                    "move_id": invoice.id,
                    "date_made": made,
                    "date_due": self.days.past[-2]
                    if number % 3 == 0
                    else self.days.today + timedelta(number % 4),
                }
                for number, (_client, [invoice, *_others]) in enumerate(overdue.grouped("partner_id").items())
            ]
        )
