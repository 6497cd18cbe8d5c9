from odoo import models


class CalendarRecurrence(models.Model):
    _inherit = "calendar.recurrence"

    _sales_guard_path = "base_event_id"
