from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_paid_services = fields.Boolean(
        "Odoo's Paid Services", config_parameter="sales_crm.paid_services", help=""
    )

    def set_values(self):
        """Menus are kept for each user: those of the services come or go at once, as do their crons."""
        service = self.env["sales.paid.service"]
        before = service._unpaid_modules()
        res = super().set_values()
        self.env.registry.clear_cache()
        if service._unpaid_modules() != before:
            service._switch_crons()
        return res
