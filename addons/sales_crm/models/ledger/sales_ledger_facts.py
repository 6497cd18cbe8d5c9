from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import covered, is_posted_receivable

INCOME = ("income", "income_other")
SALES = ("out_invoice", "out_refund", "out_receipt")
# The source of invoices in sales.performance.report, and its ids: see _arm there
INVOICED = 3
SOURCE_ID = (1 << 40) - 1


class SalesLedgerFacts(models.AbstractModel):
    """What our reports and the ledger say of a company and a period, and each entry that one of them lacks.

    Three figures: ``receivable`` as of the end of the period, ``revenue`` and ``payment`` of the period. An
    entry that makes a difference is a fact: kind, line_id (of the journal item), row_id (of our report, if it
    has such a row) and amount. Ours and the amounts of all facts are what the ledger has; they are found by
    their own conditions, nothing is a remainder.

    It reads as the server: ``sales.ledger.check`` asks who may know the sums.
    """

    _name = "sales.ledger.facts"
    _description = "Our Figures beside the Ledger's"

    # ------------------------------------------------------
    # The figures
    # ------------------------------------------------------

    @api.model
    def _as_of(self, company, date_to):
        """:return: the day that debts are counted back to; None: they are as of now"""
        return date_to if date_to < company._sales_today() else None

    @api.model
    def _ours(self, figure, company, date_from, date_to):
        """:return: what our reports say"""
        if figure == "receivable":
            return self._our_debt(company, self._as_of(company, date_to))
        measure = "invoiced_amount" if figure == "revenue" else "paid_amount"
        [(total,)] = self.env["sales.performance.report"]._read_group(
            [("company_id", "=", company.id), ("date", ">=", date_from), ("date", "<=", date_to)],
            [],
            [f"{measure}:sum"],
        )
        return company.currency_id.round(total or 0)

    @api.model
    def _our_debt(self, company, day):
        """:return: what clients owe by the list of receivables, or at an earlier day by the indicators"""
        if not day:
            [(total,)] = self.env["sales.receivable.report"]._read_group(
                [("company_id", "=", company.id), ("left_to_pay", ">", 0)], [], ["left_to_pay:sum"]
            )
            return company.currency_id.round(total or 0)
        Ledger = self.env["sales.receivable.ledger"]
        [(total,)] = self.env.execute_query(
            SQL(
                "SELECT SUM(debt) FROM (%s) figure WHERE company_id = %s",
                Ledger._figures_sql(
                    Ledger._periods_sql({company: day}), Ledger._balances_at_sql(company, day)
                ),
                company.id,
            )
        )
        return company.currency_id.round(float(total or 0))

    @api.model
    def _in_ledger(self, figure, companies, date_from, date_to):
        """:return: (sum, number of items) in the ledger of ``companies``"""
        sign = 1 if figure == "receivable" else -1
        [(total, count)] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(line.balance), 0), COUNT(*) FROM account_move_line line WHERE %s",
                self._ledger_condition(figure, companies, date_from, date_to),
            )
        )
        return companies[:1].currency_id.round(sign * float(total)), count

    @api.model
    def _ledger_condition(self, figure, companies, date_from, date_to):
        """:return: SQL of whether the journal item ``line`` is of the figure"""
        if figure == "receivable":
            kind = SQL("%s AND line.date <= %s", is_posted_receivable(), date_to)
        elif figure == "revenue":
            kind = SQL(
                "line.parent_state = 'posted' AND %s AND line.date BETWEEN %s AND %s",
                self._is_income(),
                date_from,
                date_to,
            )
        else:
            kind = SQL(
                "%s AND line.date BETWEEN %s AND %s AND line.journal_id = ANY(ARRAY("
                "SELECT id FROM account_journal WHERE type IN ('bank', 'cash', 'credit')))",
                is_posted_receivable(),
                date_from,
                date_to,
            )
        return SQL("line.company_id = ANY(%s) AND %s", companies.ids, kind)

    @api.model
    def _is_income(self):
        return SQL(
            "line.account_id = ANY(ARRAY(SELECT id FROM account_account WHERE account_type = ANY(%s)))",
            list(INCOME),
        )

    # ------------------------------------------------------
    # What differs
    # ------------------------------------------------------

    @api.model
    def _facts_sql(self, figure, company, date_from, date_to):
        """:return: SQL of the facts, see the class"""
        if figure == "receivable":
            return self._receivable_sql(company, date_to)
        if figure == "revenue":
            return self._revenue_sql(company, date_from, date_to)
        return self._payment_sql(company, date_from, date_to)

    @api.model
    def _totals(self, figure, company, date_from, date_to):
        """:return: dict kind -> (sum, number of facts); kinds that add up to 0 are left out"""
        rows = self.env.execute_query(
            SQL(
                "SELECT kind, SUM(amount), COUNT(*) FROM (%s) fact GROUP BY kind",
                self._facts_sql(figure, company, date_from, date_to),
            )
        )
        totals = {kind: (company.currency_id.round(float(total)), count) for kind, total, count in rows}
        return {kind: found for kind, found in totals.items() if found[0]}

    @api.model
    def _found(self, figure, kind, company, date_from, date_to):
        """:return: (ids of the journal items, ids of our report's rows) of a kind of facts"""
        rows = self.env.execute_query(
            SQL(
                "SELECT line_id, row_id FROM (%s) fact WHERE kind = %s",
                self._facts_sql(figure, company, date_from, date_to),
                kind,
            )
        )
        return sorted({line for line, _row in rows if line}), sorted({row for _line, row in rows if row})

    # ------------------------------------------------------
    # Receivables
    # ------------------------------------------------------

    @api.model
    def _receivable_sql(self, company, date_to):
        """Debt is what is left of each item when unmatched money has covered its part. Where that money
        covers more than there is, or something of another company, or an item was matched with something
        that isn't in this ledger, the balance is another.
        """
        Ledger = self.env["sales.receivable.ledger"]
        day = self._as_of(company, date_to)
        balances = (
            Ledger._balances_at_sql(company, day)
            if day
            else SQL(
                "%s AND line.company_id = ANY(%s)",
                Ledger._balances_now_sql(),
                self.env["sales.credit"]._ledger(company),
            )
        )
        return SQL(
            """
            WITH balance AS MATERIALIZED (%(balances)s), covered AS (%(covered)s), owed AS (
                SELECT balance.id, balance.client_id,
                       balance.residual - COALESCE(covered.amount, 0) AS amount,
                       COALESCE(covered.amount, 0) AS covered,
                       SUM(COALESCE(covered.amount, 0)) OVER (PARTITION BY balance.client_id) AS from_others
                  FROM balance
                  LEFT JOIN covered ON covered.id = balance.id
                 WHERE balance.company_id = %(company)s
            )
            SELECT CASE WHEN client_id IS NULL THEN 'no_client' ELSE 'prepaid' END AS kind, id AS line_id,
                   id::bigint AS row_id, amount::numeric AS amount
              FROM owed WHERE amount < 0
             UNION ALL
            SELECT 'branch_money', id, id, covered FROM owed WHERE from_others != 0 AND covered != 0
             UNION ALL
            SELECT kind, line_id, line_id, amount FROM (%(matched)s) matched
             UNION ALL
            SELECT 'later', line.id, line.id, -line.balance
              FROM account_move_line line
             WHERE %(later)s AND line.company_id = %(company)s AND line.date > %(date_to)s
               AND %(receivable)s
            """,
            balances=balances,
            covered=covered(SQL("balance")),
            company=company.id,
            matched=self._matched_elsewhere_sql(company, day),
            later=SQL("FALSE") if day else SQL("TRUE"),
            date_to=date_to,
            receivable=is_posted_receivable(),
        )

    @api.model
    def _matched_elsewhere_sql(self, company, day):
        """:return: SQL of matchings with only one side on the company's receivable accounts: kind, line_id,
        amount
        """
        return SQL(
            """
            SELECT CASE WHEN other.company_id != %(company)s THEN 'other_company'
                        ELSE 'matched_otherwise' END AS kind,
                   line.id AS line_id, side.sign * partial.amount AS amount
              FROM account_partial_reconcile partial
             CROSS JOIN LATERAL (VALUES (1, partial.debit_move_id, partial.credit_move_id),
                                        (-1, partial.credit_move_id, partial.debit_move_id)
                                ) side(sign, line_id, other_id)
              JOIN account_move_line line ON line.id = side.line_id
              JOIN account_move_line other ON other.id = side.other_id
             WHERE line.company_id = %(company)s AND %(here)s AND partial.max_date <= %(day)s
               AND NOT (other.company_id = %(company)s AND %(there)s)
            """,
            company=company.id,
            here=is_posted_receivable(),
            there=is_posted_receivable("other"),
            day=day or "infinity",
        )

    # ------------------------------------------------------
    # Revenue
    # ------------------------------------------------------

    @api.model
    def _revenue_sql(self, company, date_from, date_to):
        """Ours are the product lines of invoices by their invoice date, the ledger's whatever stands on
        income accounts by its accounting date.
        """
        return SQL(
            """
            SELECT %(kind)s AS kind, line.id AS line_id, ours.row_id,
                   (COALESCE(-ledger.balance, 0) - COALESCE(ours.amount, 0))::numeric AS amount
              FROM (SELECT line.id, line.balance FROM account_move_line line WHERE %(ledger)s) ledger
              FULL JOIN (
                    SELECT invoiced.id AS row_id, invoiced.id & %(source)s AS line_id,
                           invoiced.invoiced_amount AS amount
                      FROM (%(invoiced)s) invoiced
                     WHERE invoiced.company_id = %(company)s
                       AND invoiced.date BETWEEN %(date_from)s AND %(date_to)s
                   ) ours ON ours.line_id = ledger.id
              JOIN account_move_line line ON line.id = COALESCE(ledger.id, ours.line_id)
              JOIN account_move move ON move.id = line.move_id
             WHERE ledger.id IS NULL OR ours.line_id IS NULL
            """,
            kind=self._revenue_kind_sql(company),
            ledger=self._ledger_condition("revenue", company, date_from, date_to),
            source=SOURCE_ID,
            invoiced=self.env["sales.performance.report"]._arms()[INVOICED],
            company=company.id,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _revenue_kind_sql(self, company):
        return SQL(
            """
            CASE WHEN ledger.id IS NULL AND NOT %(income)s THEN 'other_account'
                 WHEN move.move_type = ANY(%(sales)s) AND line.display_type = 'product' THEN 'other_date'
                 WHEN move.move_type = ANY(%(sales)s) AND line.display_type = 'rounding' THEN 'rounding'
                 WHEN move.move_type = ANY(%(sales)s) THEN 'other_line'
                 WHEN move.move_type != 'entry' THEN 'bill'
                 WHEN %(exchange)s THEN 'exchange'
                 WHEN move.origin_payment_id IS NOT NULL OR move.statement_line_id IS NOT NULL
                 THEN 'write_off'
                 ELSE 'by_hand' END
            """,
            income=self._is_income(),
            sales=list(SALES),
            exchange=self._is_exchange("move", company),
        )

    @api.model
    def _is_exchange(self, move, company):
        """:param str move: alias of ``account_move``
        :return: SQL of whether it is an exchange difference
        """
        return SQL(
            "(%s = %s OR EXISTS (SELECT 1 FROM account_partial_reconcile WHERE exchange_move_id = %s))",
            SQL.identifier(move, "journal_id"),
            company.currency_exchange_journal_id.id or None,
            SQL.identifier(move, "id"),
        )
