from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import (
    days_overdue,
    due_date,
    is_open_receivable,
    is_overdue,
    is_paid_out,
    residual,
)


class SalesCredit(models.AbstractModel):
    """What clients owe by the ledger."""

    # Beside the standing of the clients
    _inherit = "sales.credit"

    @api.model
    def _debt_sql(self, company, ledger, client_ids):
        """What is overdue is what unmatched money doesn't cover, by the sums of what
        :func:`~odoo.addons.sales_crm.tools.receivable.covered` tells line by line: the money goes first to
        what he got back, and what is left of it to the oldest invoices.

        :return: SQL of what each client owes by the ledger; uses ``main``, the contracts in force
        """
        today = company._sales_today()
        return SQL(
            """
            SELECT client_id, receivable, unapplied, %(overdue)s AS overdue, %(late)s AS overdue_late,
                   overdue_days
              FROM (
                    SELECT debtor.commercial_partner_id AS client_id,
                           SUM(%(residual)s)::float AS receivable,
                           COALESCE(-SUM(%(residual)s) FILTER (WHERE %(residual)s < 0), 0)::float
                               AS unapplied,
                           %(sums)s,
                           MAX(%(days)s) FILTER (WHERE %(is_overdue)s) AS overdue_days
                      FROM account_move_line line
                      JOIN res_partner debtor ON debtor.id = line.partner_id
                      LEFT JOIN main ON main.client_id = debtor.commercial_partner_id
                     WHERE %(opened)s AND line.company_id = ANY(%(ledger)s) AND %(clients)s
                     GROUP BY debtor.commercial_partner_id
                   ) debtor
            """,
            overdue=self._uncovered_sql("overdue"),
            late=self._uncovered_sql("late"),
            residual=residual(),
            sums=self._overdue_sums_sql(today),
            is_overdue=is_overdue(today, due_date(), residual()),
            days=days_overdue(today, due_date()),
            opened=is_open_receivable(),
            ledger=ledger,
            clients=self._of_clients_sql("debtor", "commercial_partner_id", client_ids),
        )

    @api.model
    def _overdue_sums_sql(self, today):
        """:return: SQL of the sums that :meth:`_uncovered_sql` asks for: what is overdue now, or for longer
        than the contract tolerates, and what of it went back to the client
        """
        conditions = {
            "overdue": is_overdue(today, due_date(), residual()),
            "late": is_overdue(SQL("%s - COALESCE(main.tolerance_days, 0)", today), due_date(), residual()),
            "paid_out": SQL("%s > 0", residual()),
        }
        sums = {
            name: (condition, SQL("TRUE")) for name, condition in conditions.items() if name != "paid_out"
        }
        sums |= {f"back_{name}": (condition, is_paid_out()) for name, condition in conditions.items()}
        return SQL(", ").join(
            SQL(
                "COALESCE(SUM(%s) FILTER (WHERE %s AND %s), 0)::float AS %s",
                residual(),
                *conditions,
                SQL.identifier(name),
            )
            for name, conditions in sums.items()
        )

    @api.model
    def _uncovered_sql(self, name):
        """:param str name: ``overdue`` or ``late``
        :return: SQL of what the client's unmatched money doesn't cover of it
        """
        return SQL(
            "GREATEST(%(all)s - %(back)s - GREATEST(unapplied - back_paid_out, 0), 0)"
            " + GREATEST(%(back)s - unapplied, 0)",
            all=SQL.identifier(name),
            back=SQL.identifier(f"back_{name}"),
        )

    @api.model
    def _overdue_days_sql(self, company, ledger):
        """:return: SQL of the days since the oldest debt of ``client`` was due that his unmatched money, if
        he has any, doesn't cover; uses ``debt``
        """
        today = company._sales_today()
        return SQL(
            """
            CASE WHEN debt.unapplied > 0 AND debt.overdue > 0 THEN (
                SELECT MAX(%(days)s)
                  FROM (SELECT %(due)s AS due,
                               SUM(%(residual)s) OVER (ORDER BY NOT %(paid_out)s, %(due)s, line.id) AS up_to
                          FROM account_move_line line
                          JOIN res_partner debtor ON debtor.id = line.partner_id
                         WHERE debtor.commercial_partner_id = client.id AND %(opened)s AND %(residual)s > 0
                           AND line.company_id = ANY(%(ledger)s)) owed
                 WHERE owed.due < %(today)s AND owed.up_to > debt.unapplied::numeric)
                 WHEN debt.overdue > 0 THEN debt.overdue_days ELSE 0 END
            """,
            days=days_overdue(today, SQL("owed.due")),
            due=due_date(),
            residual=residual(),
            paid_out=is_paid_out(),
            opened=is_open_receivable(),
            ledger=ledger,
            today=today,
        )
