from odoo import api, models


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
