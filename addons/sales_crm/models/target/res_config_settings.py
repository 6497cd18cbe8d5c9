from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_target_measure = fields.Selection(related="company_id.sales_target_measure", readonly=False)
    sales_growth_goal = fields.Float(related="company_id.sales_growth_goal", readonly=False)
