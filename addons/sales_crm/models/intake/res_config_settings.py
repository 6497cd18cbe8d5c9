from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_import_undo_days = fields.Integer(related="company_id.sales_import_undo_days", readonly=False)
