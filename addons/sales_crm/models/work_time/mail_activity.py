from odoo import models


class MailActivity(models.Model):
    """Who moves the activity of a meeting moves the meeting, in days of the assignee."""

    _inherit = "mail.activity"

    def write(self, vals):
        moving = "date_deadline" in vals and not self.env.context.get("calendar_event_meeting_update")
        if not moving or not self.calendar_event_id:
            return super().write(vals)
        # Core would count in days of whoever writes
        res = super(MailActivity, self.with_context(calendar_event_meeting_update=True)).write(vals)
        for activity in self.filtered("calendar_event_id"):
            activity.calendar_event_id._sales_move_to(activity.date_deadline, activity.user_id)
        return res
