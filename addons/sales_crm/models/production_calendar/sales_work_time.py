from datetime import datetime

from odoo import api, models
from odoo.fields import Domain

from ...tools.production_calendar import HOLIDAY, WORKING
from ...tools.work_time import spans_of


class SalesWorkTime(models.AbstractModel):
    """Holidays and working Saturdays of the company's production calendar, for all who work in it.

    * A holiday is one for everybody of the company, whatever his calendar, from midnight to midnight where he
      is. The same as a public holiday in core is there for core only.
    * A working Saturday is worked as the day that it is worked for: who has no work on that day by his own
      calendar has none on this Saturday. Who works on Saturdays anyway works as usual.
    """

    _inherit = "sales.work.time"

    @api.model
    def _sales_hours_of_days(self, worker, week, days):
        hours = super()._sales_hours_of_days(worker, week, days)
        for day, (kind, as_on) in self.env["sales.calendar.day"]._days_of(worker.company.id).items():
            if day not in hours:
                continue
            if kind == HOLIDAY:
                hours[day] = []
            elif kind == WORKING and not hours[day]:
                hours[day] = self._sales_hours_as_on(as_on, day, week, worker.timezone)
        return hours

    @api.model
    def _sales_hours_as_on(self, as_on, day, week, timezone):
        """:return: the hours of the date ``as_on``, on ``day``"""
        return [
            tuple(timezone.localize(datetime.combine(day, moment.time())) for moment in span)
            for span in spans_of(as_on, week, timezone)
        ]

    @api.model
    def _sales_leaves_domain(self):
        # Core's copy of a holiday begins and ends at the company's midnight, also for who lives elsewhere
        return super()._sales_leaves_domain() & Domain("calendar_day_id", "=", False)
