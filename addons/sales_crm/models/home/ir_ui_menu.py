from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Whoever works in the CRM finds there what the controller's own app shows."""
        hidden = super()._load_menus_blacklist()
        app = self.env.ref("sales_crm.menu_credit_root", raise_if_not_found=False)
        if app and self.env.user.has_group("sales_crm.group_manager"):
            return [*hidden, app.id]
        return hidden
