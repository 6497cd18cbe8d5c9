from odoo import api, models
from odoo.fields import Domain

from ...tools.granted import named_values, naming_documents


class MailMessage(models.Model):
    """Core lets author and recipients read a message whatever becomes of its document."""

    _inherit = "mail.message"

    _sales_guard_path = "res_id"

    # What the client history reads, by period
    _written_idx = models.Index("(date) WHERE message_type IN ('comment', 'email', 'email_outgoing')")

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_document("model", "res_id")

    @api.model
    def _search(self, domain, *args, **kwargs):
        """The chatter asks for the messages of one document: the guard looks at no other model."""
        named = named_values(Domain(domain), "model")
        messages = self if named is None else naming_documents(self, self._name, named)
        return super(MailMessage, messages)._search(domain, *args, **kwargs)

    def _message_notifications_to_store(self, store):
        """Core tells an author of mails that came back, whatever has become of the document."""
        messages = self
        if self.env["sales.access.rule"]._is_restricted():
            messages = self.sudo(False)._filtered_access("read").sudo(self.env.su)
        return super(MailMessage, messages)._message_notifications_to_store(store)
