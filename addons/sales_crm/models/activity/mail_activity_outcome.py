from odoo import models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain


class MailActivity(models.Model):
    """Where the type says so, an activity is done only with an outcome, by whatever route it is closed."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        self.filtered("active")._check_outcome(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def write(self, vals):
        closes = "active" in vals and not vals["active"]
        opened = self.filtered("active") if closes else self.browse()
        res = super().write(vals)
        opened._check_outcome()
        if "outcome_id" in vals and not vals["outcome_id"]:
            (self - opened)._check_outcome_kept()
        return res

    def _without_outcome(self):
        """:return: those of these that would be, or are, done without the outcome that their type asks for;
        where no outcome may be chosen, none is missing
        """
        # sudo: types, outcomes and how an activity ended, whoever asks
        lacking = self.sudo().filtered(
            lambda activity: (
                activity.activity_type_id.outcome_required
                and not activity.outcome_id
                and activity.activity_state_final != "cancelled"
            )
        )
        if not lacking:
            return self.browse()
        outcomes = lacking.env["sales.activity.outcome"].search(Domain.TRUE)
        return lacking.filtered(lambda activity: outcomes._that_fit(activity.activity_type_id)).sudo(
            self.env.su
        )

    def _check_outcome(self, feedback=False):
        """:param str feedback: what the user has typed; the dialog begins with it
        :raise RedirectWarning: an outcome is missing; it leads to the dialog
        """
        if self.env.su:
            return
        for activity in self._without_outcome():
            raise RedirectWarning(
                activity._missing_outcome(),
                self.env.ref("sales_crm.sales_activity_finish_action").id,
                self.env._("Finish with an Outcome"),
                {"default_activity_id": activity.id, "default_feedback": feedback or False},
            )

    def _check_outcome_kept(self):
        """:raise UserError: the outcome was taken away from work that is done already"""
        if self.env.su:
            return
        for activity in self.filtered(lambda activity: not activity.active)._without_outcome():
            raise UserError(activity._missing_outcome())

    def _missing_outcome(self):
        self.ensure_one()
        return self.env._(
            "Say what came of “%(activity)s”: the type “%(type)s” asks for an outcome.",
            activity=self.display_name,
            # sudo: types have names only
            type=self.activity_type_id.sudo().display_name,
        )
