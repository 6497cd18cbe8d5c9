from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.receivable import shortest

# Ids of today's rows: company × this + manager. Room for 100 000 users and 10 000 companies below 2³⁰.
USERS = 100_000

# How the ratios of a row, or of a group of rows, come from their sums
RATIOS = {
    "debt_ratio": ("debt", "shipments_full", False),
    "overdue_ratio": ("overdue", "debt", False),
    "days_sales": ("debt", "shipments_full", True),
}
# What stood on a day: of several days nothing is added
AMOUNTS = ("debt", "overdue", "prepaid", "shipments", "shipments_full")
SHORT = 91  # days, a quarter: of less nothing can be said


class SalesReceivableKpi(models.Model):
    """Debt against shipments, by manager, company and month: the ends of past months, and today.

    * debt / shipments of the trailing period, both with tax: an invoice is owed with its tax;
    * overdue / debt;
    * days sales outstanding = debt / shipments × days of the period.

    A client's unmatched money covers his oldest debts first; what he has paid beyond them is ``prepaid`` and
    makes nobody else's debt smaller. Debt less prepaid is the ledger's balance.

    A firm that has shipped for less than the full period is judged by what there is, brought up to the full
    period, and not at all while it is less than a quarter.

    Today's rows are counted by whoever manages the client now. A group's ratio is the ratio of its
    sums, not the average of its rows; companies in other currencies are converted into the current company's
    at the rate of the row's day. Several days together have no sums: what was owed in May and in June isn't
    owed twice.
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
    prepaid = fields.Monetary(
        readonly=True,
        help="What clients have paid, or were credited, beyond what they owe. It makes no other client's "
        "debt smaller.",
    )
    shipments = fields.Monetary(
        readonly=True,
        help="Posted invoices less credit notes of the trailing period (a setting), with tax, as debt is.",
    )
    shipments_full = fields.Monetary(
        "Shipments, Full Period",
        readonly=True,
        help="Shipments × days of the full period / days since the first shipment, if these are fewer.",
    )
    period_days = fields.Integer(
        "Days of the Period", readonly=True, aggregator="max", help="Since the first shipment, if shorter."
    )
    full_days = fields.Integer("Days of a Full Period", readonly=True, aggregator="max")
    rate = fields.Float(
        readonly=True,
        aggregator=None,
        help="Into the currency of the current company, on that day.",
    )
    is_early = fields.Boolean("Too Early", readonly=True, help="Less than a quarter of shipments.")
    note = fields.Char(compute="_compute_note")
    debt_ratio = fields.Float(
        "Debt / Shipments",
        readonly=True,
        aggregator="avg",
        help="Shipments of less than the full period are brought up to it. Red above the target in the "
        "settings. Empty: nothing was shipped.",
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
        "account.move": [
            "amount_total_signed", "commercial_partner_id", "company_id", "date", "move_type", "state",
        ],
        "account.move.line": [
            "account_id", "amount_residual", "company_id", "date", "date_maturity", "parent_state",
            "partner_id", "payment_id", "reconciled", "statement_line_id",
        ],
        "res.company": ["currency_id", "parent_path", "sales_kpi_debt_target", "sales_kpi_overdue_target"],
        "res.currency": ["rounding"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["commercial_partner_id", "user_id"],
        "res.users": ["sale_team_id"],
        "sales.receivable.snapshot": [
            "company_id", "date", "debt", "full_days", "manager_id", "overdue", "period_days", "prepaid",
            "shipments", "team_id",
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
            SELECT kpi.*, company.currency_id, %(ratios)s, %(rate)s AS rate,
                   NOT kpi.is_early
                       AND ROUND((kpi.debt - GREATEST(kpi.shipments_full, 0) * company.sales_kpi_debt_target
                                 )::numeric, 2) > 0 AS debt_red,
                   NOT kpi.is_early
                       AND ROUND((kpi.overdue - kpi.debt * company.sales_kpi_overdue_target)::numeric, 2) > 0
                       AS overdue_red
              FROM (SELECT figure.*, %(full)s AS shipments_full, %(early)s AS is_early
                      FROM (%(now)s UNION ALL %(past)s) figure) kpi
              JOIN res_company company ON company.id = kpi.company_id
            """,
            ratios=SQL(", ").join(
                SQL("%s AS %s", self._ratio_sql(name, column), SQL.identifier(name)) for name in RATIOS
            ),
            rate=self._rate_sql(),
            full=SQL("figure.shipments * figure.full_days / NULLIF(figure.period_days, 0)::numeric"),
            early=SQL(
                "figure.period_days < %s AND figure.period_days < figure.full_days",
                SHORT,
            ),
            now=self._now_sql(),
            past=self._past_sql(),
        )

    @api.model
    def _rate_sql(self):
        """:return: SQL of the rate of the currency of ``company`` on ``kpi.date`` to the current company's:
        the last one before, else the first one; 1 where there is none
        """
        # sudo: which currencies companies keep their books in is no secret
        used = self.env["res.company"].sudo().search([("active", "in", [True, False])]).currency_id
        own = self.env.company.currency_id
        if used == own:
            return SQL("1::float")

        def rate_of(currency):
            return SQL(
                """
                COALESCE((
                    SELECT rate.rate FROM res_currency_rate rate
                     WHERE rate.currency_id = %s AND (rate.company_id IS NULL OR rate.company_id = %s)
                     ORDER BY rate.name > kpi.date, rate.company_id,
                              CASE WHEN rate.name <= kpi.date THEN rate.name END DESC, rate.name
                     LIMIT 1), 1)
                """,
                currency,
                # sudo: rates are kept by the root of a company
                self.env.company.sudo().root_id.id,
            )

        return SQL(
            "CASE WHEN company.currency_id = %s THEN 1 ELSE %s / %s END::float",
            own.id,
            rate_of(own.id),
            rate_of(SQL("company.currency_id")),
        )

    @api.model
    def _now_sql(self):
        Ledger = self.env["sales.receivable.ledger"]
        days = Ledger._periods_sql()
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
        sums = [
            SQL("%s(%s) AS %s", SQL(function), SQL.identifier(alias, name), SQL.identifier(name))
            for name, function in {
                "debt": "SUM",
                "overdue": "SUM",
                "prepaid": "SUM",
                "shipments": "SUM",
                "period_days": "MAX",
                "full_days": "MAX",
            }.items()
        ]
        return SQL(", ").join(sums)

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
            days=SQL("* %s", column("full_days")) if in_days else SQL(),
        )

    @api.depends("is_early", "period_days")
    def _compute_note(self):
        for row in self:
            row.note = row._early_text() if row.is_early else False

    def _early_text(self):
        """:return: why the row isn't judged yet"""
        if not self.period_days:
            return self.env._("Nothing shipped yet: too early to judge")
        return self.env._("%s days since the first shipment: too early to judge", self.period_days)

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        is_ratio = name in RATIOS and function == "avg"
        if not is_ratio and (name not in AMOUNTS or function not in ("sum", "sum_currency")):
            return super()._read_group_select(aggregate_spec, query)

        def column(field_name):
            return self._field_to_sql(self._table, field_name, query)

        def total(field_name):
            if field_name not in AMOUNTS:
                return SQL("AVG(%s)", column(field_name))
            return SQL("SUM(%s * %s)", column(field_name), column("rate"))

        if is_ratio:
            value = self._ratio_sql(name, total)
        else:
            value = SQL("SUM(%s)", column(name)) if function == "sum" else total(name)
        # today is another day in another time zone, and still one moment
        return SQL(
            "CASE WHEN BOOL_AND(%(now)s) OR NOT BOOL_OR(%(now)s) AND MIN(%(day)s) = MAX(%(day)s)"
            " THEN %(value)s END",
            now=column("is_current"),
            day=column("date"),
            value=value,
        )

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
            "shipments": sum(self.mapped("shipments_full")),
            "line_ids": [fields.Command.create(vals) for vals in chosen],
        }

    def _shortest_list(self, figure):
        """:param str figure: ``debt`` (debt / shipments) or ``overdue`` (overdue / debt)
        :return: list of dict of what to collect, the largest first; see ``tools/receivable.py``. An entry may
            stand for several clients: each of them is asked for his part
        """
        debts = {(vals["move_id"], vals["client_id"]): vals for vals in self._open_debts(figure)}
        debt, overdue, shipments = (sum(self.mapped(name)) for name in ("debt", "overdue", "shipments_full"))
        company = self.company_id

        def is_green(paid):
            if figure == "debt":
                return not company._sales_debt_red(debt - paid, shipments)
            return not company._sales_overdue_red(overdue - paid, debt - paid)

        amounts = {key: vals["amount"] for key, vals in debts.items()}
        return [debts[key] for key in shortest(amounts, is_green)]

    def _open_debts(self, figure):
        """:return: list of dict of what clients owe by an invoice or entry, with what their payment brings:
        everything that is left when their unmatched money has covered its part, or for ``overdue`` what of it
        is past its due date
        """
        measure = "overdue" if figure == "overdue" else "left_to_pay"
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
