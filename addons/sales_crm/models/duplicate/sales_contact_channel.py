from odoo import api, models

from ...tools.channel import BY_PHONE


class SalesContactChannel(models.Model):
    """A client is recognised by his further phones and mails as well."""

    # Beside what a channel is
    _inherit = "sales.contact.channel"

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
