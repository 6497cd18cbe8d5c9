from odoo import models


class DiscussChannelMember(models.Model):
    """Whoever is in a conversation sees with whom he speaks."""

    _inherit = "discuss.channel.member"

    _sales_guard_path = None
