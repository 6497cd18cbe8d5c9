from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_lost_reason_required = fields.Boolean(
        "Lost Reason Required",
        default=True,
        help="Who marks a deal as lost, or archives it, says why.",
    )
