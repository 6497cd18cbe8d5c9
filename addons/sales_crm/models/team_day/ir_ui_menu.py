from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Team Day is in the menu of a manager only if he leads a team."""
        hidden = super()._load_menus_blacklist()
        menu = self.env.ref("sales_crm.menu_team_day", raise_if_not_found=False)
        return hidden if not menu or self.env["sales.team.day"]._may_see() else [*hidden, menu.id]
