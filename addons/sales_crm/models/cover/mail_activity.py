from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date


class MailActivity(models.Model):
    """Whoever an activity is assigned to has to see its client, or it would be lost."""

    # Beside the trace of an activity, which is long enough by itself
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
            self._check_seen_by_assignee()
        return res

    def _check_seen_by_assignee(self):
        """:raise UserError: work was given to somebody who may not see its client, so nobody would do it"""
        if self.env.su:
            return  # the server's own work, like the morning run or a hand-over, tells of itself
        # sudo: who may see the client is asked for the refusal only
        opened = self.sudo().filtered(lambda activity: activity.active and activity.client_id)
        for user, activities in opened.grouped("user_id").items():
            hidden = self.env["sales.access.rule"]._hidden_from(user, activities.client_id)
            if hidden:
                raise UserError(
                    self.env._(
                        "%(user)s may not see “%(client)s”, so nobody would do it. The head of sales gives "
                        "it to him by “Give to Another Manager”, which also lets him see the client.",
                        user=user.name,
                        client=hidden[0].display_name,
                    )
                )

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
                f"{activity.display_name} ({format_date(self.env, activity.date_deadline)})"
                for activity in self
            ),
            user=user.name,
        )

    def _given_back_body(self):
        """:return: Markup with a line for each of these activities"""
        rows = [
            Markup("<li>%s, %s</li>") % (activity.display_name, format_date(self.env, activity.date_deadline))
            for activity in self
        ]
        return Markup("<ul>%s</ul>") % Markup("").join(rows)
