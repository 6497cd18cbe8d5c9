from odoo import api, models


class CalendarEvent(models.Model):
    """A meeting that is made from an activity, or makes one, ties it to itself."""

    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["mail.activity"]._meeting_flow():
            return super().create(vals_list)
