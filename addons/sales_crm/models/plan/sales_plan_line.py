from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.columns import add_column

RESULTS = [
    ("done", "Done that day"),
    ("done_late", "Done late"),
    ("carried", "Carried over"),
    ("moved", "Moved by hand"),
    ("cancelled", "Cancelled"),
    ("reassigned", "Given to somebody else"),
    ("open", "Still open"),
]


class SalesPlanLine(models.Model):
    """An activity that stood in a manager's plan when his working day began.

    The rows are written once, by the morning run. Whatever happens to the activity later in the
    day, the plan that the fact is compared with stays as it was: whose client's it was and what it was
    called are told by the line itself, which outlives the activity.

    What became of a planned activity, as seen from the day that it was planned for.

    Kept on the line, so that a report of years reads no activity. Days are those of the time zone in which
    the manager's day began.

    * ``done``: on that day;
    * ``done_late``: on a later day, however it got there;
    * ``carried``: it is not done, and the morning run moved it on from that day;
    * ``moved``: it is not done, and somebody moved it on; once the day is over, moving it back changes
      nothing any more;
    * ``reassigned``: it was another one's at the end of the day; if the head gave it to him, it stands in his
      plan from then on;
    * ``cancelled``: on that day, or later if it stayed there till then; also if it was taken away undone,
      as earlier versions did with what belongs to no client;
    * ``open``: it still stands there.

    So a plan that is moved by hand or carried over counts as undone on the day it was planned for, until
    and unless it is done, late.
    """

    _name = "sales.plan.line"
    _description = "Line of a Day Plan"
    _order = "date desc, user_id, priority desc, id"
    _rec_name = "summary"

    _sales_guard_path = "client_id"

    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    activity_id = fields.Many2one("mail.activity", readonly=True, index=True, ondelete="set null")
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True, ondelete="restrict")
    summary = fields.Char(readonly=True, help="As it was when the plan was frozen.")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], required=True, readonly=True, default="0")
    origin = fields.Selection(
        [
            ("planned", "Planned"),
            ("carried", "Carried over"),
            ("cadence", "Regular work"),
            ("received", "Received from a colleague"),
        ],
        required=True,
        readonly=True,
        default="planned",
    )
    activity_state_final = fields.Selection(related="activity_id.activity_state_final", string="Result")
    datetime_done = fields.Datetime(related="activity_id.datetime_done")

    _date_idx = models.Index("(date)")
    _user_date_activity_uniq = models.UniqueIndex("(user_id, date, activity_id)")

    result = fields.Selection(RESULTS, "Fact", compute="_compute_result", store=True)

    @api.depends("summary", "activity_type_id")
    def _compute_display_name(self):
        """As the activity was called then."""
        for line in self:
            line.display_name = line.summary or line.activity_type_id.display_name

    def _auto_init(self):
        """The lines of earlier versions get their result from :meth:`_init_results`, in one statement."""
        add_column(self.env.cr, self._table, "result", "varchar")
        return super()._auto_init()

    @api.model
    def _init_results(self):
        """Give every line without a result its result. For lines that were written before there was one."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                WITH told AS (%(results)s WHERE line.result IS NULL)
                UPDATE sales_plan_line line SET result = told.result FROM told WHERE line.id = told.id
                RETURNING line.id
                """,
                results=self._results_sql(),
            )
        )
        self.invalidate_model(["result"])

    # Who has it is looked at when it is given, see mail.activity: only on the day of the plan it counts
    @api.depends(
        "activity_id.active",
        "activity_id.activity_state_final",
        "activity_id.date_deadline",
        "activity_id.datetime_done",
    )
    def _compute_result(self):
        stored = self.filtered("id")
        (self - stored).result = "open"
        if not stored:
            return
        self.env["mail.activity"].flush_model(
            ["active", "activity_state_final", "date_deadline", "datetime_done", "done_user_id", "user_id"]
        )
        self.env["sales.carry.log"].flush_model(["activity_id", "date_from", "date_to"])
        stored.flush_recordset(["activity_id", "date", "user_id"])
        told = dict(
            self.env.execute_query(SQL("%s WHERE line.id = ANY(%s)", self._results_sql(), stored._origin.ids))
        )
        for line in stored:
            line.result = told.get(line._origin.id, line.result)

    @api.model
    def _results_sql(self):
        """:return: SQL of (id, result) of plan lines, to which a WHERE may be added"""
        return SQL(
            """
            SELECT line.id,
                   CASE WHEN activity.id IS NULL AND line.result IN ('done', 'done_late') THEN line.result
                        WHEN activity.id IS NULL THEN 'cancelled'
                        WHEN line.result = 'done' AND activity.activity_state_final = 'done'
                             AND closed.day <= line.date THEN 'done'
                        WHEN (activity.activity_state_final IS DISTINCT FROM 'done'
                              OR activity.done_user_id IS DISTINCT FROM line.user_id)
                             AND CASE WHEN today.day > line.date THEN line.result = 'reassigned'
                                      ELSE activity.user_id IS DISTINCT FROM line.user_id END
                        THEN 'reassigned'
                        WHEN activity.activity_state_final = 'done' AND closed.day <= line.date THEN 'done'
                        WHEN activity.activity_state_final = 'done' THEN 'done_late'
                        WHEN activity.activity_state_final = 'cancelled' AND closed.day <= line.date
                        THEN 'cancelled'
                        WHEN line.result = 'moved' AND today.day > line.date THEN 'moved'
                        WHEN EXISTS (SELECT FROM sales_carry_log log
                                      WHERE log.activity_id = line.activity_id
                                        AND log.date_from <= line.date AND log.date_to > line.date)
                        THEN 'carried'
                        WHEN activity.date_deadline > line.date THEN 'moved'
                        WHEN activity.activity_state_final = 'cancelled' THEN 'cancelled'
                        ELSE 'open' END AS result
              FROM sales_plan_line line
              LEFT JOIN mail_activity activity ON activity.id = line.activity_id
              JOIN %(zones)s ON zone.user_id = line.user_id
              LEFT JOIN sales_plan_day frozen ON frozen.user_id = line.user_id AND frozen.date = line.date
             CROSS JOIN LATERAL (SELECT %(day)s AS day) closed
             CROSS JOIN LATERAL (SELECT %(today)s AS day) today
            """,
            today=self.env["res.users"]._sales_day_sql(
                SQL("%s::timestamp", fields.Datetime.now()), SQL("frozen.tz")
            ),
            zones=self.env["res.users"]._sales_zones_sql(),
            day=self.env["res.users"]._sales_day_sql(SQL("activity.datetime_done"), SQL("frozen.tz")),
        )
