from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """The screen that whoever works in sales begins with, unless he has chosen another."""
        info = super().session_info()
        if not info.get("home_action_id"):
            info["home_action_id"] = self.env.user._sales_home_action().id
        return info
