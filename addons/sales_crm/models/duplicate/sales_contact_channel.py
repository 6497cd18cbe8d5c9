from odoo import api, models

from ...tools.channel import BY_PHONE


class SalesContactChannel(models.Model):
    """A client is recognised by his further phones and mails as well."""

    # Beside what a channel is
    _inherit = "sales.contact.channel"

    @api.model_create_multi
    def create(self, vals_list):
        ids = {vals.get("partner_id", self.env.context.get("default_partner_id")) for vals in vals_list}
        partners = self.env["res.partner"].browse(ids - {None, False})
        is_asked = partners._sales_asks_who_serves()
        before = is_asked and partners._sales_known_keys()
        channels = super().create(vals_list)
        channels.partner_id._refresh_duplicate_keys()
        if is_asked:
            channels.partner_id._sales_check_served(before)
        return channels

    def write(self, vals):
        partners = self.partner_id
        is_asked = partners._sales_asks_who_serves()
        before = is_asked and (partners | partners.browse(vals.get("partner_id")))._sales_known_keys()
        res = super().write(vals)
        (partners | self.partner_id)._refresh_duplicate_keys()
        if is_asked:
            self.partner_id._sales_check_served(before)
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
