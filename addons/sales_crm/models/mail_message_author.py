from datetime import datetime, timedelta, timezone

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.mail import email_normalize

# That a mail came in or went out only the server knows
MAILS = ("email", "email_outgoing")
CLOCKS_APART = timedelta(minutes=1)


class MailMessage(models.Model):
    """Whoever writes in a client's document is the author, writes now, and no mails that never were."""

    # Beside the guard of what is written already
    _inherit = "mail.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if not self.env.su:
            messages._sales_check_told_truly()
        return messages

    def _sales_check_told_truly(self):
        """:raise AccessError: one of these says of a client's document what isn't so"""
        began, now = self.env.cr.now(), datetime.now(timezone.utc).replace(tzinfo=None)
        own = self.env.user.partner_id
        for message in self._sales_kept(corrected=False).sudo():
            foreign = message.author_id != own or message.author_guest_id
            in_time = began - CLOCKS_APART <= message.date <= now + CLOCKS_APART
            if foreign or not in_time or message.message_type in MAILS:
                raise AccessError(
                    self.env._(
                        "In a client's document everybody writes in his own name, and as of now: his history "
                        "is made of it. Leave a note, and say in it who said what and when."
                    )
                )


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"  # pylint: disable=consider-merging-classes-inherited

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
