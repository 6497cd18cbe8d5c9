from datetime import timedelta

from odoo import fields, models


class MailActivity(models.Model):
    """Work that is given to another manager leaves the plan of its day."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    def write(self, vals):
        if "user_id" not in vals:
            return super().write(vals)
        # sudo: whose it was does not depend on who asks
        before = {activity: activity.user_id for activity in self.sudo() if activity.active}
        res = super().write(vals)
        changed = [activity.id for activity, user in before.items() if activity.user_id != user]
        self.sudo().browse(changed)._judge_plan_lines_again()
        return res

    def _judge_plan_lines_again(self):
        """The plans of today's, whatever day that is where their managers are."""
        recently = fields.Date.today() - timedelta(days=2)
        # sudo: a plan says what became of it, whoever has done it
        lines = (
            self.env["sales.plan.line"]
            .sudo()
            .search([("activity_id", "in", self.ids), ("date", ">=", recently)])
        )
        self.env.add_to_compute(lines._fields["result"], lines)
        lines._recompute_recordset(["result"])  # at once: a day that is over is judged otherwise
