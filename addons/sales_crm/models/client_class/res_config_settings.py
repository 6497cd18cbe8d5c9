from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_class_by = fields.Selection(related="company_id.sales_class_by", readonly=False)
    sales_class_a_share = fields.Float(related="company_id.sales_class_a_share", readonly=False)
    sales_class_b_share = fields.Float(related="company_id.sales_class_b_share", readonly=False)
    sales_class_a_amount = fields.Monetary(
        related="company_id.sales_class_a_amount", readonly=False, currency_field="currency_id"
    )
    sales_class_b_amount = fields.Monetary(
        related="company_id.sales_class_b_amount", readonly=False, currency_field="currency_id"
    )
    sales_regularity_x = fields.Float(related="company_id.sales_regularity_x", readonly=False)
    sales_regularity_y = fields.Float(related="company_id.sales_regularity_y", readonly=False)
    sales_regularity_months = fields.Integer(related="company_id.sales_regularity_months", readonly=False)
    sales_asleep_factor = fields.Float(related="company_id.sales_asleep_factor", readonly=False)
    sales_asleep_min_days = fields.Integer(related="company_id.sales_asleep_min_days", readonly=False)
