from odoo import api, models


class MailMessage(models.Model):
    """Core lets author and recipients read a message whatever becomes of its document."""

    _inherit = "mail.message"

    _sales_guard_path = "res_id"

    # What the client history reads, by period
    _written_idx = models.Index("(date) WHERE message_type IN ('comment', 'email', 'email_outgoing')")

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_document("model", "res_id")

    def _message_notifications_to_store(self, store):
        """Core tells an author of mails that came back, whatever has become of the document."""
        messages = self
        if self.env["sales.access.rule"]._is_restricted():
            messages = self.sudo(False)._filtered_access("read").sudo(self.env.su)
        return super(MailMessage, messages)._message_notifications_to_store(store)
