from odoo import api, fields, models
from odoo.tools import SQL

from ...models.plan.mail_activity import UNPLANNED_ROWS
from ...models.plan.sales_plan_line import RESULTS

# Parts of the plan, each with a number and a share of the planned; together they are the plan
PARTS = ("done", "done_late", "carried", "moved", "cancelled", "reassigned", "open")


class SalesActivityReport(models.Model):
    """Plan against fact: each activity in each frozen plan that it stood in, and the work beside the plans.

    A row of the plan is counted once, by what became of it as seen from its day (see ``sales.plan.line``):
    planned = done + done late + carried + moved + cancelled + given away + open. So nothing that happens
    after the plan was frozen takes a row out of it. A row of work beside the plan is counted as unplanned
    only; its day is that of the doing, in the time zone of whoever did it.

    The shares are 0 or 1 on a row of the plan and empty on the others; of any group they are the sum of the
    part divided by the sum of what was planned, so that those of all parts make 100 %.

    Manager, type and priority are those at the freezing; the client's class is that of today. Whoever has
    lost a client sees his rows no more, as with everything of a client; the head sees them as they were.
    There are the managers of the user's companies only.
    """

    _name = "sales.activity.report"
    _description = "Plan against Fact"
    _auto = False
    _sales_guard_path = "client_id"
    _order = "date desc, id desc"
    _rec_name = "activity_id"

    date = fields.Date("Day", readonly=True, help="The day of the plan; of the doing for unplanned work.")
    user_id = fields.Many2one("res.users", "Manager", readonly=True)
    client_id = fields.Many2one("res.partner", readonly=True)
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Client's Class", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True)
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], readonly=True)
    origin = fields.Selection(
        [
            ("planned", "Planned"),
            ("carried", "Carried over"),
            ("cadence", "Regular work"),
            ("received", "Received from a colleague"),
            ("unplanned", "Unplanned"),
        ],
        readonly=True,
    )
    result = fields.Selection([*RESULTS, ("unplanned", "Done beside the plan")], "Fact", readonly=True)
    cancel_reason = fields.Char(readonly=True)
    outcome_id = fields.Many2one("sales.activity.outcome", readonly=True)
    datetime_done = fields.Datetime("Closed on", readonly=True)
    planned_count = fields.Integer("Planned", readonly=True)
    done_count = fields.Integer("Done That Day", readonly=True)
    done_late_count = fields.Integer("Done Late", readonly=True)
    carried_count = fields.Integer("Carried Over", readonly=True)
    moved_count = fields.Integer("Moved by Hand", readonly=True)
    cancelled_count = fields.Integer("Cancelled", readonly=True)
    reassigned_count = fields.Integer("Given Away", readonly=True)
    open_count = fields.Integer("Still Open", readonly=True)
    unplanned_count = fields.Integer("Unplanned", readonly=True)
    done_share = fields.Float(
        "Done of Planned", readonly=True, aggregator="avg", help="Done on their day, of all that was planned."
    )
    closed_share = fields.Float(
        "Done with Delay", readonly=True, aggregator="avg", help="Done on their day or later, of the planned."
    )

    done_late_share = fields.Float("Done Late, of Planned", readonly=True, aggregator="avg")
    carried_share = fields.Float("Carried Over, of Planned", readonly=True, aggregator="avg")
    moved_share = fields.Float("Moved by Hand, of Planned", readonly=True, aggregator="avg")
    cancelled_share = fields.Float("Cancelled, of Planned", readonly=True, aggregator="avg")
    reassigned_share = fields.Float("Given Away, of Planned", readonly=True, aggregator="avg")
    open_share = fields.Float("Still Open, of Planned", readonly=True, aggregator="avg")

    _depends = {
        "mail.activity": [
            "activity_type_id", "cancel_reason", "client_id", "datetime_done", "done_user_id", "outcome_id",
            "priority", "unplanned_date",
        ],
        "res.partner": ["client_class"],
        "sales.plan.line": [
            "activity_id", "activity_type_id", "client_id", "date", "origin", "priority", "result", "user_id",
        ],
    }  # fmt: skip

    @property
    def _table_query(self):
        users = self._users_of_companies()
        return SQL(
            "%s %s UNION ALL %s %s",
            self._select_planned(),
            SQL() if users is None else SQL("WHERE line.user_id = ANY(%s)", users),
            self._select_unplanned(),
            SQL() if users is None else SQL("AND activity.done_user_id = ANY(%s)", users),
        )

    @api.model
    def _users_of_companies(self):
        """A record rule would join the users to every row of years, also where there is one company only.

        :return: list of the ids of the users of the current user's companies; None if that is everybody
        """
        if self.env.su:
            return None
        [(users, is_all)] = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(id) FILTER (WHERE company_id = ANY(%(companies)s)),
                       bool_and(company_id = ANY(%(companies)s))
                  FROM res_users
                """,
                companies=self.env.companies.ids,
            )
        )
        return None if is_all else users or []

    @api.model
    def _select_planned(self):
        """:return: SQL of the rows of the plans; PostgreSQL joins what a reader asks for only"""
        return SQL(
            """
            SELECT line.id, line.date, line.user_id, line.client_id, client.client_class, line.activity_id,
                   line.activity_type_id, line.priority, line.origin, line.result,
                   CASE WHEN line.result = 'cancelled' THEN activity.cancel_reason END AS cancel_reason,
                   activity.outcome_id, activity.datetime_done, 1 AS planned_count, 0 AS unplanned_count,
                   %(counts)s, %(shares)s,
                   CASE WHEN line.result IN ('done', 'done_late') THEN 1.0::float8
                        ELSE 0.0::float8 END AS closed_share
              FROM sales_plan_line line
              LEFT JOIN res_partner client ON client.id = line.client_id
              LEFT JOIN mail_activity activity ON activity.id = line.activity_id
            """,
            counts=SQL(", ").join(
                SQL("(line.result = %s)::int AS %s", part, SQL.identifier(f"{part}_count")) for part in PARTS
            ),
            shares=SQL(", ").join(
                SQL("(line.result = %s)::int::float8 AS %s", part, SQL.identifier(f"{part}_share"))
                for part in PARTS
            ),
        )

    @api.model
    def _select_unplanned(self):
        """:return: SQL of the rows of work beside the plans, columns as in :meth:`_select_planned`. With a
        join, be it one that nobody needs, PostgreSQL passes by the index of the days.
        """
        return SQL(
            """
            SELECT activity.id + %(above)s, activity.unplanned_date, activity.done_user_id,
                   activity.client_id,
                   (SELECT client_class FROM res_partner WHERE res_partner.id = activity.client_id),
                   activity.id, activity.activity_type_id,
                   activity.priority, 'unplanned', 'unplanned', NULL, activity.outcome_id,
                   activity.datetime_done, 0, 1, %(counts)s, %(shares)s, NULL
              FROM mail_activity activity
             WHERE activity.unplanned_date IS NOT NULL
            """,
            above=SQL(str(UNPLANNED_ROWS)),
            counts=SQL(", ").join([SQL("0")] * len(PARTS)),
            shares=SQL(", ").join([SQL("NULL::float8")] * len(PARTS)),
        )

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The shares from the sums, which are counted anyway."""
        counts = {f"{part}_share:avg": (f"{part}_count",) for part in PARTS}
        counts["closed_share:avg"] = ("done_count", "done_late_count")
        if aggregate_spec not in counts:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "(%s)::float8 / NULLIF(SUM(%s), 0)",
            SQL(" + ").join(
                SQL("SUM(%s)", self._field_to_sql(self._table, name, query))
                for name in counts[aggregate_spec]
            ),
            self._field_to_sql(self._table, "planned_count", query),
        )

    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        """Managers by name, without a join of their names to each row; a subquery would keep PostgreSQL from
        working in parallel.
        """
        terms = []
        for part in (order or "").split(","):
            name, *direction = part.split() or [""]
            if name == "user_id" and name in groupby_terms:
                terms.append(
                    SQL(
                        "array_position(%s::int[], %s) %s",
                        self._users_by_name(),
                        groupby_terms[name],
                        SQL("DESC") if "desc" in map(str.lower, direction) else SQL("ASC"),
                    )
                )
            else:
                terms.append(super()._read_group_orderby(part, groupby_terms, query))
        return SQL(", ").join(term for term in terms if term)

    @api.model
    def _users_by_name(self):
        # sudo: the order of names that the reader sees anyway
        return list(self.env["res.users"].sudo().with_context(active_test=False)._search([]))

    def action_open_client(self):
        """:return: the client's card"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.client_id.id,
            "views": [(False, "form")],
        }
