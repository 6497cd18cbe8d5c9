import pytz

from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_has_hours(self, begin, end):
        """:param begin, end: UTC times
        :return: whether the user works in between, were there no days off
        """
        self.ensure_one()
        calendar, timezone, resource = self._sales_calendar(), self._sales_timezone(), self._sales_resource()
        if begin >= end or not calendar:
            return begin < end
        hours = calendar._attendance_intervals_batch(
            pytz.utc.localize(begin), pytz.utc.localize(end), resources=resource, tz=timezone
        )
        return any(last > first for first, last, _meta in hours[resource.id])
