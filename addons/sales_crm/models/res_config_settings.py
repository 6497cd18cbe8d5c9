from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_carry_escalation = fields.Integer(related="company_id.sales_carry_escalation", readonly=False)
