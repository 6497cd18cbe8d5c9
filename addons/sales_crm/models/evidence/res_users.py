from odoo import models
from odoo.tools.mail import email_normalize_all


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_own_addresses(self):
        """:return: set of the normalized addresses in whose name this user may write"""
        self.ensure_one()
        # sudo: the addresses from which the companies write
        user = self.sudo()
        texts = [*user.company_ids.mapped("email"), user.email]
        return {address for text in texts if text for address in email_normalize_all(text)}
