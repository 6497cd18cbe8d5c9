import pytz

from odoo import api, models


class CalendarEvent(models.Model):
    """The activity of a meeting has a day of its assignee, whoever plans or moves the meeting."""

    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        """Meetings of organisers who live in one time zone are created together."""
        together = {}
        for position, vals in enumerate(vals_list):
            together.setdefault(self._sales_zone_of_organiser(vals), []).append(position)
        created = {}
        for zone, positions in together.items():
            there = self.with_context(sales_meeting_zone=zone)
            events = super(CalendarEvent, there).create([vals_list[position] for position in positions])
            created.update(zip(positions, events.ids, strict=True))
        return self.browse([created[position] for position in range(len(vals_list))])

    def _sales_zone_of_organiser(self, vals):
        default = self.env.context.get("default_user_id", self.env.uid)
        user = self.env["res.users"].browse(vals.get("user_id", default) or [])
        return user._sales_timezone().zone if user else None

    @api.model
    def _get_activity_deadline_from_start(self, start, allday):
        zone = self.env.context.get("sales_meeting_zone")
        if zone:
            self = self.with_context(tz=zone)  # noqa: PLW0642
        return super()._get_activity_deadline_from_start(start, allday)

    def _sync_activities(self, fields):
        """The day is written for each assignee; core would write the caller's."""
        super()._sync_activities([name for name in fields if name != "start"])
        if "start" not in fields or self.env.context.get("mail_activity_meeting_update"):
            return
        for event in self:
            for user, activities in event.activity_ids.grouped("user_id").items():
                zone = user._sales_timezone().zone if user else None
                activities.date_deadline = event.with_context(
                    sales_meeting_zone=zone
                )._get_activity_deadline_from_start(event.start, event.allday)

    def _sales_move_to(self, day, user):
        """Move these meetings to another day of ``user``, at the same hour there.

        :param user: the assignee of the activity, may be empty
        """
        zone = user._sales_timezone() if user else pytz.utc
        for event in self.with_context(mail_activity_meeting_update=True):
            if event.allday:
                shift = day - event.start_date
            else:
                shift = day - pytz.utc.localize(event.start).astimezone(zone).date()
            if shift:
                event.start += shift
