from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _duplicate_keys(self):
        keys = super()._duplicate_keys()
        for partner, found in keys.items():
            found |= {channel._duplicate_key() for channel in partner.contact_channel_ids} - {None}
        return keys

    @api.depends(
        "contact_channel_ids.kind", "contact_channel_ids.value", "child_ids.contact_channel_ids.value"
    )
    def _compute_duplicate_warning(self):
        return super()._compute_duplicate_warning()
