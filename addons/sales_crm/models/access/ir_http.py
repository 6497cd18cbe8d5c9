from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """:return: dict, also with whether the web client asks for reminders, so that others don't"""
        info = super().session_info()
        user = self.env.user
        info["sales_reminders"] = user._is_internal() and user.has_group("sales_crm.group_manager")
        return info
