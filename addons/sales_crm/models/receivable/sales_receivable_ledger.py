from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import (
    covered,
    due_date,
    is_open_receivable,
    is_overdue,
    is_paid_out,
    is_posted_receivable,
    is_unsettled,
    residual,
    root_company,
)

SHIPMENT_TYPES = ("out_invoice", "out_refund", "out_receipt")


class SalesReceivableLedger(models.AbstractModel):
    """Debt and shipments of clients by the ledger, as SQL: today, or as of an earlier day.

    Amounts are in the currency of each company, without its branches; but money covers debts in the ledger
    that they keep together, see :func:`~odoo.addons.sales_crm.tools.receivable.covered`.
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
        :return: SQL of the table ``day``: company_id, today
        """
        days = self._days() if days is None else days
        return SQL(
            "unnest(%s::int[], %s::date[]) AS day(company_id, today)",
            [company.id for company in days],
            list(days.values()),
        )

    @api.model
    def _periods_sql(self, days=None):
        """:param dict days: see :meth:`_days_sql`
        :return: SQL of the table ``day``: company_id, today, and of the period of shipments that ends today
            date_from, period_days and full_days: a firm that began within it has a shorter one, without any
            shipment one of 0 days
        """
        days = self._days() if days is None else days
        first = self._first_shipments(days)
        rows = []
        for company, day in days.items():
            start = self._period_start(company, day)
            began = first.get(company.id)
            known = began if began and began <= day else None
            date_from = max(start, known or start)
            full_days = (day - start).days + 1
            period_days = (day - date_from).days + 1 if known else 0
            rows.append((company.id, day, date_from, period_days, full_days))
        return SQL(
            "unnest(%s::int[], %s::date[], %s::date[], %s::int[], %s::int[])"
            " AS day(company_id, today, date_from, period_days, full_days)",
            *([*column] for column in zip(*rows, strict=True)),
        )

    @api.model
    def _first_shipments(self, companies):
        """:return: dict company id -> date of its first posted invoice, None without any"""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT company.id, (
                            SELECT move.date FROM account_move move
                             WHERE move.company_id = company.id AND move.state = 'posted'
                               AND move.move_type IN %s
                             ORDER BY move.date LIMIT 1)
                      FROM unnest(%s::int[]) AS company(id)
                    """,
                    SHIPMENT_TYPES,
                    [company.id for company in companies],
                )
            )
        )

    @api.model
    def _period_start(self, company, day):
        """:return: the first day of the full period of shipments that ends with ``day``"""
        # sudo: a setting of the company
        return day + relativedelta(days=1) - relativedelta(months=max(company.sudo().sales_kpi_months, 1))

    @api.model
    def _flush_counted(self):
        for name, fields in {
            "account.account": ["account_type"],
            "account.move": [
                "amount_total_signed", "commercial_partner_id", "company_id", "date", "move_type", "state",
            ],
            "account.move.line": [
                "account_id", "amount_residual", "company_id", "date", "date_maturity", "parent_state",
                "partner_id", "payment_id", "reconciled", "statement_line_id",
            ],
            "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id", "max_date"],
            "res.company": ["parent_path"],
            "res.partner": ["commercial_partner_id", "user_id"],
            "res.users": ["sale_team_id"],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    # ------------------------------------------------------
    # Figures per client
    # ------------------------------------------------------

    @api.model
    def _figures_sql(self, days, balances):
        """:param SQL days: see :meth:`_periods_sql`
        :param SQL balances: see :meth:`_balances_now_sql`, :meth:`_balances_at_sql`
        :return: SQL of a row per company and client that owes or got something: company_id, client_id,
            manager_id, team_id (of today), debt, overdue, prepaid, shipments, period_days, full_days. What
            he owes is what his unmatched money doesn't cover; what is left of that money is ``prepaid``
        """
        return SQL(
            """
            WITH balance AS MATERIALIZED (%(balances)s), covered AS (%(covered)s), owed AS (
                SELECT balance.company_id, balance.client_id, balance.due,
                       balance.residual - COALESCE(covered.amount, 0) AS amount
                  FROM balance
                  LEFT JOIN covered ON covered.id = balance.id
            )
            SELECT figure.company_id, figure.client_id, client.user_id AS manager_id,
                   manager.sale_team_id AS team_id, SUM(figure.debt) AS debt, SUM(figure.overdue) AS overdue,
                   SUM(figure.prepaid) AS prepaid, SUM(figure.shipments) AS shipments,
                   MAX(figure.period_days) AS period_days, MAX(figure.full_days) AS full_days
              FROM (
                    SELECT owed.company_id, owed.client_id, GREATEST(owed.amount, 0) AS debt,
                           CASE WHEN %(overdue)s THEN owed.amount ELSE 0 END AS overdue,
                           GREATEST(-owed.amount, 0) AS prepaid, 0 AS shipments, day.period_days,
                           day.full_days
                      FROM owed
                      JOIN %(days)s ON day.company_id = owed.company_id
                     UNION ALL
                    SELECT move.company_id, buyer.commercial_partner_id, 0, 0, 0, move.amount_total_signed,
                           day.period_days, day.full_days
                      FROM account_move move
                      JOIN %(days)s ON day.company_id = move.company_id
                      LEFT JOIN res_partner buyer ON buyer.id = move.commercial_partner_id
                     WHERE move.state = 'posted' AND move.move_type IN %(types)s
                       AND move.date BETWEEN day.date_from AND day.today
                   ) figure
              LEFT JOIN res_partner client ON client.id = figure.client_id
              LEFT JOIN res_users manager ON manager.id = client.user_id
             GROUP BY figure.company_id, figure.client_id, client.user_id, manager.sale_team_id
            HAVING SUM(figure.debt) != 0 OR SUM(figure.prepaid) != 0 OR SUM(figure.shipments) != 0
            """,
            balances=balances,
            covered=covered(SQL("balance")),
            overdue=is_overdue(SQL("day.today"), SQL("owed.due"), SQL("owed.amount")),
            days=days,
            types=SHIPMENT_TYPES,
        )

    @api.model
    def _balances_now_sql(self):
        """:return: SQL of the open instalments and unmatched money: id, company_id, root (of the company),
        client_id, due, paid_out, residual
        """
        return SQL(
            "SELECT %s, %s AS residual %s WHERE %s",
            self._balance_columns(),
            residual(),
            self._balance_tables(),
            is_open_receivable(),
        )

    @api.model
    def _balances_at_sql(self, company, day):
        """The instalments as they were at the end of ``day``: what was matched later is taken back.

        A matching counts from the later date of both its sides on (``max_date``), as in core's aged
        receivables.

        :return: SQL with the columns of :meth:`_balances_now_sql`, of the whole ledger of ``company``
        """
        return SQL(
            """
            SELECT %(columns)s,
                   ROUND((%(residual)s + COALESCE(later.amount, 0))::numeric, %(digits)s) AS residual
              %(tables)s
              LEFT JOIN (
                    SELECT matched.line_id, SUM(matched.amount) AS amount
                      FROM (SELECT debit_move_id AS line_id, amount
                              FROM account_partial_reconcile WHERE max_date > %(day)s
                             UNION ALL
                            SELECT credit_move_id, -amount
                              FROM account_partial_reconcile WHERE max_date > %(day)s) matched
                     GROUP BY matched.line_id
                   ) later ON later.line_id = line.id
             WHERE line.company_id = ANY(%(ledger)s) AND line.date <= %(day)s AND %(receivable)s
               AND (%(unsettled)s OR later.line_id IS NOT NULL)
            """,
            columns=self._balance_columns(),
            tables=self._balance_tables(),
            ledger=self.env["sales.credit"]._ledger(company),
            day=day,
            digits=company.currency_id.decimal_places,
            residual=residual(),
            receivable=is_posted_receivable(),
            unsettled=is_unsettled(),
        )

    @api.model
    def _balance_columns(self):
        return SQL(
            """
            line.id, line.company_id, %(root)s AS root, debtor.commercial_partner_id AS client_id,
            %(due)s AS due, %(paid_out)s AS paid_out
            """,
            root=root_company(),
            due=due_date(),
            paid_out=is_paid_out(),
        )

    @api.model
    def _balance_tables(self):
        return SQL(
            """
              FROM account_move_line line
              JOIN res_company company ON company.id = line.company_id
              LEFT JOIN res_partner debtor ON debtor.id = line.partner_id
            """
        )
