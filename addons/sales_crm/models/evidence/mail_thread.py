from odoo import api, models
from odoo.exceptions import AccessError

from .mail_message import TRACKING


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
        if not user._sales_is_sender(email_from):
            email_from = None
        return user.partner_id.id, email_from

    def _message_track(self, fields_iter, initial_values_dict):
        """Only here trackings are written with the rights of whoever has changed something."""
        with self._sales_flow(TRACKING):
            return super()._message_track(fields_iter, initial_values_dict)

    @api.model
    def message_process(self, model, message, *args, **kwargs):
        """Mails come in through the server's mail gateway, which is its own or the administrator's."""
        if not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(
                self.env._("Incoming mail is brought in by the mail server. Leave a note about it instead.")
            )
        return super().message_process(model, message, *args, **kwargs)
