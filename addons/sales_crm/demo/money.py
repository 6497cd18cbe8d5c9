"""Contracts, deliveries on credit and their payments of the example company."""

from collections import defaultdict
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tools import split_every

ON_CREDIT = (0, 4, 7, 12)  # of each 15 clients
IN_ADVANCE = (9,)  # pay before they get the goods
EVERY = {"A": (24, 33), "B": (40, 55), "C": (70, 95)}  # working days between two deliveries
DEFERRALS = (14, 30)  # days; of the two first tags of the book
ORDERED = 45  # working days back in which the orders of the deliveries are kept
BATCH = 40  # core takes longer for each of many than for each of a few
PUNCTUAL, LATE = 0.7, 0.88  # which clients pay on time, and which late; the others leave their last invoice
OVER_LIMIT = 6  # one of so many clients who owe something
EXPIRED = 8  # contracts of the year before


class Money:
    """Creates what the accountant would have entered: the debt that managers see comes from it."""

    def __init__(self, company):
        self.company = company
        self.env = company.env
        self.book = company.book
        self.random = company.book.random
        self.days = company.days
        self.promised = company.promised

    def load(self):
        journals = self.env["account.journal"]
        domain = journals._check_company_domain(self.env.company)
        self.bank = journals.search([*domain, ("type", "=", "bank")], limit=1)
        if not self.bank or not journals.search([*domain, ("type", "=", "sale")], limit=1):
            return  # no chart of accounts: nothing can be invoiced
        clients = self._in_turn(ON_CREDIT)
        self._create_terms()
        deliveries = [*self._deliveries(clients), *self._deliveries(self._in_turn(IN_ADVANCE))]
        invoices = self._create_invoices(deliveries + self._ordered())
        self._pay(invoices, {client.partner for client in clients})
        self._create_contracts(clients)
        self._write_month_ends()

    def _in_turn(self, turns):
        return [client for index, client in enumerate(self.company.clients) if index % 15 in turns]

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
        debtors = [client for client in clients if owed[client.partner]]
        self.over_limit = debtors[2::OVER_LIMIT]
        start = self.days.past[0] - timedelta(days=30)
        values = [
            {
                **self._prepare_contract(client, start, 100 + number),
                "date_end": self.days.today + timedelta(days=self._left(number)),
                "credit_limit": self._limit(owed[client.partner], client),
            }
            for number, client in enumerate(clients)
        ]
        self.env["sales.contract"].create(values).action_activate()
        before = start - timedelta(days=365)
        past = self.env["sales.contract"].create(
            [
                {
                    **self._prepare_contract(client, before, 40 + number),
                    "date_end": start - timedelta(days=1),
                    "credit_limit": self._price(200_000),
                }
                for number, client in enumerate(clients[:: len(clients) // EXPIRED])
            ]
        )
        past.write({"state": "expired", "was_active": True})
        # Two more are being agreed
        self.env["sales.contract"].create(
            [
                {**self._prepare_contract(client, self.days.today, 170 + number), "credit_limit": 0}
                for number, client in enumerate(self._in_turn(IN_ADVANCE)[:2])
            ]
        )

    def _prepare_contract(self, client, start, number):
        return {
            "name": f"{start.year}/{number}",
            "client_id": client.partner.id,
            "user_id": client.manager.id,
            "date_start": start,
            "payment_term_id": self._term(client).id,
            "overdue_tolerance_days": 5,
        }

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

    def _left(self, number):
        """:return: days that a contract still runs; a few of them are about to expire"""
        return 8 + number if number % 13 == 5 else 120 + number * 7 % 300

    def _limit(self, owed, client):
        share = 0.7 if client in self.over_limit else 2
        step = self._price(10_000)
        return max(round(owed * share / step), 1) * step

    def _price(self, amount):
        return round(amount * self.company.price_rate)

    def _write_month_ends(self):
        """What the job of each month's first day would have written down."""
        Snapshot = self.env["sales.receivable.snapshot"]
        self.env.flush_all()
        month = self.days.past[0].replace(day=1)
        while month <= self.days.today.replace(day=1) - timedelta(days=1):
            month_end = month + relativedelta(months=1, days=-1)
            Snapshot._write_month(self.env.company, month_end)
            month = month_end + timedelta(days=1)

    # ------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------

    def _deliveries(self, clients):
        """:return: list of (client, order or None, index of the working day): the orders of the last weeks"""
        planned = []
        for client in clients:
            day = len(self.days.past) - 1 - self.random.randrange(14)
            while day >= 0:
                planned.append((client, day))
                day -= self.random.randrange(*EVERY[client.client_class])
        since = len(self.days.past) - ORDERED
        recent = [(client, day) for client, day in planned if day >= since]
        orders = self.env["sale.order"].create(
            [self.company.prepare_order(client, client.manager_on(day), day) for client, day in recent]
        )
        orders.action_confirm()
        moments = [self.days.moment(self.days.past[max(day - 2, 0)], 60) for _client, day in recent]
        for order, moment in zip(orders, moments, strict=True):
            order.date_order = moment
        self.company.backdate(orders, moments, orders.user_id.browse([order.user_id.id for order in orders]))
        old = [(client, None, day) for client, day in planned if day < since]
        return old + [(client, order, day) for (client, day), order in zip(recent, orders, strict=True)]

    def _ordered(self):
        """:return: as above: what the won deals have brought; the last orders are not invoiced yet"""
        last = len(self.days.past) - 6
        return [(client, order, day + 3) for client, order, day in self.company.orders if day < last]

    # ------------------------------------------------------
    # Invoices and payments
    # ------------------------------------------------------

    def _create_invoices(self, deliveries):
        """:return: posted invoices, the oldest first"""
        values = [self._prepare_invoice(*delivery) for delivery in sorted(deliveries, key=lambda d: d[2])]
        invoices = self.env["account.move"]
        for batch in split_every(BATCH, values):
            created = invoices.create(list(batch))
            created.action_post()
            invoices |= created
            self._analyse()
        return invoices

    def _prepare_invoice(self, client, order, day):
        values = {
            "move_type": "out_invoice",
            "partner_id": client.partner.id,
            "invoice_date": self.days.past[day],
            "invoice_user_id": client.manager_on(day).id,
            "team_id": self.company.team.id,
            "invoice_payment_term_id": self._term(client).id,
        }
        if order:
            lines = [
                {
                    "product_id": line.product_id.id,
                    "quantity": line.product_uom_qty,
                    "price_unit": line.price_unit,
                    "tax_ids": [Command.set(line.tax_ids.ids)],
                    "sale_line_ids": [Command.link(line.id)],
                }
                for line in order.order_line
            ]
            return {
                **values,
                "invoice_origin": order.name,
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
        taxes = self.company.taxes_on(self.days.past[day])
        products = self.random.sample(list(self.company.products), self.random.randrange(2, 4))
        lines = [
            {
                "product_id": product.id,
                "quantity": self.company.quantity(client),
                **({"tax_ids": [Command.set(taxes.ids)]} if taxes else {}),
            }
            for product in products
        ]
        return {**values, "invoice_line_ids": [Command.create(line) for line in lines]}

    def _pay(self, invoices, on_credit):
        """Most clients pay on time, some late, a few have not paid what fell due last, or a part of it."""
        paid, dates, shares = [], [], []
        for partner, of_client in invoices.grouped("partner_id").items():
            temper = self.random.random() if partner in on_credit else 0
            for invoice in of_client:
                date = self._payment_date(invoice, temper, partner in on_credit)
                forgotten = temper >= LATE and invoice in of_client[-1:]
                if forgotten and temper >= (1 + LATE) / 2 and invoice.invoice_date_due < self.days.today:
                    shares.append(0.5)
                elif date < self.days.today and not forgotten:
                    shares.append(1)
                else:
                    continue
                paid.append(invoice)
                dates.append(min(max(date, invoice.invoice_date), self.days.past[-1]))
                if temper >= PUNCTUAL:
                    self.promised.append((invoice, dates[-1], shares[-1]))
        payments = self.env["account.payment"]
        for batch in split_every(BATCH, zip(paid, dates, shares, strict=True)):
            created = payments.create([self._prepare_payment(*payment) for payment in batch])
            created.action_post()
            payments |= created
            self._analyse()
        self._reconcile(list(zip(paid, payments, strict=True)))

    def _reconcile(self, pairs):
        """:param pairs: list of (invoice, payment)"""
        for batch in split_every(BATCH, pairs):
            self._analyse()
            self.env["account.move.line"]._reconcile_plan(
                [
                    (invoice.line_ids | payment.move_id.line_ids).filtered_domain(
                        [("account_id", "=", payment.destination_account_id.id)]
                    )
                    for invoice, payment in batch
                ]
            )
        self._analyse()

    def _analyse(self):
        """Core asks for the payments of each invoice: minutes, where PostgreSQL knows nothing of the rows."""
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile"
        )

    def _payment_date(self, invoice, temper, on_credit):
        """:return: when the client pays"""
        if not on_credit:
            return invoice.invoice_date
        delay = self.random.randrange(-3, 1) if temper < PUNCTUAL else self.random.randrange(4, 14)
        date = invoice.invoice_date_due + timedelta(days=delay)
        # Banks don't work on Saturdays and Sundays
        return date - timedelta(days=max(date.weekday() - 4, 0))

    def _prepare_payment(self, invoice, date, share):
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": invoice.partner_id.id,
            "amount": invoice.currency_id.round(invoice.amount_total * share),
            "date": date,
            "memo": invoice.name,
            "journal_id": self.bank.id,
            "outstanding_account_id": self.bank.default_account_id.id,
        }
