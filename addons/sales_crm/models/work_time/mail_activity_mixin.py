from odoo import models


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def activity_schedule(self, act_type_xmlid="", date_deadline=None, summary="", note="", **act_values):
        """Without a date it is today, where the assignee is and not where the server or the caller is."""
        if not date_deadline and act_values.get("user_id"):
            date_deadline = self.env["res.users"].browse(act_values["user_id"])._sales_today()
        return super().activity_schedule(act_type_xmlid, date_deadline, summary, note, **act_values)
