from odoo import models

ONE_OF_TWO = ("crm.res_partner_menu_customer",)  # our menu of clients stands beside it
OF_LEADS = ("crm.crm_opportunity_report_menu_lead",)
OF_ADMINISTRATORS = ("base.menu_management",)


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """No menus of unpaid services, of other apps to get, or that lead where another leads."""
        hidden = super()._load_menus_blacklist()
        service = self.env["sales.paid.service"]
        if not service._is_hidden_from_user():
            return hidden
        names = list(ONE_OF_TWO)
        if not self.env.user.has_group("crm.group_use_lead"):
            names += OF_LEADS
        if not self.env.user.has_group("base.group_system"):
            names += OF_ADMINISTRATORS
        menus = (self.env.ref(name, raise_if_not_found=False) for name in names)
        return [*hidden, *service._unpaid_records("ir.ui.menu"), *(menu.id for menu in menus if menu)]
