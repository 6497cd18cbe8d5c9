from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError


class MailActivity(models.Model):
    """The last open activity of a client is finished with what comes next.

    Where the company wants it so, there is no other way, by whatever route an activity is closed as done: it
    has a next step, or the client's card says why there is no further contact.
    """

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    # ------------------------------------------------------
    # The client is worked with again
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._resume_contact()
        return activities

    def write(self, vals):
        if "active" in vals and not vals["active"] and vals.get("activity_state_final") != "cancelled":
            self._check_next_step()
        res = super().write(vals)
        if vals.get("active") or {"res_id", "res_model", "res_model_id"} & vals.keys():
            self._resume_contact()
        return res

    def _resume_contact(self):
        # sudo: whose activity it is doesn't depend on who plans it
        self.sudo().filtered("active").client_id._resume_contact()

    # ------------------------------------------------------
    # Finishing the last one
    # ------------------------------------------------------

    def _action_done(self, feedback=False, attachment_ids=None):
        # A type that brings its next activity along does so before the write, which asks again
        self.filtered(lambda a: a.active and a.chaining_type != "trigger")._check_next_step(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def _prepare_next_activity_values(self):
        """Of a type that brings its next activity along: what the server records begins anew with it."""
        values = super()._prepare_next_activity_values()
        return {name: value for name, value in values.items() if name not in self._sales_server_names()}

    def action_finish(self, outcome_id=False, feedback=False, next_step=None, no_further_contact=False):
        """:param str no_further_contact: why nothing comes next; it is kept with the client
        :return: see the method that this extends
        :raise UserError: no client to keep the reason with
        :raise RedirectWarning: it was the client's last open activity, and a next step is required
        """
        reason = (no_further_contact or "").strip()
        self.ensure_one()
        if reason and not next_step and self.active:
            self._end_contact(reason)
        return super().action_finish(outcome_id=outcome_id, feedback=feedback, next_step=next_step)

    def action_finish_last(self, feedback=False):
        """:param str feedback: what the user has typed; the dialog begins with it
        :return: the dialog that asks what comes next, if nothing else is planned with the client; else False
        """
        self.ensure_one()
        self.check_access("read")
        if not self._last_of_clients():
            return False
        action = self.action_sales_finish()
        return {**action, "context": {**action["context"], "default_feedback": feedback or False}}

    def _end_contact(self, reason):
        """Keep with the client why nothing comes next.

        :raise UserError: the activity is about no client, or others are still open
        """
        # sudo: whose activity it is doesn't depend on who finishes it
        client = self.sudo().client_id
        if not client or self._last_of_clients() != self:
            raise UserError(
                self.env._(
                    "Something else is still planned with this client, so the contact doesn't end here."
                )
            )
        self.check_access("write")
        # sudo: who may finish the last activity with a client may say that there is no further contact
        client.no_further_contact_reason = reason

    def _last_of_clients(self):
        """:return: those of these open activities after which nothing is planned with their client"""
        # sudo: what others have planned with the client counts
        opened = self.sudo().filtered(lambda activity: activity.active and activity.client_id)
        if not opened:
            return self.browse()
        others = self.sudo()._read_group(
            [("client_id", "in", opened.client_id.ids), ("active", "=", True), ("id", "not in", opened.ids)],
            ["client_id"],
        )
        busy = {client.id for (client,) in others}
        return opened.filtered(lambda activity: activity.client_id.id not in busy).sudo(self.env.su)

    def _is_next_step_required(self):
        """:return: whether the client's company wants a next step; which company the user works in just now,
        and says so in his request, doesn't matter
        """
        # sudo: whose client it is doesn't depend on who finishes it
        client = self.sudo().client_id
        company = client.company_id or client.user_id.company_id or self.env.user.company_id
        return company.sales_next_step_required

    def _check_next_step(self, feedback=False):
        """:param str feedback: what the user has typed; the dialog begins with it
        :raise RedirectWarning: a client would be left without a next step; it leads to the dialog
        """
        if self.env.su:
            return
        for activity in self._last_of_clients().filtered(lambda one: one._is_next_step_required()):
            # sudo: a client without a next step is not left, whoever closes the last one
            client = activity.sudo().client_id
            if client.no_further_contact_reason:
                continue
            message = self.env._(
                "“%(activity)s” is the last open activity with %(client)s. Plan the next step, or say why "
                "there is no further contact.",
                activity=activity.display_name,
                client=client.display_name,
            )
            raise RedirectWarning(
                message,
                self.env.ref("sales_crm.sales_activity_finish_action").id,
                self.env._("Finish with a Next Step"),
                {"default_activity_id": activity.id, "default_feedback": feedback or False},
            )
