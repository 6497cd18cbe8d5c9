from datetime import timedelta

from babel.dates import format_datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, get_lang


class AccountJournal(models.Model):
    """The dashboard's sums are of the documents that the user may see."""

    _inherit = "account.journal"

    def _get_draft_sales_purchases_query(self):
        return self._sales_only_seen(super()._get_draft_sales_purchases_query())

    def _get_open_sale_purchase_query(self, journal_type):
        query, selects = super()._get_open_sale_purchase_query(journal_type)
        return self._sales_only_seen(query), selects

    def _get_to_check_payment_query(self):
        query, selects = super()._get_to_check_payment_query()
        return self._sales_only_seen(query), selects

    def _get_sale_purchase_graph_data(self):
        """Core sums up all invoices in SQL of its own; its labels stay."""
        graphs = super()._get_sale_purchase_graph_data()
        if not self._sales_checks_references():
            return graphs
        sums = self._sales_graph_sums()
        for journal in self:
            [graph] = graphs[journal.id]
            title, key = journal._graph_title_and_key()
            graph.update(title=title, key=key, is_sample_data=False)
            sign = 1 if journal.type == "sale" else -1
            # sudo: the currency of a company that one may not read is no secret
            currency = journal.currency_id or journal.company_id.sudo().currency_id
            kinds = ["past", "past", "future", "future", "future", "future"]
            for number, (value, kind) in enumerate(zip(graph["values"], kinds, strict=True)):
                amount = sums.get(journal.id, {}).get(number, 0)
                value.update(type=kind, value=currency.round(sign * amount))
        return graphs

    def _sales_graph_sums(self):
        """:return: dict journal id -> dict number of the bar -> what is open of the invoices that one sees"""
        today = fields.Date.today()
        weekday = int(format_datetime(today, "e", locale=get_lang(self.env).code))
        monday = today - timedelta(days=weekday - 1)
        Move = self.env["account.move"]
        moves = Move._search(
            Domain("journal_id", "in", self.ids)
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
            & Domain("move_type", "in", Move.get_invoice_types(True))
            & Domain("company_id", "in", self.env.companies.ids)
        )
        due = Move._field_to_sql(moves.table, "invoice_date_due", moves)
        rows = self.env.execute_query(
            moves.select(
                SQL("%s", Move._field_to_sql(moves.table, "journal_id", moves)),
                SQL("width_bucket(%s - %s, ARRAY[-7, 0, 7, 14, 21])", due, monday),
                SQL("%s", Move._field_to_sql(moves.table, "amount_residual_signed", moves)),
            )
        )
        sums = {}
        for journal, number, amount in rows:
            of_journal = sums.setdefault(journal, {})
            of_journal[number] = of_journal.get(number, 0) + float(amount or 0)
        return sums

    # ------------------------------------------------------
    # Banks: what all clients have paid is no manager's business
    # ------------------------------------------------------

    def _get_bank_cash_graph_data(self):
        graphs = super()._get_bank_cash_graph_data()
        if self._sales_checks_references():
            for [graph] in graphs.values():
                graph.update(values=[], is_sample_data=False)
        return graphs

    @api.depends_context("uid")
    def _compute_last_bank_statement(self):
        if self._sales_checks_references():
            self.last_statement_id = False
            return None
        return super()._compute_last_bank_statement()

    def _get_journal_dashboard_bank_running_balance(self):
        if self._sales_checks_references():
            return dict.fromkeys(self.ids, (False, 0.0))
        return super()._get_journal_dashboard_bank_running_balance()

    def _get_direct_bank_payments(self):
        if not self._sales_checks_references():
            return super()._get_direct_bank_payments()
        payments = self._sales_payments_seen(Domain("is_matched", "=", True))
        return self._sales_sum_payments(
            payments.filtered(lambda p: p.outstanding_account_id == p.journal_id.default_account_id)
        )

    def _get_journal_dashboard_outstanding_payments(self):
        if not self._sales_checks_references():
            return super()._get_journal_dashboard_outstanding_payments()
        return self._sales_sum_payments(self._sales_payments_seen(Domain("is_matched", "!=", True)))

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        res = super()._fill_bank_cash_dashboard_data(dashboard_data)
        if self._sales_checks_references():
            for journal in self.filtered(lambda journal: journal.type in ("bank", "cash", "credit")):
                dashboard_data[journal.id]["number_to_reconcile"] = self.env[
                    "account.bank.statement.line"
                ].search_count(
                    [
                        ("journal_id", "=", journal.id),
                        ("company_id", "in", self.env.companies.ids),
                        ("is_reconciled", "=", False),
                        ("move_id.checked", "=", True),
                        ("move_id.state", "=", "posted"),
                    ]
                )
        return res

    def _sales_payments_seen(self, domain):
        """:return: the payments in these journals that the user may see"""
        return self.env["account.payment"].search(
            domain
            & Domain("journal_id", "in", self.ids)
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("move_id.state", "=", "posted")
        )

    def _sales_sum_payments(self, payments):
        """:return: dict journal id -> (number, sum in its currency), as core counts them"""
        sums = {}
        for journal in self:
            rows = [
                {
                    "company_id": payment.company_id.id,
                    "currency": payment.currency_id.id,
                    "amount_total": payment.amount * (-1 if payment.payment_type == "outbound" else 1),
                    "amount_total_company": payment.amount_company_currency_signed,
                }
                for payment in payments.filtered(lambda p, j=journal: p.journal_id == j)
            ]
            # sudo: the currency of a company that one may not read is no secret
            currency = (journal.currency_id or journal.company_id.sudo().currency_id).with_env(self.env)
            sums[journal.id] = self._count_results_and_sum_amounts(rows, currency)
        return sums

    def _sales_only_seen(self, query):
        """:return: a query on invoices, without joins: core names columns without their table"""
        if not self._sales_checks_references():
            return query
        Move = self.env["account.move"]
        seen = Move._search(Domain("id", "in", query))
        return Move._search(Domain("id", "in", seen), bypass_access=True)
