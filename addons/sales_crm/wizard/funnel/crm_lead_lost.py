from odoo import api, fields, models


class CrmLeadLost(models.TransientModel):
    _inherit = "crm.lead.lost"

    reason_required = fields.Boolean(compute="_compute_reason_required")

    @api.depends("lead_ids")
    def _compute_reason_required(self):
        for wizard in self:
            # sudo: what the companies want holds for whoever loses the deals
            wizard.reason_required = wizard.lead_ids.sudo()._sales_lost_reason_required()
