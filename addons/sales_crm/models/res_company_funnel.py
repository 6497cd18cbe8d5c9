from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    sales_lost_reason_required = fields.Boolean(
        "Lost Reason Required",
        default=True,
        help="Who marks a deal as lost, or archives it, says why.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    sales_lost_reason_required = fields.Boolean(
        related="company_id.sales_lost_reason_required", readonly=False
    )
