"""What the example company sold in the year before: there is something to grow from."""

from collections import defaultdict
from datetime import timedelta
from random import Random

from dateutil.relativedelta import relativedelta

from odoo.fields import Command
from odoo.tools import split_every

from .part import Part
from .payments import BATCH

TWINS = 75  # purchases of this year, by client and quarter, that had one a year before
QUANTITY = (0.8, 1.2)  # of what is bought now
PRICE = 0.94  # of what it costs now
LINES = 3  # products of an invoice
GONE = 3  # clients who have stopped, with so many invoices each
STOPPED = (400, 450, 500)  # days ago


class YearBefore(Part):
    """Invoices of the year before, all paid: brought over from the former program, summed by quarter.

    It has a chance of its own, so that what follows is as it was without it.
    """

    def load(self):
        self.chance = Random(len(self.company.clients))
        self.clients = {client.partner: client for client in self.company.clients}
        sold = self._sold()
        if not sold:
            return  # nothing is invoiced
        values = [self._prepare_twin(*key, lines) for key, lines in self._largest(sold)]
        values += self._prepare_gone({partner for partner, _quarter in sold})
        invoices = self.env["account.move"]
        for batch in split_every(BATCH, values):
            created = invoices.create(list(batch))
            created.action_post()
            invoices |= created
        self._pay(invoices)

    # ------------------------------------------------------
    # What was sold
    # ------------------------------------------------------

    def _sold(self):
        """:return: dict (client, first day of a quarter) -> list of (day, product, quantity, price) of the
        last twelve months
        """
        since = self.days.today - relativedelta(years=1)
        lines = self.env["account.move.line"].search_fetch(
            [
                ("display_type", "=", "product"),
                ("parent_state", "=", "posted"),
                ("move_id.move_type", "=", "out_invoice"),
                ("move_id.invoice_date", ">", since),
                ("move_id.partner_id", "in", [partner.id for partner in self.clients]),
                ("product_id", "!=", False),
            ],
            ["move_id", "product_id", "quantity", "price_unit"],
        )
        sold = defaultdict(list)
        for line in lines:
            day = line.move_id.invoice_date
            quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
            sold[line.move_id.partner_id, quarter].append(
                (day, line.product_id, line.quantity, line.price_unit)
            )
        return sold

    def _largest(self, sold):
        def amount(item):
            (partner, quarter), lines = item
            return sum(line[2] * line[3] for line in lines), partner.id, quarter

        return sorted(sold.items(), key=amount, reverse=True)[:TWINS]

    def _prepare_twin(self, partner, _quarter, lines):
        """:return: values of an invoice of a year before for the same products"""
        day = min(line[0] for line in lines) - relativedelta(years=1)
        bought = defaultdict(float)
        prices = {}
        for _day, product, quantity, price in lines:
            bought[product] += quantity
            prices[product] = price
        products = sorted(bought, key=lambda product: (-bought[product] * prices[product], product.id))
        return self._prepare_invoice(
            partner,
            day,
            [
                (product, round(bought[product] * self.chance.uniform(*QUANTITY)) or 1, prices[product])
                for product in products[:LINES]
            ],
        )

    def _prepare_gone(self, buying):
        """:return: list of values of invoices for clients who buy nothing any more"""
        gone = [partner for partner in self.clients if partner not in buying][:GONE]
        return [
            self._prepare_invoice(
                partner,
                self.days.today - timedelta(days=ago),
                [(product, 40, product.list_price) for product in self.company.products[number : number + 2]],
            )
            for number, partner in enumerate(gone)
            for ago in STOPPED
        ]

    def _prepare_invoice(self, partner, day, lines):
        """:param lines: list of (product, quantity, its price of today)"""
        day -= timedelta(days=max(day.weekday() - 4, 0))
        taxes = self.company.taxes_on(day)
        client = self.clients[partner]
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_user_id": client.manager.id,
            "team_id": self.company.team.id,
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": quantity,
                        "price_unit": round(price * PRICE, 2),
                        **({"tax_ids": [Command.set(taxes.ids)]} if taxes else {}),
                    }
                )
                for product, quantity, price in lines
            ],
        }

    # ------------------------------------------------------
    # What was paid
    # ------------------------------------------------------

    def _pay(self, invoices):
        """One entry of the bank for each month, matched with its invoices."""
        by_month = invoices.grouped(lambda invoice: invoice.invoice_date.replace(day=1))
        bank = invoices.journal_id.search(
            [*invoices.journal_id._check_company_domain(self.env.company), ("type", "=", "bank")], limit=1
        )
        entries = self.env["account.move"].create(
            [self._prepare_entry(bank, of_month) for of_month in by_month.values()]
        )
        entries.action_post()
        pairs = []
        for entry, of_month in zip(entries, by_month.values(), strict=True):
            received = entry.line_ids.filtered("partner_id")
            for line, invoice in zip(received, of_month, strict=True):
                pairs.append(line | self._receivable(invoice))
        for batch in split_every(BATCH, pairs):
            self.env["account.move.line"]._reconcile_plan(list(batch))

    def _receivable(self, invoice):
        return invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _prepare_entry(self, bank, invoices):
        received = [
            {
                "account_id": self._receivable(invoice).account_id.id,
                "partner_id": invoice.partner_id.id,
                "name": invoice.name,
                "credit": invoice.amount_total,
            }
            for invoice in invoices
        ]
        total = {
            "account_id": bank.default_account_id.id,
            "name": self.env.company.name,
            "debit": sum(invoices.mapped("amount_total")),
        }
        return {
            "journal_id": bank.id,
            "date": max(invoices.mapped("invoice_date")),
            "line_ids": [Command.create(line) for line in [*received, total]],
        }
