from odoo import api, models
from odoo.exceptions import UserError

FLOW = "sales_crm.meeting_flow"


class MailActivity(models.Model):
    """A meeting is not carried over, so only the meeting itself ties an activity to it."""

    _inherit = "mail.activity"

    @api.model
    def _meeting_flow(self):
        """:return: context manager, for while a meeting is created"""
        return self._sales_flow(FLOW)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and not self._is_meeting_flow():
            self = self.with_context(default_calendar_event_id=None)  # noqa: PLW0642
        activities = super().create(vals_list)
        if not self.env.su:
            activities._check_meetings(dict.fromkeys(activities.ids, self.env["calendar.event"]))
        return activities

    def write(self, vals):
        if self.env.su or "calendar_event_id" not in vals:
            return super().write(vals)
        # sudo: what it was tied to, whoever changes it
        before = {activity.id: activity.calendar_event_id for activity in self.sudo()}
        res = super().write(vals)
        self._check_meetings(before)
        return res

    @api.model
    def _is_meeting_flow(self):
        return self._sales_in_flow(FLOW)

    def _check_meetings(self, before):
        """:param dict before: activity id -> meeting before the change
        :raise UserError: one of these was tied to a meeting that isn't its own
        """
        # sudo: whose meeting it is doesn't depend on who asks
        for activity in self.sudo().filtered(lambda activity: activity.client_id):
            event = activity.calendar_event_id
            if event and event != before[activity.id] and not activity._is_own_meeting(before[activity.id]):
                raise UserError(
                    self.env._(
                        "“%s” can't be tied to this meeting: a meeting is planned from its own activity, or "
                        "in the calendar. Move the activity to another day instead.",
                        activity.display_name,
                    )
                )

    def _is_own_meeting(self, before):
        """:return: whether its meeting is new, about the same client, and its assignee is there"""
        self.ensure_one()
        event = self.calendar_event_id
        client = event._sales_clients().get(event.id)
        return (
            self._is_meeting_flow()
            and self.activity_category == "meeting"
            and not before
            and client in (None, self.client_id)
            and (event.user_id == self.user_id or self.user_id.partner_id in event.partner_ids)
        )
