import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class SalesReceivableSnapshot(models.Model):
    """What each client owed when a month ended. Written once, whatever is posted later, and with what date.

    The manager and his team are those on the day the row is written: the first day of the next
    month, unless the server was down.
    """

    _name = "sales.receivable.snapshot"
    _inherit = "sales.batch.step"
    _description = "Receivables at the End of a Month"
    _order = "date DESC, debt DESC, id"
    _rec_name = "client_id"
    _sales_guard_path = "client_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("End of Month", required=True, readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    manager_id = fields.Many2one("res.users", readonly=True, index="btree_not_null", ondelete="restrict")
    team_id = fields.Many2one("crm.team", readonly=True, ondelete="restrict")
    debt = fields.Monetary(readonly=True, help="What his unmatched payments and credit notes didn't cover.")
    overdue = fields.Monetary(readonly=True)
    prepaid = fields.Monetary(readonly=True, help="What he had paid and nothing was owed for.")
    shipments = fields.Monetary(readonly=True, help="Of the trailing period, with tax.")
    period_days = fields.Integer("Days of the Period", readonly=True, aggregator="max")
    full_days = fields.Integer(
        "Days of a Full Period",
        readonly=True,
        aggregator="max",
        help="As the setting was. A firm that has shipped for less has a shorter period.",
    )

    _month_idx = models.Index("(company_id, date, manager_id)")

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("client_id", "manager_id", mode)

    # ------------------------------------------------------
    # Writing it
    # ------------------------------------------------------

    @api.model
    def _cron_snapshot(self):
        """Write down each month that has ended in a company's time zone; a month of a company at a time.

        A run that was broken off, or a server that was down for months, goes on where it stopped: each
        month is computed as it was on its last day.
        """
        for company in self.env["res.company"].search([("active", "=", True)]):
            for month_end in self._months_missing(company):
                written = self._retry(self._write_month, company, month_end)
                _logger.info("Receivables of %s at %s: %s clients", company.name, month_end, written)
                if not self._commit(1, 1):
                    return
        self._commit(0, 0)

    @api.model
    def _months_missing(self, company):
        """:return: list of the last days of the months to write down, oldest first; at the beginning only the
        last month, as nobody knows whose clients they were before
        """
        last_end = company._sales_today().replace(day=1) - timedelta(days=1)
        month_end = company.sales_snapshot_date
        if not month_end:
            return [last_end]
        missing = []
        while month_end < last_end:
            month_end = month_end + timedelta(days=1) + relativedelta(months=1, days=-1)
            missing.append(month_end)
        return missing

    @api.model
    def _write_month(self, company, month_end):
        """Write the rows of one month, unless that was done before: the mark on the company and the rows are
        one transaction.

        :return: number of rows
        """
        if not self._mark_month(company, month_end):
            return 0
        Ledger = self.env["sales.receivable.ledger"]
        Ledger._flush_counted()
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_receivable_snapshot (
                    company_id, date, client_id, manager_id, team_id, debt, overdue, prepaid, shipments,
                    period_days, full_days, create_uid, create_date, write_uid, write_date)
                SELECT company_id, %(date)s, client_id, manager_id, team_id, debt, overdue, prepaid,
                       shipments, period_days, full_days, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (%(figures)s) figure
                RETURNING id
                """,
                date=month_end,
                figures=Ledger._figures_sql(
                    Ledger._periods_sql({company: month_end}), Ledger._balances_at_sql(company, month_end)
                ),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        return len(rows)

    @api.model
    def _mark_month(self, company, month_end):
        """:return: whether the month is still to be written; other servers wait here, and then it isn't"""
        company.flush_recordset(["sales_snapshot_date"])
        marked = self.env.execute_query(
            SQL(
                """
                UPDATE res_company SET sales_snapshot_date = %(date)s
                 WHERE id = %(company)s AND (sales_snapshot_date IS NULL OR sales_snapshot_date < %(date)s)
                RETURNING id
                """,
                date=month_end,
                company=company.id,
            )
        )
        company.invalidate_recordset(["sales_snapshot_date"])
        return bool(marked)
