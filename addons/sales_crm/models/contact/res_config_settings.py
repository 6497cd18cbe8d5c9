from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_birthday_days = fields.Integer(related="company_id.sales_birthday_days", readonly=False)
    sales_silent_days = fields.Integer(related="company_id.sales_silent_days", readonly=False)
    sales_next_step_required = fields.Boolean(related="company_id.sales_next_step_required", readonly=False)
