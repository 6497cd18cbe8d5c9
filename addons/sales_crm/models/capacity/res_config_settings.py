from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_day_capacity = fields.Integer(related="company_id.sales_day_capacity", readonly=False)
