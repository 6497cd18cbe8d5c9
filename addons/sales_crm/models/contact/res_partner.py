import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ...tools.birthday import YEAR_UNKNOWN, parse_birthday
from ...tools.channel import channel_format


class ResPartner(models.Model):
    """How to reach a client and his people, and what they are in a purchase."""

    _inherit = "res.partner"

    contact_channel_ids = fields.One2many("sales.contact.channel", "partner_id", "Phones, Mails, Messengers")
    channel_summary = fields.Json("Also", compute="_compute_channel_summary")
    purchase_role_ids = fields.Many2many("sales.purchase.role", string="Role in the Purchase")
    do_not_call = fields.Boolean(tracking=True)
    do_not_call_reason = fields.Char("Do Not Call, Because", tracking=True)
    call_refused = fields.Char(
        "Not to Be Called",
        compute="_compute_call_refused",
        help="Why this contact must not be called, by his own wish or his company's. Empty if he may be.",
    )
    birthdate_date = fields.Date(help="The year 1904 stands for one that is not known.")
    birthday = fields.Char(
        compute="_compute_birthday",
        inverse="_inverse_birthday",
        help="Day and month; the year where it is known.",
    )
    birthday_day = fields.Integer(
        "Day of the Birthday",
        compute="_compute_birthday_day",
        store=True,
        index="btree_not_null",
        help="Month and day as one number, by which birthdays are sorted: the 25th of April is 425.",
    )
    # Birthdays by day of the year: the 25th of April is 425
    _birthday_idx = models.Index(
        "((EXTRACT(MONTH FROM birthdate_date) * 100 + EXTRACT(DAY FROM birthdate_date)))"
        " WHERE birthdate_date IS NOT NULL"
    )

    birthday_activity_year = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The year of the last birthday for which the manager got an activity.",
    )

    # ------------------------------------------------------
    # Channels
    # ------------------------------------------------------

    @api.depends(
        "contact_channel_ids.kind",
        "contact_channel_ids.value",
        "contact_channel_ids.note",
        "contact_channel_ids.preferred",
        "phone",
        "email",
    )
    def _compute_channel_summary(self):
        """Those that stand beside it as the phone and the mail are not told twice."""
        for partner in self:
            shown = {partner.phone, partner.email}
            partner.channel_summary = [
                channel._summary()
                for channel in partner.contact_channel_ids
                if channel.value not in shown or channel.note or channel.preferred
            ] or False

    @api.depends("do_not_call", "do_not_call_reason", "client_id.do_not_call", "client_id.do_not_call_reason")
    def _compute_call_refused(self):
        for partner in self:
            # sudo: whoever sees a contact has to know that his company must not be called
            asked = [p for p in (partner, partner.sudo().client_id) if p.do_not_call]
            reasons = [p.do_not_call_reason for p in asked if p.do_not_call_reason]
            partner.call_refused = bool(asked) and (next(iter(reasons), "") or self.env._("Do not call"))

    def _keep_as_channels(self, values):
        """Further phones and mails of this partner, those that are not there yet.

        :param dict values: ``phone`` and ``email`` -> list of values
        """
        self.ensure_one()
        Channel = self.env["sales.contact.channel"]
        region = self._phone_region()
        for name, kind in (("phone", "phone"), ("email", "mail")):
            known = {
                (kind, channel.value_key)
                for channel in self.contact_channel_ids.filtered(lambda c, k=kind: c.kind == k)
            }
            known.add((kind, self._channel_key(kind, self[name], region)))
            for value in values.get(name, ()):
                key = self._channel_key(kind, value, region)
                if key and (kind, key) not in known:
                    known.add((kind, key))
                    Channel.create({"partner_id": self.id, "kind": kind, "value": value})

    @api.model
    def _channel_key(self, kind, value, region):
        try:
            return channel_format(kind, value, region)[0] if value else ""
        except ValueError:
            return ""

    # ------------------------------------------------------
    # Birthday
    # ------------------------------------------------------

    @api.model
    def _date_format(self):
        return self.env["res.lang"]._get_data(code=self.env.lang or "en_US").date_format or "%d.%m.%Y"

    @api.depends("birthdate_date")
    def _compute_birthday_day(self):
        for partner in self:
            day = partner.birthdate_date
            partner.birthday_day = day and day.month * 100 + day.day

    @api.depends("birthdate_date")
    @api.depends_context("lang")
    def _compute_birthday(self):
        full = self._date_format()
        short = re.sub(r"[^%\w]*%[Yy][^%\w]*", "", full)
        for partner in self:
            day = partner.birthdate_date
            partner.birthday = day and day.strftime(short if day.year == YEAR_UNKNOWN else full)

    def _inverse_birthday(self):
        for partner in self:
            partner.birthdate_date = partner._parse_birthday(partner.birthday)

    @api.model
    def _parse_birthday(self, text):
        """:return: date, False without a text
        :raise ValidationError: it is no birthday
        """
        if not (text or "").strip():
            return False
        month_first = self._date_format().startswith("%m")
        try:
            return parse_birthday(text, self.env.user._sales_today(), month_first)
        except (ValueError, OverflowError):
            example = fields.Date.to_date("1980-04-25").strftime(self._date_format())
            raise ValidationError(
                self.env._(
                    "“%(text)s” is no birthday. Write %(example)s, or the day and the month alone.",
                    text=text,
                    example=example,
                )
            ) from None

    @api.onchange("birthday")
    def _onchange_birthday(self):
        if self.birthday:
            self.birthdate_date = self._parse_birthday(self.birthday)

    def _prepare_birthday_activity(self, user, day, birthday):
        """:param user: who gets the activity
        :param date day: when it is due
        :param date birthday: the coming birthday
        :return: dict of its values
        """
        env = self.with_context(lang=user.lang).env
        born = self.birthdate_date.year
        if born == YEAR_UNKNOWN:
            summary = env._(
                "Birthday of %(name)s on %(date)s", name=self.name, date=format_date(env, birthday)
            )
        else:
            summary = env._(
                "Birthday of %(name)s on %(date)s: %(age)s years",
                name=self.name,
                date=format_date(env, birthday),
                age=birthday.year - born,
            )
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.id,
            "activity_type_id": self.env.ref("sales_crm.mail_activity_type_birthday").id,
            "user_id": user.id,
            "date_deadline": day,
            "summary": summary,
        }
