from odoo import api, models


class MailThread(models.AbstractModel):
    """People of foreign clients are neither subscribed nor written to by their number."""

    _inherit = "mail.thread"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _sales_check_people(self, partner_ids):
        """:raise AccessError: one of these partners is of a client that the user may not see"""
        if self._sales_checks_references():
            people = self.env["res.partner"].browse(self._sales_referred_ids(partner_ids))
            people.exists()._sales_check_readable()

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        self._sales_check_people(partner_ids or [])
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def message_post(self, *, partner_ids=None, **kwargs):
        self._sales_check_people(partner_ids or [])
        return super().message_post(partner_ids=partner_ids, **kwargs)

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Whoever gives away what he sees then no longer tells the other of it all the same."""
        # sudo: the right to assign was asked before; core writes the notice
        return super(MailThread, self.sudo())._message_auto_subscribe_notify(partner_ids, template)

    def message_notify(self, *, partner_ids=False, **kwargs):
        self._sales_check_people(partner_ids or [])
        return super().message_notify(partner_ids=partner_ids, **kwargs)


class DiscussChannel(models.Model):
    _inherit = "discuss.channel"

    def add_members(
        self, partner_ids=None, guest_ids=None, invite_to_rtc_call=False, post_joined_message=True
    ):
        self._sales_check_people(partner_ids or [])
        return super().add_members(
            partner_ids=partner_ids,
            guest_ids=guest_ids,
            invite_to_rtc_call=invite_to_rtc_call,
            post_joined_message=post_joined_message,
        )

    @api.model
    def _get_or_create_chat(self, partners_to, pin=True):
        self._sales_check_people(partners_to or [])
        return super()._get_or_create_chat(partners_to, pin=pin)

    @api.model
    def _create_group(self, partners_to, default_display_mode=False, name=""):
        self._sales_check_people(partners_to or [])
        return super()._create_group(partners_to, default_display_mode=default_display_mode, name=name)
