from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.mail import email_normalize


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def message_post(self, *, author_id=None, email_from=None, **kwargs):
        """Templates and scheduled messages may name another author: it is whoever sends them."""
        author_id, email_from = self._sales_true_author(author_id, email_from)
        return super().message_post(author_id=author_id, email_from=email_from, **kwargs)

    @api.model
    def _sales_true_author(self, author_id, email_from):
        """:return: author and sender's address of what the current user writes in a client's document"""
        user = self.env.user
        if (
            self.env.su
            or not self._sales_is_guarded_document()
            or user._is_superuser()
            or user.has_group("base.group_system")
        ):
            return author_id, email_from
        # sudo: the addresses from which the companies write
        addresses = [*user.sudo().mapped("company_ids.email"), user.email]
        if email_from and email_normalize(email_from) not in {
            email_normalize(one) for one in addresses if one
        }:
            email_from = None
        return user.partner_id.id, email_from

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Mails come in through the server's mail gateway, which is its own or the administrator's."""
        if not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(
                self.env._("Incoming mail is brought in by the mail server. Leave a note about it instead.")
            )
        return super().message_process(model, message, *args, **kwargs)
