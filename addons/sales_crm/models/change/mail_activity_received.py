from odoo import api, models


class MailActivity(models.Model):
    """What a head gives to a manager whose day has begun stands in the plan of that day."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    @api.model
    def _log_changes(self, before):
        res = super()._log_changes(before)
        if self.env.user.has_group("sales_crm.group_head"):
            given = [
                activity.id
                for activity, (user, *_other) in before.items()
                if user and activity.user_id != user
            ]
            # sudo: the plans are the server's to write
            self.sudo().browse(given)._stand_in_receivers_plan()
        return res

    def _stand_in_receivers_plan(self):
        for user, activities in self.filtered("active").grouped("user_id").items():
            day = user._sales_today()
            frozen = self.env["sales.plan.day"].search([("user_id", "=", user.id), ("date", "=", day)])
            due = activities.filtered(lambda activity, day=day: activity.date_deadline <= day)
            if not frozen or not due:
                continue
            Line = self.env["sales.plan.line"]
            there = Line.search(
                [("user_id", "=", user.id), ("date", "=", day), ("activity_id", "in", due.ids)]
            ).activity_id
            Line.create(
                [{**activity._prepare_plan_line(frozen), "origin": "received"} for activity in due - there]
            )
