"""The days that the example company looks back on, relative to the day of loading."""

from bisect import bisect_right
from datetime import datetime, time, timedelta

import pytz

from odoo import fields


class Days:
    """Today and the working days before it, in the managers' time zone.

    :ivar today: the day of loading
    :ivar past: working days before it, the last one at the end
    """

    def __init__(self, timezone, count, company=None):
        """:param int count: how many working days of the past are wanted
        :param company: whose working days they are; without, those from Monday to Friday
        """
        self.timezone = pytz.timezone(timezone)
        self.today = pytz.utc.localize(fields.Datetime.now()).astimezone(self.timezone).date()
        days = [self.today - timedelta(days=n) for n in range(2 * count + 14, 0, -1)]
        if company:
            works = company._sales_workdays(days[0], days[-1])[company]
        else:
            works = {day for day in days if day.weekday() < 5}
        self.past = [day for day in days if day in works][-count:]

    def index_of(self, day):
        """:return: which working day of the past ``day`` is, or the last one before it"""
        return max(bisect_right(self.past, day) - 1, 0)

    def ago(self, day):
        """:return: how many days ago ``day`` was"""
        return (self.today - day).days

    def moment(self, day, minutes):
        """:param int minutes: since 9 o'clock, when the working day begins
        :return: the moment in UTC, naive as Odoo stores it
        """
        local = self.timezone.localize(datetime.combine(day, time(9)) + timedelta(minutes=minutes))
        return local.astimezone(pytz.utc).replace(tzinfo=None)
