from odoo import models


class SalesMassPlan(models.Model):
    """What was planned for many clients at once, past the ORM, may be urgent and for today."""

    _inherit = "sales.mass.plan"

    def _tell(self, user, count, first, last):
        res = super()._tell(user, count, first, last)
        if self.priority == "1":
            self.env["sales.reminder"]._plan_changed_for(user)
        return res
