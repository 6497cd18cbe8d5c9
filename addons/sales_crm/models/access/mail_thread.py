from odoo import api, models


class MailThread(models.AbstractModel):
    """People of foreign clients are neither subscribed nor written to by their number."""

    _inherit = "mail.thread"

    def write(self, vals):
        return super(MailThread, self._sales_traced()).write(vals)

    def _compute_field_value(self, field):
        """The total of an order is a change of the order, whoever's request asks for it first."""
        return super(MailThread, self._sales_traced())._compute_field_value(field)

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Who may not see the client is told nothing of him, though he is still a follower."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self or not self._sales_is_guarded_document():
            return recipients
        users = self.env["res.users"].browse({r["uid"] for r in recipients if r["uid"]})
        hidden_from = set(self._sales_hidden_from(users)._ids)
        return [recipient for recipient in recipients if recipient["uid"] not in hidden_from]

    def _check_can_update_message_content(self, messages):
        """The chatter edits as superuser, once core has seen that the user is the author."""
        messages._sales_refuse_kept()
        return super()._check_can_update_message_content(messages)

    def _sales_hidden_from(self, users):
        """:return: those of ``users`` who may not see each of these documents' clients"""
        # sudo: whose documents these are does not depend on who writes the message
        documents = self.sudo().with_context(active_test=False)

        def sees_all(user):
            guard = self.with_user(user)._sales_guard_domain("read")
            return documents.filtered_domain(guard) == documents

        restricted = users.filtered(self.env["sales.access.rule"]._is_restricted)
        return restricted.filtered(lambda user: not sees_all(user))

    def unlink(self):
        """What was written in a client's document outlives it: it moves to his card."""
        if self and self._sales_is_guarded_document():
            self.check_access("unlink")
            self._sales_keep_messages()
        return super().unlink()

    def _sales_keep_messages(self):
        """Core deletes them with the document."""
        clients = self.env["mail.activity"]._clients_of_documents(self)
        # sudo: what was written is kept, whoever may read it
        written = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "in", list(clients)),
                    ("message_type", "in", ["comment", "email", "email_outgoing"]),
                ]
            )
        )
        for res_id, messages in written.grouped("res_id").items():
            client = clients[res_id]
            if self._name != client._name or client.id not in self._ids:
                messages._keep_without_document(self.sudo().browse(res_id), client)

    @api.model
    def _sales_check_people(self, partner_ids):
        """:raise AccessError: one of these partners is of a client that the user may not see"""
        if self._sales_checks_references():
            people = self.env["res.partner"].browse(self._sales_referred_ids(partner_ids))
            people.exists()._sales_check_readable()

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        self._sales_check_people(partner_ids or [])
        return super().message_subscribe(partner_ids=partner_ids, subtype_ids=subtype_ids)

    def message_post(self, *, partner_ids=None, **kwargs):
        self._sales_check_people(partner_ids or [])
        return super().message_post(partner_ids=partner_ids, **kwargs)

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Whoever gives away what he sees then no longer tells the other of it all the same."""
        # sudo: the right to assign was asked before; core writes the notice
        return super(MailThread, self.sudo())._message_auto_subscribe_notify(partner_ids, template)

    def message_notify(self, *, partner_ids=False, **kwargs):
        self._sales_check_people(partner_ids or [])
        return super().message_notify(partner_ids=partner_ids, **kwargs)
