from odoo import api, fields, models
from odoo.tools import SQL

STATES = [
    # Sorted by value wherever Odoo groups
    ("1_on_time", "On time"),
    ("2_late", "Late"),
    ("3_missed", "Not visited"),
    ("4_coming", "Coming"),
]


class SalesVisitReport(models.Model):
    """One row for each time that a client was, or is, to be visited.

    From one visit (from the making of the card, before the first one) a client is due after each of his
    intervals until he is visited: on time up to the due day; late before the next one would be due;
    what lies before that was not visited. So a client whom nobody visits counts again and again. Coverage =
    visited on time / due, of what is due by today; days are those of the visitor.

    Interval, class and manager are those of today; clients without an interval and archived ones
    are not in it. It looks two years back.
    """

    _name = "sales.visit.report"
    _description = "Coverage by Visits"
    _auto = False
    _order = "date_due DESC, id DESC"
    _rec_name = "client_id"
    _sales_guard_path = "client_id"
    _depends = {
        "mail.activity": [
            "activity_state_final", "activity_type_id", "client_id", "datetime_done", "done_user_id",
            "outcome_id",
        ],
        "mail.activity.type": ["is_visit"],
        "res.partner": ["active", "city", "client_class", "is_client", "tz", "user_id", "visit_every_days"],
        "res.users": ["sale_team_id"],
        "sales.activity.outcome": ["is_contact"],
        "sales.visit": ["client_id", "date"],
    }  # fmt: skip

    client_id = fields.Many2one("res.partner", readonly=True)
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Class", readonly=True)
    city = fields.Char(readonly=True)
    manager_id = fields.Many2one("res.users", "Manager Now", readonly=True)
    team_id = fields.Many2one("crm.team", readonly=True)
    date_due = fields.Date("Visit Due", readonly=True)
    date_visited = fields.Date("Visited on", readonly=True)
    visitor_id = fields.Many2one("res.users", readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="avg")
    state = fields.Selection(STATES, readonly=True)
    on_time = fields.Integer("Visited on Time", readonly=True)
    visited = fields.Integer("Visited at All", readonly=True, help="On time or late.")
    checked_in = fields.Integer(
        "Of Them Checked In", readonly=True, help="Visits, on time or late, where the visitor checked in."
    )
    due = fields.Integer("Visits Due", readonly=True, help="Without those that are coming.")
    coverage = fields.Float(
        "Coverage, %", readonly=True, aggregator="avg", help="Visited on time / due, without what is coming."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT (occasion.client_id::bigint << 20) + (occasion.date_due - DATE '2000-01-01') AS id,
                   occasion.client_id, occasion.client_class, occasion.city, occasion.manager_id,
                   manager.sale_team_id AS team_id, occasion.date_due, occasion.state,
                   CASE WHEN occasion.state IN ('1_on_time', '2_late') THEN occasion.date_next
                        END AS date_visited,
                   CASE WHEN occasion.state IN ('1_on_time', '2_late') THEN occasion.visitor_next
                        END AS visitor_id,
                   CASE WHEN occasion.state = '2_late' THEN occasion.date_next - occasion.date_due
                        END AS days_late,
                   (occasion.state = '1_on_time')::int AS on_time,
                   (occasion.state IN ('1_on_time', '2_late'))::int AS visited,
                   (occasion.state IN ('1_on_time', '2_late') AND EXISTS (
                        SELECT FROM sales_visit check_in
                         WHERE check_in.client_id = occasion.client_id
                           AND check_in.date = occasion.date_next))::int AS checked_in,
                   (occasion.state != '4_coming')::int AS due,
                   CASE WHEN occasion.state != '4_coming' THEN 100.0 * (occasion.state = '1_on_time')::int
                        END AS coverage
              FROM (SELECT stretch.*, stretch.date + stretch.days * number.n AS date_due, %(state)s AS state
                      FROM (%(stretches)s) stretch
                CROSS JOIN LATERAL generate_series(%(first)s, %(last)s) AS number(n)) occasion
              LEFT JOIN res_users manager ON manager.id = occasion.manager_id
            """,
            state=self._state_sql(),
            stretches=self._stretches_sql(),
            first=self._first_sql(),
            last=self._last_sql(),
        )

    @api.model
    def _state_sql(self):
        """:return: SQL of the state of an occasion of a stretch"""
        due = SQL("stretch.date + stretch.days * number.n")
        return SQL(
            """
            CASE WHEN stretch.date_next <= %(due)s THEN '1_on_time'
                 WHEN stretch.date_next < %(due)s + stretch.days THEN '2_late'
                 WHEN %(due)s >= %(today)s THEN '4_coming'
                 ELSE '3_missed' END
            """,
            due=due,
            today=self._today(),
        )

    @api.model
    def _today(self):
        # sudo: the user's own time zone
        return self.env.user.sudo()._sales_today()

    @api.model
    def _first_sql(self):
        """:return: SQL of the number of the first occasion that is not too long ago"""
        return SQL(
            "GREATEST(1, ((%s - interval '2 years')::date - stretch.date) / stretch.days)", self._today()
        )

    @api.model
    def _last_sql(self):
        """:return: SQL of the number of the last occasion: the one that the next visit has met, or the
        coming one where there is none yet
        """
        return SQL(
            """
            CASE WHEN stretch.date_next IS NULL
                 THEN GREATEST(1, ceil((%s - stretch.date)::numeric / stretch.days)::int)
                 ELSE GREATEST(1, (stretch.date_next - stretch.date) / stretch.days) END
            """,
            self._today(),
        )

    @api.model
    def _stretches_sql(self):
        """:return: SQL of the time between two visits of a client, the first one from the making of his
        card, the last one with no next visit
        """
        return SQL(
            """
            SELECT client.id AS client_id, client.client_class, client.city, client.user_id AS manager_id,
                   client.visit_every_days AS days, visit.date, visit.date_next, visit.visitor_next
              FROM res_partner client
              JOIN (SELECT day.client_id, day.date,
                           LEAD(day.date) OVER of_client AS date_next,
                           LEAD(day.visitor_id) OVER of_client AS visitor_next
                      FROM (%s) day
                    WINDOW of_client AS (PARTITION BY day.client_id ORDER BY day.date)) visit
                ON visit.client_id = client.id
             WHERE client.is_client IS TRUE AND client.active IS TRUE AND client.visit_every_days > 0
               AND (visit.date_next IS NULL OR visit.date_next > %s::date - interval '2 years')
            """,
            self._days_sql(),
            self._today(),
        )

    @api.model
    def _days_sql(self):
        """:return: SQL of the days on which clients were visited, one row a day; and of the day on which
        the card was made, if no visit is older
        """
        Partner = self.env["res.partner"]
        return SQL(
            """
            SELECT client_id, date, MIN(visitor_id) AS visitor_id FROM (
            SELECT activity.client_id, %(day)s AS date, activity.done_user_id AS visitor_id
              FROM mail_activity activity
              JOIN mail_activity_type type ON type.id = activity.activity_type_id
              LEFT JOIN sales_activity_outcome outcome ON outcome.id = activity.outcome_id
              LEFT JOIN %(zones)s ON zone.user_id = activity.done_user_id
             WHERE activity.active IS NOT TRUE AND activity.client_id IS NOT NULL
               AND type.is_visit IS TRUE AND %(reached)s
             UNION ALL
            SELECT client.id, (client.create_date AT TIME ZONE 'UTC'
                               AT TIME ZONE COALESCE(zone.tz, 'UTC'))::date, NULL
              FROM res_partner client
              LEFT JOIN %(zones)s ON zone.user_id = client.user_id
             WHERE client.is_client IS TRUE AND client.visit_every_days > 0
               AND NOT EXISTS (
                    SELECT FROM mail_activity earlier
                      JOIN mail_activity_type kind ON kind.id = earlier.activity_type_id
                     WHERE earlier.client_id = client.id AND earlier.activity_state_final = 'done'
                       AND kind.is_visit IS TRUE AND earlier.datetime_done <= client.create_date)
            ) one
             GROUP BY client_id, date
            """,
            day=Partner._day_done_sql(),
            zones=self.env["res.users"]._sales_zones_sql(),
            reached=Partner._reached_sql(),
        )
