from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import (
    due_date,
    is_open_receivable,
    is_overdue,
    is_posted_receivable,
    is_unsettled,
    residual,
)

SHIPMENT_TYPES = ("out_invoice", "out_refund", "out_receipt")


class SalesReceivableLedger(models.AbstractModel):
    """Debt and shipments of clients by the ledger, as SQL: today, or as of an earlier day.

    Amounts are in the currency of each company, of its own ledger without its branches.
    """

    _name = "sales.receivable.ledger"
    _description = "Receivables by the Ledger"

    # ------------------------------------------------------
    # Days
    # ------------------------------------------------------

    @api.model
    def _days(self):
        """:return: dict company -> the day it is there, sudo-ed; for every company"""
        # sudo: which day it is in a company is no secret; the rows have record rules of their own
        companies = self.env["res.company"].sudo().search([("active", "in", [True, False])])
        return {company: company._sales_today() for company in companies}

    @api.model
    def _days_sql(self, days=None):
        """:param dict days: company -> day; today of every company, if not given
        :return: SQL of the table ``day``: company_id, today, and date_from and period_days of the period of
            shipments that ends today
        """
        days = self._days() if days is None else days
        starts = [self._period_start(company, day) for company, day in days.items()]
        return SQL(
            "unnest(%s::int[], %s::date[], %s::date[], %s::int[])"
            " AS day(company_id, today, date_from, period_days)",
            [company.id for company in days],
            list(days.values()),
            starts,
            [(day - start).days + 1 for day, start in zip(days.values(), starts, strict=True)],
        )

    @api.model
    def _period_start(self, company, day):
        """:return: the first day of the period of shipments that ends with ``day``"""
        # sudo: a setting of the company
        return day + relativedelta(days=1) - relativedelta(months=max(company.sudo().sales_kpi_months, 1))

    @api.model
    def _flush_counted(self):
        for name, fields in {
            "account.account": ["account_type"],
            "account.move": ["amount_total_signed", "company_id", "date", "move_type", "partner_id", "state"],
            "account.move.line": [
                "account_id", "amount_residual", "company_id", "date", "date_maturity", "parent_state",
                "partner_id", "reconciled",
            ],
            "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
            "res.partner": ["commercial_partner_id", "user_id"],
            "res.users": ["sale_team_id"],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    # ------------------------------------------------------
    # Figures per client
    # ------------------------------------------------------

    @api.model
    def _figures_sql(self, days, balances):
        """:param SQL days: see :meth:`_days_sql`
        :param SQL balances: see :meth:`_balances_now_sql`, :meth:`_balances_at_sql`
        :return: SQL of a row per company and client that owes or got something: company_id, client_id,
            manager_id, team_id (of today), debt, overdue, shipments, period_days
        """
        return SQL(
            """
            SELECT figure.company_id, figure.client_id, client.user_id AS manager_id,
                   manager.sale_team_id AS team_id, SUM(figure.debt) AS debt, SUM(figure.overdue) AS overdue,
                   SUM(figure.shipments) AS shipments, MAX(figure.period_days) AS period_days
              FROM (
                    SELECT balance.company_id, debtor.commercial_partner_id AS client_id,
                           balance.residual AS debt,
                           CASE WHEN %(overdue)s THEN balance.residual ELSE 0 END AS overdue,
                           0 AS shipments, day.period_days
                      FROM (%(balances)s) balance
                      JOIN %(days)s ON day.company_id = balance.company_id
                      LEFT JOIN res_partner debtor ON debtor.id = balance.partner_id
                     UNION ALL
                    SELECT move.company_id, buyer.commercial_partner_id, 0, 0, move.amount_total_signed,
                           day.period_days
                      FROM account_move move
                      JOIN %(days)s ON day.company_id = move.company_id
                      LEFT JOIN res_partner buyer ON buyer.id = move.partner_id
                     WHERE move.state = 'posted' AND move.move_type IN %(types)s
                       AND move.date BETWEEN day.date_from AND day.today
                   ) figure
              LEFT JOIN res_partner client ON client.id = figure.client_id
              LEFT JOIN res_users manager ON manager.id = client.user_id
             GROUP BY figure.company_id, figure.client_id, client.user_id, manager.sale_team_id
            HAVING SUM(figure.debt) != 0 OR SUM(figure.overdue) != 0 OR SUM(figure.shipments) != 0
            """,
            balances=balances,
            overdue=is_overdue(SQL("day.today"), "balance", SQL("balance.residual")),
            days=days,
            types=SHIPMENT_TYPES,
        )

    @api.model
    def _balances_now_sql(self):
        """:return: SQL of the open instalments: company_id, partner_id, date_maturity, residual"""
        return SQL(
            """
            SELECT line.company_id, line.partner_id, %(due)s AS date_maturity, %(residual)s AS residual
              FROM account_move_line line
             WHERE %(opened)s
            """,
            due=due_date(),
            residual=residual(),
            opened=is_open_receivable(),
        )

    @api.model
    def _balances_at_sql(self, company, day):
        """The instalments as they were at the end of ``day``: what was matched later is taken back.

        A matching counts from the later date of both its sides on (``max_date``), as in core's aged
        receivables.

        :return: SQL with the columns of :meth:`_balances_now_sql`
        """
        return SQL(
            """
            SELECT line.company_id, line.partner_id, %(due)s AS date_maturity,
                   ROUND((%(residual)s + COALESCE(later.amount, 0))::numeric, %(digits)s) AS residual
              FROM account_move_line line
              LEFT JOIN (
                    SELECT matched.line_id, SUM(matched.amount) AS amount
                      FROM (SELECT debit_move_id AS line_id, amount
                              FROM account_partial_reconcile WHERE max_date > %(day)s
                             UNION ALL
                            SELECT credit_move_id, -amount
                              FROM account_partial_reconcile WHERE max_date > %(day)s) matched
                     GROUP BY matched.line_id
                   ) later ON later.line_id = line.id
             WHERE line.company_id = %(company)s AND line.date <= %(day)s AND %(receivable)s
               AND (%(unsettled)s OR later.line_id IS NOT NULL)
            """,
            company=company.id,
            day=day,
            digits=company.currency_id.decimal_places,
            due=due_date(),
            residual=residual(),
            receivable=is_posted_receivable(),
            unsettled=is_unsettled(),
        )
