from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_workdays_back(self, count):
        """The last working days of these users, from today backwards.

        :param int count: the greatest index that will be asked for
        :return: dict user -> list of the moments (UTC, naive) at which these days began, today first if
            it is one; users with one calendar, time zone and company are asked for together
        """
        now = pytz.utc.localize(fields.Datetime.now())
        span = timedelta(days=count * 3 + 40)
        found, groups = {}, {}
        for user in self:
            key = (user._sales_calendar(), user._sales_timezone(), user.company_id)
            groups.setdefault(key, []).append(user)
        for (calendar, timezone, company), users in groups.items():
            today = now.astimezone(timezone).date()
            if not calendar:
                days = [today - timedelta(days=number) for number in range(count + 1)]
                found.update((user, self._sales_day_starts(timezone, days)) for user in users)
                continue
            resources = self.env["resource.resource"].union(*(user._sales_resource() for user in users))
            intervals = calendar._work_intervals_batch(
                timezone.localize(datetime.combine(today - span, time.min)),
                timezone.localize(datetime.combine(today + timedelta(days=1), time.min)),
                resources=resources,
                domain=[("time_type", "=", "leave"), ("company_id", "in", [False, company.id])],
                tz=timezone,
            )
            for user in users:
                work = intervals[user._sales_resource().id]
                days = sorted({begin.date() for begin, end, _meta in work if end > begin}, reverse=True)
                found[user] = self._sales_day_starts(timezone, days[: count + 1])
        return found

    @api.model
    def _sales_day_starts(self, timezone, days):
        return [
            timezone.localize(datetime.combine(day, time.min)).astimezone(pytz.utc).replace(tzinfo=None)
            for day in days
        ]
