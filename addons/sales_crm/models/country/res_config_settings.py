from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_foreign_settings = fields.Text(
        "Not as Usual in the Country", compute="_compute_sales_foreign_settings"
    )
    sales_may_localize = fields.Boolean(compute="_compute_sales_foreign_settings")

    @api.depends("company_id")
    def _compute_sales_foreign_settings(self):
        for settings in self:
            company = settings.company_id
            differing = company._sales_foreign_settings()
            settings.sales_foreign_settings = "\n".join(differing) or False
            settings.sales_may_localize = bool(differing) and not company._sales_has_documents()

    def action_sales_localize(self):
        """Set the company up for its country; see ``res.company.action_sales_localize``"""
        self.company_id.action_sales_localize()
        return {"type": "ir.actions.client", "tag": "reload"}
