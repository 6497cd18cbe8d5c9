from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.receivable import shortest

# Ids of today's rows: company × this + manager. Room for 100 000 users and 10 000 companies below 2³⁰.
USERS = 100_000

# How the ratios of a row, or of a group of rows, come from their sums
RATIOS = {
    "debt_ratio": ("debt", "shipments", False),
    "overdue_ratio": ("overdue", "debt", False),
    "days_sales": ("debt", "shipments", True),
}


class SalesReceivableKpi(models.Model):
    """Debt against shipments, by manager, company and month: the ends of past months, and today.

    * debt / shipments of the trailing period, both with tax: an invoice is owed with its tax;
    * overdue / debt;
    * days sales outstanding = debt / shipments × days of the period.

    Today's rows are counted by whoever manages the client now. A group's ratio is the ratio of its
    sums, not the average of its rows.
    """

    _name = "sales.receivable.kpi"
    _description = "Debt Indicator"
    _auto = False
    _order = "date DESC, debt DESC, id"
    _rec_name = "manager_id"

    date = fields.Date("As of", readonly=True, help="The end of a month, or today.")
    is_current = fields.Boolean("Today", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    manager_id = fields.Many2one("res.users", readonly=True)
    team_id = fields.Many2one("crm.team", readonly=True)
    debt = fields.Monetary(readonly=True)
    overdue = fields.Monetary(readonly=True)
    shipments = fields.Monetary(
        readonly=True,
        help="Posted invoices less credit notes of the trailing period (a setting), with tax, as debt is.",
    )
    period_days = fields.Integer("Days of the Period", readonly=True, aggregator="max")
    debt_ratio = fields.Float(
        "Debt / Shipments",
        readonly=True,
        aggregator="avg",
        help="Red above the target in the settings. Empty: nothing was shipped.",
    )
    overdue_ratio = fields.Float(
        "Overdue / Debt", readonly=True, aggregator="avg", help="Red above the target in the settings."
    )
    days_sales = fields.Float(
        "Days Sales Outstanding",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Debt / shipments × days of the period: how long money takes to come in.",
    )
    debt_red = fields.Boolean("Too Much Debt", readonly=True)
    overdue_red = fields.Boolean("Too Much Overdue", readonly=True)

    _depends = {
        "account.account": ["account_type"],
        "account.move": ["amount_total_signed", "company_id", "date", "move_type", "partner_id", "state"],
        "account.move.line": [
            "account_id", "amount_residual", "company_id", "date_maturity", "parent_state", "partner_id",
            "reconciled",
        ],
        "res.company": ["currency_id", "sales_kpi_debt_target", "sales_kpi_overdue_target"],
        "res.currency": ["rounding"],
        "res.partner": ["commercial_partner_id", "user_id"],
        "res.users": ["sale_team_id"],
        "sales.receivable.snapshot": [
            "company_id", "date", "debt", "manager_id", "overdue", "period_days", "shipments", "team_id",
        ],
    }  # fmt: skip

    # ------------------------------------------------------
    # The rows
    # ------------------------------------------------------

    @api.model
    def _sales_guard_domain(self, mode):
        """A manager who invoices as well sees no other managers' figures by that."""
        return self.env["sales.access.rule"]._granted_owners(mode, "manager_id")

    @property
    def _table_query(self):
        def column(name):
            return SQL.identifier("kpi", name)

        return SQL(
            """
            SELECT kpi.*, company.currency_id,
                   %(ratios)s,
                   ROUND((kpi.debt - GREATEST(kpi.shipments, 0) * company.sales_kpi_debt_target)::numeric, 2)
                       > 0 AS debt_red,
                   ROUND((kpi.overdue - GREATEST(kpi.debt, 0) * company.sales_kpi_overdue_target)::numeric, 2)
                       > 0 AS overdue_red
              FROM (%(now)s UNION ALL %(past)s) kpi
              JOIN res_company company ON company.id = kpi.company_id
            """,
            ratios=SQL(", ").join(
                SQL("%s AS %s", self._ratio_sql(name, column), SQL.identifier(name)) for name in RATIOS
            ),
            now=self._now_sql(),
            past=self._past_sql(),
        )

    @api.model
    def _now_sql(self):
        Ledger = self.env["sales.receivable.ledger"]
        days = Ledger._days_sql()
        return SQL(
            """
            SELECT (figure.company_id * %(users)s + COALESCE(figure.manager_id, 0)) * 2 + 1 AS id,
                   day.today AS date, TRUE AS is_current, figure.company_id, figure.manager_id,
                   figure.team_id, %(sums)s
              FROM (%(figures)s) figure
              JOIN %(days)s ON day.company_id = figure.company_id
             GROUP BY day.today, figure.company_id, figure.manager_id, figure.team_id
            """,
            users=USERS,
            sums=self._sums_sql("figure"),
            figures=Ledger._figures_sql(days, Ledger._balances_now_sql()),
            days=days,
        )

    @api.model
    def _past_sql(self):
        return SQL(
            """
            SELECT MIN(snapshot.id) * 2, snapshot.date, FALSE, snapshot.company_id, snapshot.manager_id,
                   snapshot.team_id, %s
              FROM sales_receivable_snapshot snapshot
             GROUP BY snapshot.date, snapshot.company_id, snapshot.manager_id, snapshot.team_id
            """,
            self._sums_sql("snapshot"),
        )

    @api.model
    def _sums_sql(self, alias):
        return SQL(
            "SUM(%s) AS debt, SUM(%s) AS overdue, SUM(%s) AS shipments, MAX(%s) AS period_days",
            *(SQL.identifier(alias, name) for name in ("debt", "overdue", "shipments", "period_days")),
        )

    @api.model
    def _ratio_sql(self, name, column):
        """:param column: function of a field's name, the SQL of its value or sum
        :return: SQL of the ratio, NULL without anything to divide by
        """
        over, under, in_days = RATIOS[name]
        return SQL(
            "CASE WHEN %(under)s > 0 THEN (%(over)s / %(under)s)::float %(days)s END",
            over=column(over),
            under=column(under),
            days=SQL("* %s", column("period_days")) if in_days else SQL(),
        )

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)

        def total(field_name):
            function = SQL("AVG" if field_name == "period_days" else "SUM")
            return SQL("%s(%s)", function, self._field_to_sql(self._table, field_name, query))

        return self._ratio_sql(name, total)

    # ------------------------------------------------------
    # What to collect
    # ------------------------------------------------------

    def action_collect_debt(self):
        """:return: the dialog with the shortest list of invoices that makes debt / shipments green"""
        return self._action_collect("debt")

    def action_collect_overdue(self):
        """:return: the dialog with the shortest list of invoices that makes overdue / debt green"""
        return self._action_collect("overdue")

    def _action_collect(self, figure):
        collect = self.env["sales.receivable.collect"].create(self._prepare_collect(figure))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What to Collect"),
            "res_model": collect._name,
            "res_id": collect.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _prepare_collect(self, figure):
        """Several rows are taken together, as a team is.

        :raise UserError: rows of the past, whose invoices may be paid by now, or of several companies
        """
        if not self or not all(self.mapped("is_current")) or len(self.company_id) != 1:
            raise UserError(
                self.env._("Choose rows of today and of one company: only what is open now can be collected.")
            )
        chosen = self._shortest_list(figure)
        return {
            "figure": figure,
            "company_id": self.company_id.id,
            "manager_names": ", ".join(
                self.mapped(lambda row: row.manager_id.name or self.env._("No manager"))
            ),
            "debt": sum(self.mapped("debt")),
            "overdue": sum(self.mapped("overdue")),
            "shipments": sum(self.mapped("shipments")),
            "line_ids": [fields.Command.create(vals) for vals in chosen],
        }

    def _shortest_list(self, figure):
        """:param str figure: ``debt`` (debt / shipments) or ``overdue`` (overdue / debt)
        :return: list of dict of the invoices to collect, the largest first; see ``tools/receivable.py``
        """
        invoices = {vals["move_id"]: vals for vals in self._open_invoices(figure)}
        debt, overdue, shipments = (sum(self.mapped(name)) for name in ("debt", "overdue", "shipments"))
        company = self.company_id

        def is_green(paid):
            if figure == "debt":
                return not company._sales_debt_red(debt - paid, shipments)
            return not company._sales_overdue_red(overdue - paid, debt - paid)

        amounts = {move: vals["amount"] for move, vals in invoices.items()}
        return [invoices[move] for move in shortest(amounts, is_green)]

    def _open_invoices(self, figure):
        """:return: list of dict of the clients' open invoices, with what their payment brings: everything
        that is left, or for ``overdue`` what is past its due date
        """
        measure = "overdue" if figure == "overdue" else "residual"
        groups = self.env["sales.receivable.report"]._read_group(
            [
                ("company_id", "in", self.company_id.ids),
                ("manager_id", "in", [row.manager_id.id for row in self]),
                (measure, ">", 0),
            ],
            ["move_id", "number", "client_id", "manager_id"],
            [f"{measure}:sum", "date_due:min", "days_overdue:max"],
        )
        return [
            {
                "move_id": move.id,
                "number": number,
                "client_id": client.id,
                "manager_id": manager.id,
                "amount": amount,
                "date_due": date_due,
                "days_overdue": days,
            }
            for move, number, client, manager, amount, date_due, days in groups
        ]
