from odoo import api, fields, models


class SalesPlanLine(models.Model):
    """An activity that stood in a manager's plan when his working day began.

    The rows are written once, by the morning run. Whatever happens to the activity later in the
    day, the plan that the fact is compared with stays as it was: whose client's it was and what it was
    called are told by the line itself, which outlives the activity.
    """

    _name = "sales.plan.line"
    _description = "Line of a Day Plan"
    _sales_guard_path = "client_id"
    _order = "date desc, user_id, priority desc, id"
    _rec_name = "summary"

    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    activity_id = fields.Many2one("mail.activity", readonly=True, index=True, ondelete="set null")
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True, ondelete="restrict")
    summary = fields.Char(readonly=True, help="As it was when the plan was frozen.")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], required=True, readonly=True, default="0")
    origin = fields.Selection(
        [("planned", "Planned"), ("carried", "Carried over"), ("cadence", "Regular work")],
        required=True,
        readonly=True,
        default="planned",
    )
    activity_state_final = fields.Selection(related="activity_id.activity_state_final", string="Result")
    datetime_done = fields.Datetime(related="activity_id.datetime_done")

    _date_idx = models.Index("(date)")
    _user_date_activity_uniq = models.UniqueIndex("(user_id, date, activity_id)")

    @api.depends("summary", "activity_type_id")
    def _compute_display_name(self):
        """As the activity was called then."""
        for line in self:
            line.display_name = line.summary or line.activity_type_id.display_name
