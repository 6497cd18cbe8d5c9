from odoo import models
from odoo.tools.mail import email_normalize_all


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_is_sender(self, email_from):
        """:return: whether this user may write in the name of the sender ``email_from``, or it names none"""
        self.ensure_one()
        if not email_from or email_from == self.email_formatted:
            return True
        given = set(email_normalize_all(email_from))
        foreign = given - set(email_normalize_all(self.email or ""))
        if given and foreign:
            # sudo: the addresses from which his companies write
            for email in self.sudo().company_ids.mapped("email"):
                foreign -= set(email_normalize_all(email or ""))
        return bool(given) and not foreign
