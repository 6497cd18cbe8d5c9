from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_visit_days_a = fields.Integer(related="company_id.sales_visit_days_a", readonly=False)
    sales_visit_days_b = fields.Integer(related="company_id.sales_visit_days_b", readonly=False)
    sales_visit_days_c = fields.Integer(related="company_id.sales_visit_days_c", readonly=False)
    sales_visit_radius = fields.Integer(related="company_id.sales_visit_radius", readonly=False)
    sales_route_map = fields.Selection(related="company_id.sales_route_map", readonly=False)
