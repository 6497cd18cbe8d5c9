from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_lost_reason_required = fields.Boolean(
        related="company_id.sales_lost_reason_required", readonly=False
    )
