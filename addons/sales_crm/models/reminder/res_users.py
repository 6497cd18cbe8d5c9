from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models

DAY_START = time(9)  # for those who work by no calendar


class ResUsers(models.Model):
    """When a user is reminded of his work: his own preferences, and his working day."""

    # Beside what a departure loses, another matter
    _inherit = "res.users"

    sales_reminder_minutes = fields.Integer(
        "Remind Me Before",
        default=10,
        help="Minutes before the exact time of an activity. 0: only of what is urgent.",
    )
    sales_digest_mail = fields.Boolean(
        "Plan of the Day by Mail",
        help="A mail with the day's plan, when the working day begins.",
    )

    _sales_reminder_minutes_range = models.Constraint(
        "CHECK (sales_reminder_minutes BETWEEN 0 AND 1440)",
        "A reminder comes at most a day (1440 minutes) before.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "sales_reminder_minutes", "sales_digest_mail"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [*super().SELF_WRITEABLE_FIELDS, "sales_reminder_minutes", "sales_digest_mail"]

    def write(self, vals):
        res = super().write(vals)
        if "sales_reminder_minutes" in vals:
            self.env["sales.reminder"]._plan_changed(self)
        return res

    def _sales_workday_start(self, date):
        """:param date: a day where the user is
        :return: when his working day begins, in UTC, naive; False on a day off, a holiday or a leave
        """
        self.ensure_one()
        timezone = self._sales_timezone()
        calendar, resource = self._sales_calendar(), self._sales_resource()
        if not calendar:
            return self._utc(timezone.localize(datetime.combine(date, DAY_START)))
        first, last = (
            timezone.localize(datetime.combine(day, time.min)) for day in (date, date + timedelta(days=1))
        )
        leaves = [("time_type", "=", "leave"), ("company_id", "in", [False, self.company_id.id])]
        intervals = calendar._work_intervals_batch(
            first, last, resources=resource, domain=leaves, tz=timezone
        )
        starts = [start for start, stop, _meta in intervals[resource.id] if stop > start]
        return self._utc(min(starts)) if starts else False

    @api.model
    def _utc(self, moment):
        return moment.astimezone(pytz.utc).replace(tzinfo=None)
