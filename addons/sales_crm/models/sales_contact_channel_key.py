from odoo import api, models

from ..tools.channel import BY_PHONE


class SalesContactChannel(models.Model):
    """A client is recognised by his further phones and mails as well."""

    # Beside what a channel is
    _inherit = "sales.contact.channel"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        channels.partner_id._refresh_duplicate_keys()
        return channels

    def write(self, vals):
        partners = self.partner_id
        res = super().write(vals)
        (partners | self.partner_id)._refresh_duplicate_keys()
        return res

    def unlink(self):
        partners = self.partner_id
        res = super().unlink()
        partners._refresh_duplicate_keys()
        return res

    def _duplicate_key(self):
        """:return: tuple (kind, value) as in ``sales.partner.key``, None if nobody is recognised by it"""
        key = (self.value_key or "").removeprefix("+")
        if not key or (self.kind != "mail" and self.kind not in BY_PHONE):
            return None
        return ("email" if self.kind == "mail" else "phone"), key


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

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
