from odoo import models


class SalesAccessRule(models.Model):
    """Whoever stands in for a colleague from now on, or no more, is reminded accordingly at once."""

    _inherit = "sales.access.rule"

    def _tell_user(self, user, prepare):
        res = super()._tell_user(user, prepare)
        self.env["sales.reminder"]._plan_changed_for(user)
        return res
