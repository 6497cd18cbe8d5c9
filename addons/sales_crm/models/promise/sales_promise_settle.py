from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.promise import Payment, Promised, settle
from ...tools.receivable import is_posted_receivable

# Types of the journals through which money comes and goes
PURSES = ("bank", "cash", "credit")


class SalesPromise(models.Model):
    """How payments settle promises of payment.

    A payment is a posted credit entry of a bank or cash journal on the client's receivable account, in the
    company of the promise or one of its branches, matched or not; of a payment with a write-off only the
    money itself, and less what went back to the client or was reversed. Which one settles what:
    :func:`~odoo.addons.sales_crm.tools.promise.settle`. Amounts in another currency are converted at the
    rate of the entry, else at that of its day.
    """

    # Beside what a promise is
    _inherit = "sales.promise"

    @api.model
    def _domain_settled_by_payments(self):
        return Domain("kind", "=", "payment") & Domain("direction", "=", "client")

    @api.model
    def _resettle(self, clients):
        """Ask again what has been settled, of all the promises of these clients; when it is next read, or
        at the end of the transaction.

        :param clients: commercial partners
        """
        if not clients:
            return
        # sudo: what is settled doesn't depend on who posts the payment
        promises = self.sudo().with_context(active_test=False)
        self._mark_unsettled(promises.search(Domain("client_id", "in", clients.ids)))

    @api.model
    def _mark_unsettled(self, promises):
        for name in ("state", "paid_amount", "date_closed"):
            self.env.add_to_compute(self._fields[name], promises)

    @api.depends(
        "said",
        "date_said",
        "date_due",
        "date_last",
        "date_made",
        "kind",
        "direction",
        "amount",
        "currency_id",
    )
    def _compute_settlement(self):
        """Of a client's promise to pay: kept if it is paid in full by the last day it is waited for, after
        that day kept in part or broken. Of the others: as the manager said, and broken if he has said
        nothing by the due day.
        """
        settled = self._settled()
        for promise in self:
            found = settled.get(promise._origin.id)
            promise.paid_amount = found.paid if found else 0
            promise.state, promise.date_closed = promise._settlement(found)

    def _settlement(self, found):
        """:param found: Promised of a promise that payments settle, else None
        :return: state, day on which it was closed
        """
        if self.said == "cancelled":
            return "cancelled", self.date_said
        if found and not found.missing():
            return "kept", found.date_paid
        if not found and self.said:
            return self.said, self.date_said
        if not self.date_last or self.date_last >= self.company_id._sales_today():
            return "open", False
        return ("partial" if found and found.paid else "broken"), self.date_last + timedelta(days=1)

    # ------------------------------------------------------
    # Promises and payments
    # ------------------------------------------------------

    def _settled(self):
        """:return: dict promise id -> Promised with what is paid, for those that payments settle; a constant
        number of queries
        """
        stored = self._origin.filtered(lambda promise: promise.id and promise.is_settled_by_payments)
        if not stored:
            return {}
        # sudo: what others have been promised takes of the same money
        siblings = self.sudo().search(
            self._domain_settled_by_payments()
            & Domain("client_id", "in", stored.client_id.ids)
            & Domain("said", "!=", "cancelled")
        )
        groups = {}
        for promise in siblings:
            key = (promise.client_id.id, promise.company_id.root_id.id)
            groups.setdefault(key, []).append(promise._prepare_promised())
        payments = self._payments(siblings)
        for key, promised in groups.items():
            settle(promised, payments.get(key, []))
        return {one.id: one for promised in groups.values() for one in promised}

    def _prepare_promised(self):
        return Promised(
            id=self.id,
            amount=self.amount,
            currency=self.currency_id,
            date_from=self.date_made,
            date_due=self.date_due,
            date_last=self.date_last,
            companies=frozenset(self._companies(self.company_id).ids),
            invoice=self.move_id.id,
        )

    @api.model
    def _companies(self, company):
        """:return: the company and its branches"""
        # sudo: the branches of a company are no secret
        return self.env["res.company"].sudo().search([("id", "child_of", company.id)])

    def _payments(self, promises):
        """:return: dict (client id, id of the root company) -> list of Payment, the first one first"""
        if not promises:
            return {}
        self._flush_payments()
        parts = {}
        rows = self.env.execute_query(self._payments_sql(promises))
        for line, invoice, amount in self.env.execute_query(self._parts_sql([row[0] for row in rows])):
            parts.setdefault(line, {})[invoice] = amount
        found = {}
        for line, client, company_id, date, currency_id, amount, balance in rows:
            # sudo: payments tell how promises stand in companies that he may not enter, too
            company = self.env["res.company"].sudo().browse(company_id)
            currency = self.env["res.currency"].browse(currency_id)
            left = currency.round(amount)
            if left <= 0:
                continue
            wanted = promises.filtered(lambda p, client=client: p.client_id.id == client).currency_id
            found.setdefault((client, company.root_id.id), []).append(
                Payment(
                    date=date,
                    company=company_id,
                    left=left,
                    currency=currency,
                    parts=parts.get(line, {}),
                    rates={one: self._rate(currency, one, balance, company, date) for one in wanted},
                )
            )
        return found

    @api.model
    def _rate(self, currency, wanted, balance, company, date):
        """:param balance: worth of one unit of ``currency`` in the company's, as it was posted
        :return: worth of one unit of ``currency`` in ``wanted``
        """
        if wanted == currency:
            return 1.0
        if wanted == company.currency_id:
            return balance
        return balance * self.env["res.currency"]._get_conversion_rate(
            company.currency_id, wanted, company, date
        )

    @api.model
    def _flush_payments(self):
        for name, fields in {
            "account.account": ["account_type"],
            "account.journal": ["type"],
            "account.move": ["journal_id", "move_type", "origin_payment_id", "reversed_entry_id"],
            "account.move.line": [
                "account_id", "amount_currency", "balance", "company_id", "currency_id", "date", "move_id",
                "parent_state", "partner_id",
            ],
            "account.partial.reconcile": ["credit_amount_currency", "credit_move_id", "debit_move_id"],
            "account.payment": ["amount"],
            "res.partner": ["commercial_partner_id"],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    @api.model
    def _payments_sql(self, promises):
        """:return: SQL of a row per credit line: id, client, company, date, currency, money in that currency,
        worth of one unit of it in the company's currency
        """
        return SQL(
            """
            SELECT line.id, debtor.commercial_partner_id, line.company_id, line.date, line.currency_id,
                   LEAST(-line.amount_currency, payment.amount) - COALESCE(back.amount, 0),
                   line.balance / line.amount_currency
              FROM account_move_line line
              JOIN res_partner debtor ON debtor.id = line.partner_id
              JOIN account_move move ON move.id = line.move_id
              JOIN account_journal journal ON journal.id = move.journal_id
              LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
              LEFT JOIN LATERAL (
                    SELECT SUM(matched.credit_amount_currency) AS amount
                      FROM account_partial_reconcile matched
                      JOIN account_move_line debit ON debit.id = matched.debit_move_id
                      JOIN account_move other ON other.id = debit.move_id
                      JOIN account_journal purse ON purse.id = other.journal_id
                     WHERE matched.credit_move_id = line.id
                       AND (purse.type IN %(purses)s OR other.reversed_entry_id = move.id)
                   ) back ON TRUE
             WHERE debtor.commercial_partner_id = ANY(%(clients)s)
               AND line.date BETWEEN %(first)s AND %(last)s
               AND %(receivable)s AND line.amount_currency < 0
               AND move.move_type = 'entry' AND journal.type IN %(purses)s
             ORDER BY line.date, line.id
            """,
            clients=promises.client_id.ids,
            first=min(promises.mapped("date_made")),
            last=max(promises.mapped("date_last")),
            receivable=is_posted_receivable(),
            purses=PURSES,
        )

    @api.model
    def _parts_sql(self, lines):
        """:return: SQL of what of the credit ``lines`` is matched with which invoice or other debt, in the
        currency of the line; without what went back
        """
        return SQL(
            """
            SELECT matched.credit_move_id, debit.move_id, SUM(matched.credit_amount_currency)
              FROM account_partial_reconcile matched
              JOIN account_move_line credit ON credit.id = matched.credit_move_id
              JOIN account_move_line debit ON debit.id = matched.debit_move_id
              JOIN account_move other ON other.id = debit.move_id
              JOIN account_journal purse ON purse.id = other.journal_id
             WHERE matched.credit_move_id = ANY(%s)
               AND purse.type NOT IN %s AND other.reversed_entry_id IS DISTINCT FROM credit.move_id
             GROUP BY matched.credit_move_id, debit.move_id
            """,
            lines,
            PURSES,
        )
