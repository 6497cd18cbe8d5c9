from odoo import api, fields, models


class SalesCarryLog(models.Model):
    """One row per carry-over of one activity. Written by the morning run only.

    Whose client's it was and what it was called are told by the row itself, which outlives the activity.
    """

    _name = "sales.carry.log"
    _description = "Carry-Over of an Activity"
    _sales_guard_path = "client_id"
    _order = "id desc"
    _rec_name = "summary"

    activity_id = fields.Many2one("mail.activity", readonly=True, index=True, ondelete="set null")
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True, ondelete="restrict")
    summary = fields.Char(readonly=True, help="As it was on that morning.")
    client_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null", ondelete="restrict")
    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    date_from = fields.Date("From", required=True, readonly=True)
    date_to = fields.Date("To", required=True, readonly=True)
    counted = fields.Boolean(
        readonly=True,
        default=True,
        help="Whether a working day of the manager had gone by with it undone. What fell on a day off moves "
        "to the next working day as planned, and counts for nothing.",
    )

    _date_to_idx = models.Index("(date_to)")
    _user_date_idx = models.Index("(user_id, date_to)")
    _activity_day_uniq = models.UniqueIndex("(activity_id, date_to)")

    @api.depends("summary", "activity_type_id")
    def _compute_display_name(self):
        """As the activity was called then."""
        for log in self:
            log.display_name = log.summary or log.activity_type_id.display_name
