from odoo import api, models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    """What stood in a plan as a call stays a call in it, and is carried over as one."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    def write(self, vals):
        if self.env.su or "activity_type_id" not in vals:
            return super().write(vals)
        # sudo: what it was before, whoever changes it
        work = self.sudo().filtered(lambda activity: activity.active and activity.client_id)
        before = {activity: activity.activity_type_id for activity in work}
        res = super().write(vals)
        changed = work.filtered(lambda activity: activity.activity_type_id != before[activity])
        planned = changed._that_were_planned()
        if planned:
            kinds = {activity: before[activity] for activity in planned}
            self._check_carried_as_before(kinds)
            self._log_types(kinds)
        return res

    def _that_were_planned(self):
        """:return: those of these that stood in a frozen plan"""
        if not self:
            return self
        return self.env["sales.plan.line"].search([("activity_id", "in", self.ids)]).activity_id & self

    @api.model
    def _check_carried_as_before(self, before):
        """:param dict before: activity (sudo-ed) -> its type before the change
        :raise UserError: the change would take planned work out of the carry-over
        """
        if self.env.user.has_group("sales_crm.group_head"):
            return
        for activity, former in before.items():
            kind = activity.activity_type_id
            policy = kind.carry_policy or "carry"
            if policy not in ("carry", former.carry_policy):
                raise UserError(
                    self.env._(
                        "“%(activity)s” stood in a plan, and “%(type)s” is not carried over to the next day. "
                        "Mark it done, move it, or cancel it with a reason, and plan a new one.",
                        activity=activity.display_name,
                        type=kind.display_name,
                    )
                )

    @api.model
    def _log_types(self, before):
        self.env["sales.activity.change"]._log(
            [
                {
                    "kind": "type",
                    "activity_id": activity.id,
                    "activity_name": activity.display_name,
                    "client_id": activity.client_id.id,
                    "user_id": activity.user_id.id,
                    "date_from": activity.date_deadline,
                    "date_to": activity.date_deadline,
                    "text_from": former.display_name,
                    "text_to": activity.activity_type_id.display_name,
                }
                for activity, former in before.items()
            ]
        )
