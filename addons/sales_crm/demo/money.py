"""Contracts, deliveries on credit and their payments of the example company."""

from collections import defaultdict
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tools import split_every

from .part import Part
from .payments import BATCH, Payments

ON_CREDIT = (0, 4, 7, 12)  # of each 15 clients
IN_ADVANCE = (9,)  # pay before they get the goods
EVERY = {"A": (24, 33), "B": (40, 55), "C": (70, 95)}  # working days between two deliveries
DEFERRALS = (14, 30)  # days; of the two first tags of the book
ORDERED = 30  # working days back in which the orders of the deliveries are kept
SELDOM = 130  # working days back before which only clients on credit have deliveries, and fewer
# Of the clients on credit, eight of each manager: how many days ago the last invoice fell due, still unpaid
OVERDUE = {3: 15, 7: 38, 11: 17, 19: 24, 27: 64, 31: 21, 35: 30}
STRAINED = (0, 4)  # of each eight: pay late, and the bigger one has just got more than he may
SLOW = (15, 23)  # pay late, too
LIMITS = {"A": 1_000_000, "B": 500_000, "C": 200_000}
EXPIRED = 5  # of so many clients on credit, one has a contract of the year before


class Money(Part):
    """Creates what the accountant would have entered: the debt that managers see comes from it."""

    def load(self):
        journals = self.env["account.journal"]
        domain = journals._check_company_domain(self.env.company)
        self.bank = journals.search([*domain, ("type", "=", "bank")], limit=1)
        if not self.bank or not journals.search([*domain, ("type", "=", "sale")], limit=1):
            return  # no chart of accounts: nothing can be invoiced
        clients = self._in_turn(ON_CREDIT)
        self.overdue = {clients[number].partner: days for number, days in OVERDUE.items()}
        slow = {clients[number].partner for number in SLOW}
        self.over_limit = set()
        for first in range(0, len(clients), 8):
            pair = [clients[first + number] for number in STRAINED]
            slow |= {client.partner for client in pair}
            self.over_limit.add(min(pair, key=lambda client: client.client_class).partner)
        self.payments = Payments(self.company, self.bank, self.overdue, slow)
        self._create_terms()
        deliveries = [*self._deliveries(clients), *self._deliveries(self._in_turn(IN_ADVANCE))]
        invoices = self._create_invoices(deliveries + self._ordered())
        self.payments.pay(invoices, {client.partner for client in clients})
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
        starts = [self._start(number) for number in range(len(clients))]
        contracts = self.env["sales.contract"].create(
            [
                {
                    **self._prepare_contract(client, start, 100 + number),
                    **self._end(number, start),
                    "credit_limit": self._limit(owed[client.partner], client),
                }
                for number, (client, start) in enumerate(zip(clients, starts, strict=True))
            ]
        )
        contracts.action_activate()
        self._backdate_contracts(contracts)
        past = self.env["sales.contract"].create(
            [
                {
                    **self._prepare_contract(client, start - relativedelta(years=1), 40 + number),
                    "date_end": start - timedelta(days=1),
                    "credit_limit": self._price(200_000),
                }
                for number, (client, start) in enumerate(list(zip(clients, starts, strict=True))[::EXPIRED])
            ]
        )
        past.write({"state": "expired", "was_active": True})
        self._backdate_contracts(past)
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
        """:return: dict partner -> what he owes, company currency"""
        domain = [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("partner_id", "in", [client.partner.id for client in clients]),
        ]
        groups = self.env["account.move"]._read_group(domain, ["partner_id"], ["amount_residual:sum"])
        return defaultdict(float, groups)

    def _start(self, number):
        """:return: a working day more or less long before the first delivery"""
        day = self.days.past[0] - timedelta(days=20 + number * 37 % 230)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    def _end(self, number, start):
        """:return: dict of the last day: of a few it is near, others went on by themselves after their first
        year, the rest end with a calendar year or with their second or third one
        """
        today = self.days.today
        if number % 10 == 5:
            return {"date_end": today + timedelta(days=4 + 7 * (number // 10))}
        if number % 3 == 1:
            return {"date_end": date((today + timedelta(days=100)).year, 12, 31)}
        end = start + relativedelta(years=1, days=-1)
        while end < today + timedelta(days=45):
            end += relativedelta(years=1)
        return {"date_end": end, "prolongation": "auto" if number % 3 == 0 else "none"}

    def _backdate_contracts(self, contracts):
        """They were entered some days before they began, by the managers of then."""
        self.company.backdate(
            contracts,
            [
                self.days.moment(contract.date_start - timedelta(days=3 + contract.id % 5), 90)
                for contract in contracts
            ],
            [contract.user_id for contract in contracts],
        )

    def _limit(self, owed, client):
        """:return: what the client may owe, a round figure"""
        if client.partner in self.over_limit:
            step = self._price(10_000)
            return max(owed * 0.8 // step, 1) * step
        step = self._price(100_000)
        return max(self._price(LIMITS[client.client_class]), (owed * 1.5 // step + 1) * step)

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
            day = self._last_delivery(client)
            while day >= 0:
                planned.append((client, day))
                day = self._delivery_before(client, day)
        since = len(self.days.past) - ORDERED
        recent = [(client, day) for client, day in planned if day >= since]
        orders = self.env["sale.order"].create([self._prepare_order(client, day) for client, day in recent])
        orders.action_confirm()
        moments = [self.days.moment(self.days.past[max(day - 2, 0)], 60) for _client, day in recent]
        self.company.date_orders(orders, moments)
        self.company.backdate(orders, moments, orders.user_id.browse([order.user_id.id for order in orders]))
        old = [(client, None, day) for client, day in planned if day < since]
        return old + [(client, order, day) for (client, day), order in zip(recent, orders, strict=True)]

    def _prepare_order(self, client, day):
        last = len(self.days.past) - 6
        big = client.partner in self.over_limit and day > last
        return self.company.prepare_order(client, client.manager_on(day), day, big)

    def _last_delivery(self, client):
        """:return: index of its working day"""
        if client.partner in self.overdue:
            return self.days.index_of(self.days.today - self._deferral(client, self.overdue[client.partner]))
        return len(self.days.past) - 1 - self.random.randrange(5 if client.partner in self.over_limit else 14)

    def _delivery_before(self, client, day):
        """:return: index of the working day; below 0 if there was none"""
        gap = self.random.randrange(*EVERY[client.client_class])
        seldom = day - gap < len(self.days.past) - SELDOM
        if seldom and client in self._in_turn(IN_ADVANCE):
            return -1
        return day - (3 * gap if seldom else gap)

    def _deferral(self, client, days):
        """:return: time from a delivery until ``days`` after its payment was due"""
        return timedelta(days=self._term(client).line_ids.nb_days + days)

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
            self.payments.analyse()
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
