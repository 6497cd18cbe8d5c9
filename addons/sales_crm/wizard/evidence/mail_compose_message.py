from odoo import models

from ...models.evidence.mail_notification import MAILING


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        with self._sales_flow(MAILING):
            return super()._action_send_mail_mass_mail(res_ids, auto_commit=auto_commit)

    def _prepare_mail_values(self, res_ids):
        """Many mails at once are written with all rights, so the author is asked for here."""
        values_of = super()._prepare_mail_values(res_ids)
        if not self.model or not hasattr(self.env[self.model], "_sales_true_author"):
            return values_of
        for values in values_of.values():
            author, email = values.get("author_id"), values.get("email_from")
            true_author, true_email = self.env[self.model]._sales_true_author(author, email)
            if (true_author, true_email) != (author, email):
                own = self.env.user.partner_id
                values.update(author_id=true_author, email_from=true_email or own.email_formatted)
        return values_of
