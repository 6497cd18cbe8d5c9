from datetime import timedelta

from odoo import api, fields, models

from ...tools.picked import EVERY


class SalesMorning(models.AbstractModel):
    """What the plans and the heads' screen have to know of the morning run."""

    _inherit = "sales.morning"

    @api.model
    def _carry_batch(self, days, picked=EVERY):
        count = super()._carry_batch(days, picked)
        if count:
            self.env["mail.activity"]._tell_team_day()
        return count

    @api.model
    def _freeze_batch(self, days, picked=EVERY):
        """Early birds: what a manager did before his plan was frozen, and that isn't in it, is unplanned."""
        frozen = super()._freeze_batch(days, picked)
        Activity = self.env["mail.activity"]
        since = fields.Datetime.now() - timedelta(days=2)
        Activity._init_unplanned(since=since, users=days, days=set(days.values()))
        Activity._tell_team_day()
        return frozen
