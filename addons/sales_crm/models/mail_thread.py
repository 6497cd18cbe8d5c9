from odoo import api, models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def write(self, vals):
        """What a manager changes leaves its trace, whatever his request says of tracking."""
        traced = self
        if self._sales_asks_untraced():
            traced = self.with_context(tracking_disable=False, mail_notrack=False)
        return super(MailThread, traced).write(vals)

    @api.model
    def _sales_asks_untraced(self):
        context = self.env.context
        return (
            (context.get("tracking_disable") or context.get("mail_notrack"))
            and self._sales_checks_references()
            and self._sales_is_guarded_document()
        )

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """Who may not see the client is told nothing of him, though he is still a follower."""
        recipients = super()._notify_get_recipients(message, msg_vals=msg_vals, **kwargs)
        if not self or not self._sales_is_guarded_document():
            return recipients
        users = self.env["res.users"].browse({r["uid"] for r in recipients if r["uid"]})
        hidden_from = set(self._sales_hidden_from(users)._ids)
        return [recipient for recipient in recipients if recipient["uid"] not in hidden_from]

    def _sales_hidden_from(self, users):
        """:return: those of ``users`` who may not see each of these documents' clients"""
        # sudo: whose documents these are does not depend on who writes the message
        documents = self.sudo().with_context(active_test=False)

        def sees_all(user):
            guard = self.with_user(user)._sales_guard_domain("read")
            return documents.filtered_domain(guard) == documents

        restricted = users.filtered(self.env["sales.access.rule"]._is_restricted)
        return restricted.filtered(lambda user: not sees_all(user))
