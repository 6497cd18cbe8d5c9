from odoo import models

from ...tools.server_only import SERVER_ONLY


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    _sales_guard_path = "event_id"

    _partner_idx = models.Index("(partner_id)")

    def _unsubscribe_partner(self):
        """A hand-over moves the followers itself, of all meetings at once."""
        attendees = self.browse() if self.env.context.get("sales_handover") is SERVER_ONLY else self
        return super(CalendarAttendee, attendees)._unsubscribe_partner()
