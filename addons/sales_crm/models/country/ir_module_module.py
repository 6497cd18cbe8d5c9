from odoo import api, models

from odoo.addons.account.models.ir_module import templ


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    @api.depends("state")
    def _compute_account_templates(self):
        """Core looks for charts of accounts in add-ons of the accounting category only, not in ours."""
        res = super()._compute_account_templates()
        for module in self.filtered(lambda module: module.name == "sales_crm"):
            charts = self.env["account.chart.template"]._sales_charts()
            module.account_templates = {
                code: templ(
                    self.env,
                    code,
                    **values,
                    parent=None,
                    sequence=1,
                    visible=True,
                    installed=module.state == "installed",
                    module=module.name,
                )
                for code, values in charts.items()
            }
        return res
