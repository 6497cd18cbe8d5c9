from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_promise_tolerance = fields.Integer(related="company_id.sales_promise_tolerance", readonly=False)
