from odoo import api, models

TOLD = "sales_crm.team_day"


class MailActivity(models.Model):
    """Team Day refreshes by itself: the heads' browsers hear that something has changed, not what."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    @api.model
    def _team_day_fields(self):
        """:return: fields whose change changes what the heads see"""
        return {"active", "activity_state_final", "date_deadline", "datetime_planned", "priority", "user_id"}

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        if any(activity.client_id for activity in activities):
            self._tell_team_day()
        return activities

    def write(self, vals):
        res = super().write(vals)
        if self._team_day_fields() & vals.keys():
            self._tell_team_day()
        return res

    @api.model
    def _tell_team_day(self):
        """One empty message to the heads when the transaction ends, however much is done in it."""
        told = self.env.cr.precommit.data
        if not told.get(TOLD):
            told[TOLD] = True
            # sudo: whoever works need not know the heads' group
            group = self.env.ref("sales_crm.group_head").sudo()
            group._bus_send("sales_team_day/changed", {})
            leaders = self.env["res.users"].sudo().browse(self.env["crm.team"]._leader_ids())
            for leader in leaders.filtered(lambda user: not user._has_group("sales_crm.group_head")):
                leader._bus_send("sales_team_day/changed", {})
