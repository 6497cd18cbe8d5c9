from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.channel import BY_PHONE, ICONS, channel_format, channel_link
from ...tools.search_key import add_search_key


class SalesContactChannel(models.Model):
    """One more phone, mail or messenger of a client or of a contact, beside his first phone and mail."""

    _name = "sales.contact.channel"
    _description = "Phone, Mail or Messenger"
    _order = "preferred DESC, sequence, id"
    _rec_name = "value"

    _sales_guard_path = "partner_id"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("phone", "Phone"),
            ("mail", "E-Mail"),
            ("telegram", "Telegram"),
            ("whatsapp", "WhatsApp"),
            ("viber", "Viber"),
            ("other", "Other"),
        ],
        required=True,
        default="phone",
    )
    value = fields.Char("Number or Address", required=True)
    value_key = fields.Char(
        compute="_compute_value_key",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="What makes two values the same: a phone with the country's digits, a mail in small letters.",
    )
    note = fields.Char(help="e.g. mobile, reception, after six o'clock")
    sequence = fields.Integer(default=10)
    preferred = fields.Boolean(help="The contact wants to be reached this way.")
    link = fields.Char(compute="_compute_link")

    def init(self):
        """A piece of a number or of an address is looked for as well."""
        res = super().init()
        add_search_key(self.env.cr, self._table, ["value_key"], self.pool.has_trigram)
        return res

    # ------------------------------------------------------
    # How it is written
    # ------------------------------------------------------

    @api.depends("kind", "value")
    def _compute_value_key(self):
        for channel in self:
            channel.value_key = channel._format()[0] or False

    @api.depends("kind", "value", "value_key")
    def _compute_link(self):
        for channel in self:
            channel.link = channel_link(channel.kind, channel.value_key or "", channel.value or "")

    def _format(self):
        """:return: tuple (key, how it is shown); a mail that is none has no key"""
        try:
            return channel_format(self.kind, self.value or "", self.partner_id._phone_region())
        except ValueError:
            return "", self.value

    @api.onchange("kind", "value")
    def _onchange_value(self):
        if self.value:
            self.value = self._format()[1]
            if self.kind in BY_PHONE:
                return self.partner_id._phone_warning(self.value)
        return None

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        channels._write_as_shown()
        return channels

    def write(self, vals):
        res = super().write(vals)
        if {"kind", "value"} & vals.keys():
            self._write_as_shown()
        return res

    def _write_as_shown(self):
        for channel in self:
            shown = channel._format()[1]
            if shown != channel.value:
                channel.value = shown

    @api.constrains("kind", "value")
    def _check_mail(self):
        for channel in self:
            if channel.kind == "mail" and not channel._format()[0]:
                raise ValidationError(
                    self.env._("“%s” is not an e-mail address. Correct it or delete the line.", channel.value)
                )

    def _summary(self):
        """:return: dict of what is shown of the channel beside its contact"""
        return {
            "id": self.id,
            "kind": self.kind,
            "value": self.value,
            "note": self.note or "",
            "link": self.link,
            "icon": ICONS[self.kind],
            "preferred": self.preferred,
            "is_call": self.kind in BY_PHONE,
        }

    @api.model
    def _drop_twins(self, partners):
        """After a merge: of what both had, one is left, with the note of either."""
        # sudo: what is left is the same whoever merges
        for channels in (
            self.sudo().search([("partner_id", "in", partners.ids)]).grouped("partner_id").values()
        ):
            seen = {}
            for channel in channels:
                first = seen.setdefault((channel.kind, channel.value_key or channel.value), channel)
                if first != channel:
                    first.note = first.note or channel.note
                    channel.unlink()
