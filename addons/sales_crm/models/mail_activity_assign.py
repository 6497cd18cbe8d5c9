from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date


class SalesAccessRule(models.Model):
    """Work with a client that is given to who may not see the client would be lost to him."""

    # Beside the rules themselves, which are long enough
    _inherit = "sales.access.rule"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _hidden_from(self, user, clients):
        """:return: those of ``clients`` that ``user`` may not see today"""
        # sudo: somebody else's access is what is asked for
        user, clients = user.sudo(), clients.sudo()
        others = clients.filtered(lambda client: client.client_id and client.user_id != user)
        if not user or not others or not self._is_restricted(user):
            return clients.browse().sudo(False)
        return (others - others.filtered_domain(self._granted_clients("read", user))).sudo(False)

    @api.model
    def _hidden_warning(self, user, client):
        """:return: the warning of an onchange, empty if ``user`` sees the client"""
        if not self._hidden_from(user, client):
            return {}
        return {
            "warning": {
                "title": self.env._("He doesn't see this client"),
                "message": self.env._(
                    "%(user)s may not see %(client)s, and what is assigned to him there neither. "
                    "Assign it to the client's manager, or let %(user)s see the client first: "
                    "by a cover or an access rule.",
                    user=user.name,
                    client=client.display_name,
                ),
            }
        }


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.onchange("user_id", "client_id", "plan_client_id")
    def _onchange_hidden_from_assignee(self):
        client = self.client_id or self.plan_client_id
        return self.env["sales.access.rule"]._hidden_warning(self.user_id, client)

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._note_hidden_from_assignee()
        return activities

    def write(self, vals):
        res = super().write(vals)
        if vals.get("user_id"):
            self._note_hidden_from_assignee()
        return res

    def _note_hidden_from_assignee(self):
        """Leave a note with the clients whose activities were assigned to who may not see the client."""
        if self.env.su:
            return  # the server's own work, like the morning run or a hand-over, tells of itself
        # sudo: who plans for a client may leave a note with him
        opened = self.sudo().filtered(lambda activity: activity.active and activity.client_id)
        for user, activities in opened.grouped("user_id").items():
            hidden = self.env["sales.access.rule"]._hidden_from(user, activities.client_id).sudo()
            bodies = {
                client.id: activities.filtered_domain(Domain("client_id", "=", client.id))._hidden_note(user)
                for client in hidden
            }
            hidden._message_log_batch(bodies=bodies)

    def _hidden_note(self, user):
        """:return: text of the note with the client of these activities"""
        return self.env._(
            "%(activities)s: assigned to %(user)s, who may not see this client. If that doesn't change, "
            "the client's manager gets it next morning.",
            activities=", ".join(
                f"{activity.display_name} ({format_date(self.env, activity.date_deadline)})" for activity in self
            ),
            user=user.name,
        )
