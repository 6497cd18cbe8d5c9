from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import is_receivable
from .sales_ledger_facts import SALES, SOURCE_ID

PAID, PAID_BACK = 4, 5  # the sources of payments in sales.performance.report


class SalesLedgerFacts(models.AbstractModel):
    """Payments, and what is in neither of the two."""

    _inherit = "sales.ledger.facts"

    @api.model
    def _payment_sql(self, company, date_from, date_to):
        """Ours are matchings of invoices with money; the ledger's are the money's items on receivable
        accounts: what is matched of them, with whatever it is, and what is not.
        """
        arms = self.env["sales.performance.report"]._arms()
        return SQL(
            """
            WITH money AS (SELECT line.* FROM account_move_line line WHERE %(ledger)s), side AS (
                SELECT partial.id, money.id AS line_id, partial.debit_move_id AS other_id, partial.amount
                  FROM money JOIN account_partial_reconcile partial ON partial.credit_move_id = money.id
                 UNION ALL
                SELECT partial.id, money.id, partial.credit_move_id, -partial.amount
                  FROM money JOIN account_partial_reconcile partial ON partial.debit_move_id = money.id
            ), ours AS (
                SELECT paid.id AS row_id, paid.id & %(source)s AS partial_id, paid.paid_amount AS amount,
                       CASE WHEN paid.arm = %(paid)s THEN partial.credit_move_id
                            ELSE partial.debit_move_id END AS line_id
                  FROM (SELECT *, %(paid)s AS arm FROM (%(in)s) received
                         UNION ALL SELECT *, %(back)s FROM (%(out)s) returned) paid
                  JOIN account_partial_reconcile partial ON partial.id = paid.id & %(source)s
                 WHERE paid.company_id = %(company)s AND paid.date BETWEEN %(date_from)s AND %(date_to)s
            )
            SELECT CASE WHEN partner_id IS NULL THEN 'no_client' ELSE 'unmatched' END AS kind, id AS line_id,
                   NULL::bigint AS row_id, -amount_residual::numeric AS amount
              FROM money WHERE amount_residual != 0
             UNION ALL
            SELECT %(kind)s, line.id, ours.row_id, COALESCE(side.amount, 0) - COALESCE(ours.amount, 0)
              FROM side
              FULL JOIN ours ON ours.partial_id = side.id AND ours.line_id = side.line_id
              JOIN account_move_line line ON line.id = COALESCE(side.line_id, ours.line_id)
              LEFT JOIN account_move_line other ON other.id = side.other_id
              LEFT JOIN account_move move ON move.id = other.move_id
             WHERE COALESCE(side.amount, 0) != COALESCE(ours.amount, 0)
            """,
            ledger=self._ledger_condition("payment", company, date_from, date_to),
            source=SOURCE_ID,
            paid=PAID,
            back=PAID_BACK,
            company=company.id,
            date_from=date_from,
            date_to=date_to,
            kind=self._payment_kind_sql(company),
            **{"in": arms[PAID], "out": arms[PAID_BACK]},
        )

    @api.model
    def _payment_kind_sql(self, company):
        return SQL(
            """
            CASE WHEN side.id IS NOT NULL AND ours.row_id IS NOT NULL THEN 'exchange'
                 WHEN line.company_id != %(company)s OR other.company_id != %(company)s THEN 'other_company'
                 WHEN side.id IS NULL THEN 'other_account'
                 WHEN %(exchange)s THEN 'exchange'
                 ELSE 'matched_otherwise' END
            """,
            company=company.id,
            exchange=self._is_exchange("move", company),
        )

    # ------------------------------------------------------
    # In neither
    # ------------------------------------------------------

    @api.model
    def _drafts_model(self, figure):
        """:return: the model of what :meth:`_drafts_sql` finds"""
        return "account.payment" if figure == "payment" else "account.move.line"

    @api.model
    def _drafts_sql(self, figure, company, date_from, date_to):
        """:return: SQL of what isn't posted: id, amount; of payments also those that wait for the bank's
        statement and have no entry before it
        """
        if figure == "payment":
            return SQL(
                """
                SELECT payment.id, payment.amount_company_currency_signed::numeric AS amount
                  FROM account_payment payment
                  LEFT JOIN account_move move ON move.id = payment.move_id
                 WHERE payment.company_id = %s AND payment.partner_type = 'customer'
                   AND payment.state IN ('draft', 'in_process', 'paid')
                   AND payment.date BETWEEN %s AND %s AND COALESCE(move.state, 'draft') = 'draft'
                """,
                company.id,
                date_from,
                date_to,
            )
        if figure == "receivable":
            return SQL(
                """
                SELECT line.id, line.balance AS amount
                  FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                 WHERE move.state = 'draft' AND move.company_id = %s AND line.parent_state = 'draft'
                   AND line.date <= %s AND %s
                """,
                company.id,
                date_to,
                is_receivable(),
            )
        return SQL(
            """
            SELECT line.id, -line.balance AS amount
              FROM account_move_line line JOIN account_move move ON move.id = line.move_id
             WHERE move.state = 'draft' AND move.company_id = %s AND move.move_type = ANY(%s)
               AND line.display_type = 'product'
               AND COALESCE(move.invoice_date, move.date) BETWEEN %s AND %s
            """,
            company.id,
            list(SALES),
            date_from,
            date_to,
        )

    @api.model
    def _drafts(self, figure, company, date_from, date_to):
        """:return: (sum, number) of what isn't posted"""
        [(total, count)] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(amount), 0), COUNT(*) FROM (%s) draft",
                self._drafts_sql(figure, company, date_from, date_to),
            )
        )
        return company.currency_id.round(float(total)), count

    @api.model
    def _flush_counted(self):
        """Write down what the queries read and the ORM doesn't know of."""
        self.env["sales.receivable.ledger"]._flush_counted()
        for model in ("account.move", "account.move.line", "account.partial.reconcile", "account.payment"):
            self.env[model].flush_model()
        for model in ("sales.performance.report", "sales.receivable.report"):
            for name, fields in self.env[model]._depends.items():
                self.env[name].flush_model(fields)
