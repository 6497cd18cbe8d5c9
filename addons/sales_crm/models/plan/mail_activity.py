from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.columns import add_column

# Rows of the activity report: plan lines have the ids below, unplanned activities those above
UNPLANNED_ROWS = 1 << 30


class MailActivity(models.Model):
    """Work beside the plan: done on a day whose plan was frozen without it."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    unplanned_date = fields.Date(
        "Done beside the Plan on",
        compute="_compute_unplanned_date",
        store=True,
        copy=False,
        help="The day, in the time zone of whoever did it, when this was done with a client without "
        "standing in his plan of that day. Empty if there was no plan, or if it stood there.",
    )

    _unplanned_idx = models.Index("(unplanned_date, done_user_id) WHERE unplanned_date IS NOT NULL")
    _unplanned_row_idx = models.Index(f"((id + {UNPLANNED_ROWS})) WHERE unplanned_date IS NOT NULL")

    def _auto_init(self):
        """Activities of earlier versions get it from :meth:`_init_unplanned`, in one statement."""
        add_column(self.env.cr, self._table, "unplanned_date", "date")
        return super()._auto_init()

    # Whose client's it was when it was done counts: a client found later changes no day that is over
    @api.depends("activity_state_final", "datetime_done", "done_user_id")
    def _compute_unplanned_date(self):
        done = self.filtered(lambda a: a._origin.id and a.activity_state_final == "done")
        self.unplanned_date = False
        if not done:
            return
        self.flush_model(["activity_state_final", "client_id", "datetime_done", "done_user_id"])
        rows = self.env.execute_query(
            SQL("%s AND activity.id = ANY(%s)", self._unplanned_sql(), done._origin.ids)
        )
        days = dict(rows)
        for activity in done:
            activity.unplanned_date = days.get(activity._origin.id, False)

    @api.model
    def _unplanned_sql(self):
        """:return: SQL of (id, day) of what was done beside a plan; conditions may be added"""
        return SQL(
            """
            SELECT activity.id, closed.day
              FROM mail_activity activity
              JOIN %(zones)s ON zone.user_id = activity.done_user_id
             CROSS JOIN LATERAL (
                SELECT frozen.date AS day FROM sales_plan_day frozen
                 WHERE frozen.user_id = activity.done_user_id
                   AND frozen.date BETWEEN activity.datetime_done::date - 1
                                       AND activity.datetime_done::date + 1
                   AND frozen.date = %(day)s
                 ORDER BY frozen.date
                 LIMIT 1) closed
             WHERE activity.active IS NOT TRUE AND activity.activity_state_final = 'done'
               AND activity.client_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM sales_plan_line line
                                WHERE line.user_id = activity.done_user_id AND line.date = closed.day
                                  AND line.activity_id = activity.id)
            """,
            zones=self.env["res.users"]._sales_zones_sql(),
            day=self.env["res.users"]._sales_day_sql(SQL("activity.datetime_done"), SQL("frozen.tz")),
        )

    @api.model
    def _init_unplanned(self, since=None, users=None, days=None):
        """Look again at what was done before: after an update of the add-on, or once a plan is frozen.

        :param since: a moment; only what was done since then
        :param users: ids; only what these did
        :param days: dates; only what was done on these
        """
        self.env.flush_all()
        conditions = [
            SQL("AND activity.datetime_done >= %s", since) if since else SQL(),
            SQL("AND activity.done_user_id = ANY(%s)", list(users)) if users else SQL(),
            SQL("AND closed.day = ANY(%s)", list(days)) if days else SQL(),
        ]
        self.env.execute_query(
            SQL(
                """
                WITH found AS (%(found)s %(conditions)s)
                UPDATE mail_activity activity SET unplanned_date = found.day
                  FROM found
                 WHERE activity.id = found.id AND activity.unplanned_date IS DISTINCT FROM found.day
                RETURNING activity.id
                """,
                found=self._unplanned_sql(),
                conditions=SQL(" ").join(conditions),
            )
        )
        self.invalidate_model(["unplanned_date"])
