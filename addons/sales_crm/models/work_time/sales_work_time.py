from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.date_utils import float_to_time

from ...tools.work_time import (
    EVERY_DAY,
    FIVE_DAYS,
    Span,
    Workdays,
    days_between,
    first_free,
    free_hours,
    spans_of,
)

DAY_START = time(9)  # of those who work by no calendar
SEARCHED = 62  # days in which the next working day is looked for, at least


class Worker(NamedTuple):
    """Who works alike is asked for once.

    :ivar calendar: whose hours count; empty: every day is a working day
    :ivar timezone: in which days are counted
    :ivar company: whose public holidays count
    :ivar resource: who has days off of his own, may be empty
    :ivar own_calendar: what holidays of a calendar are compared with, beside ``calendar``
    """

    calendar: models.BaseModel
    timezone: pytz.BaseTzInfo
    company: models.BaseModel
    resource: models.BaseModel
    own_calendar: models.BaseModel

    def hours_key(self):
        """:return: what two have in common who have the same hours but for days off"""
        return self[:3]

    def holidays_key(self):
        """:return: what two have in common who have the same days but for their own leaves"""
        return (*self[:3], self.own_calendar, self.resource.company_id, bool(self.resource))


class SalesWorkTime(models.AbstractModel):
    """When somebody works, and which day it is there: the one place that answers it for users and companies.

    What calendars say lies in :meth:`_sales_hours`, what is off in :meth:`_sales_leaves`; the answer of both,
    the days of many over a range with the moment at which each begins, is :meth:`_sales_work_starts`, in a
    number of queries that doesn't grow with users, calendars or days. All the others stand on it. What moves
    working days, like the production calendar, extends the questions that the first two ask:
    :meth:`_sales_hours_of_days` and :meth:`_sales_leaves_domain`.

    * The hours are those of the own calendar. Without one, or by a flexible one, the working days are those
      of the company. A company without a calendar works every day; one with a flexible calendar without hours
      works from Monday to Friday.
    * Public holidays are the company's; as in core, one without a company is nobody's who has a resource.
    * A day is a working day if a minute of its hours is not off.
    * A day is counted in the time zone of whom it is asked for, never in the server's.
    """

    _name = "sales.work.time"
    _description = "Working Time"

    # ------------------------------------------------------
    # Who: models that work answer these
    # ------------------------------------------------------

    def _sales_timezone(self):
        """:return: the time zone, of pytz, in which days are counted"""
        raise NotImplementedError

    def _sales_work_company(self):
        """:return: the company whose working days and public holidays count"""
        raise NotImplementedError

    def _sales_resource(self):
        """:return: the resource that carries a calendar and days off, may be empty"""
        return self.env["resource.resource"]

    def _sales_calendar(self):
        """:return: the working calendar, else the company's; empty: every day is a working day"""
        self.ensure_one()
        return self._sales_resource().calendar_id or self._sales_work_company().resource_calendar_id

    def _sales_worker(self):
        """:return: ``Worker``"""
        self.ensure_one()
        company, own = self._sales_work_company(), self._sales_calendar()
        calendar = company.resource_calendar_id if own.flexible_hours else own
        return Worker(calendar, self._sales_timezone(), company, self._sales_resource(), own)

    # ------------------------------------------------------
    # Which day it is
    # ------------------------------------------------------

    def _sales_local(self, moment=None):
        """:param datetime moment: in UTC, naive; now, if not given
        :return: the same moment in the time zone
        """
        return pytz.utc.localize(moment or fields.Datetime.now()).astimezone(self._sales_timezone())

    def _sales_today(self):
        """:return: the day it is there"""
        return self._sales_local().date()

    def _sales_moment(self, day, hour=time.min):
        """:return: when it is ``hour`` o'clock there on ``day``, in UTC, naive"""
        local = self._sales_timezone().localize(datetime.combine(day, hour))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _sales_day_bounds(self, first, last=None):
        """:return: when ``first`` begins there and ``last`` ends (``first`` if not given), in UTC, naive; the
        end is excluded
        """
        return self._sales_moment(first), self._sales_moment((last or first) + timedelta(days=1))

    # ------------------------------------------------------
    # Working days
    # ------------------------------------------------------

    def _sales_work_starts(self, first, last):
        """The working days of these from ``first`` to ``last``. Everything else here stands on it.

        :return: dict record -> dict working day -> moment at which work begins, in its time zone; the days
            in their order
        """
        # sudo: calendars and days off of a colleague decide dates only
        workers = {record: record.sudo()._sales_worker() for record in self}
        hours = self._sales_hours(workers.values(), first, last)
        leaves = self._sales_leaves(workers.values(), first, last)
        alike, found = {}, {}
        for record, worker in workers.items():
            key = worker.holidays_key()
            of_days = hours[worker.hours_key()]
            if key not in alike:
                off = self._sales_times_off(self._sales_holidays_of(worker, leaves))
                alike[key] = off, self._sales_starts(worker, of_days, off)
            off, found[record] = alike[key]
            own = worker.resource and leaves.get(worker.resource)
            if own:
                off = [*off, *self._sales_times_off(own)]
                found[record] = self._sales_starts(worker, of_days, off)
        return found

    @api.model
    def _sales_starts(self, worker, of_days, off):
        """:return: dict working day -> moment, as :meth:`_sales_work_starts`"""
        local = [[moment.astimezone(worker.timezone).date() for moment in times] for times in off]
        starts = {}
        for day, hours in of_days.items():
            touching = [times for times, (begin, end) in zip(off, local, strict=True) if begin <= day <= end]
            start = first_free(hours, touching)
            if start:
                starts[day] = start.astimezone(worker.timezone)
        return starts

    @api.model
    def _sales_hours(self, workers, first, last):
        """When these work by their calendars, were there no days off.

        :return: dict ``Worker.hours_key()`` -> dict day -> list of (begin, end); days without work may lack
        """
        weeks = self._sales_weeks(workers)
        days = days_between(first, last)
        found = {}
        for worker in workers:
            key = worker.hours_key()
            if key not in found:
                found[key] = self._sales_hours_of_days(worker, weeks[worker.calendar], days)
        return found

    @api.model
    def _sales_hours_of_days(self, worker, week, days):
        """:param list week: of ``Span``, the hours of the worker's calendar
        :param list days: dates, in their order
        :return: dict day -> list of (begin, end), the days in their order
        """
        return {day: spans_of(day, week, worker.timezone) for day in days}

    @api.model
    def _sales_weeks(self, workers):
        """:return: dict calendar -> list of ``Span``, its hours of a week; in one query"""
        # sudo: a colleague's hours decide dates only
        calendars = self.env["resource.calendar"].sudo().union(*(worker.calendar for worker in workers))
        weeks = {calendar: [] for calendar in calendars}
        for line in (
            self.env["resource.calendar.attendance"]
            .sudo()
            .search_fetch(
                [
                    ("calendar_id", "in", calendars.ids),
                    ("display_type", "=", False),
                    ("day_period", "!=", "lunch"),
                ],
                ["calendar_id", "dayofweek", "hour_from", "hour_to", "week_type"],
            )
        ):
            week = int(line.week_type) if line.calendar_id.two_weeks_calendar else None
            begin, end = float_to_time(line.hour_from), float_to_time(line.hour_to)
            weeks[line.calendar_id].append(Span(int(line.dayofweek), begin, end, week))
        for calendar in calendars:
            if calendar.flexible_hours and not weeks[calendar]:
                weeks[calendar] = FIVE_DAYS
        return {calendars.browse(): EVERY_DAY, **weeks}

    @api.model
    def _sales_leaves(self, workers, first, last):
        """:return: dict resource -> its days off, and empty -> public holidays; in one query"""
        # sudo: a colleague's days off decide dates only
        resources = self.env["resource.resource"].sudo().union(*(worker.resource for worker in workers))
        # Any time zone is less than a day away
        begin = datetime.combine(first, time.min) - timedelta(days=1)
        end = datetime.combine(last, time.max) + timedelta(days=1)
        return (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                self._sales_leaves_domain()
                & Domain("resource_id", "in", [False, *resources.ids])
                & Domain("date_from", "<=", end)
                & Domain("date_to", ">=", begin),
                ["resource_id", "calendar_id", "company_id", "date_from", "date_to"],
            )
            .grouped("resource_id")
        )

    @api.model
    def _sales_leaves_domain(self):
        """:return: domain of what takes hours off"""
        return Domain("time_type", "=", "leave")

    @api.model
    def _sales_holidays_of(self, worker, leaves):
        """:return: those of ``leaves`` (see :meth:`_sales_leaves`) that are public holidays of ``worker``"""
        none = self.env["res.company"]
        companies = {worker.company} if worker.resource else {worker.company, none}
        if worker.resource and worker.resource.company_id != worker.company:
            companies = {worker.resource.company_id or none} & {worker.company, none}
        calendars = {worker.calendar, worker.own_calendar, self.env["resource.calendar"]}
        common = leaves.get(self.env["resource.resource"], self.env["resource.calendar.leaves"])
        return common.filtered(lambda leave: leave.company_id in companies and leave.calendar_id in calendars)

    @api.model
    def _sales_times_off(self, leaves):
        return [(pytz.utc.localize(leave.date_from), pytz.utc.localize(leave.date_to)) for leave in leaves]

    def _sales_workdays(self, first, last):
        """:return: dict record -> ``Workdays`` from ``first`` to ``last``"""
        found = self._sales_work_starts(first, last)
        return {record: Workdays(list(starts), first) for record, starts in found.items()}

    def _sales_is_workday(self, day):
        """:return: whether this one works on ``day``"""
        self.ensure_one()
        return day in self._sales_workdays(day, day)[self]

    def _sales_next_workdays(self, after=None, number=1):
        """:param after: the day after which; today where each is, if not given
        :return: dict record -> the ``number``-th working day after it; where none is known in two months,
            as many days later
        """
        if not self:
            return {}
        days = {record: after or record._sales_today() for record in self}
        reach = timedelta(days=max(SEARCHED, number * 3 + 40))
        workdays = self._sales_workdays(min(days.values()), max(days.values()) + reach)
        found = {}
        for record, day in days.items():
            later = [one for one in workdays[record].days if one > day]
            found[record] = later[number - 1] if len(later) >= number else day + timedelta(days=number)
        return found

    def _sales_next_workday(self, after=None, number=1):
        """:return: the working day of this one, see :meth:`_sales_next_workdays`"""
        self.ensure_one()
        return self._sales_next_workdays(after, number)[self]

    def _sales_previous_workdays(self, before):
        """:param dict before: record -> day
        :return: dict record -> the last working day before it; False where none is known in two months
        """
        if not self:
            return {}
        first = min(before.values()) - timedelta(days=SEARCHED)
        workdays = self._sales_workdays(first, max(before.values()))
        return {
            record: max((day for day in workdays[record].days if day < before[record]), default=False)
            for record in self
        }

    def _sales_workdays_back(self, count):
        """The last working days, from today backwards.

        :param int count: the greatest index that will be asked for
        :return: dict record -> list of the moments (UTC, naive) at which these days began, today first if it
            is one
        """
        if not self:
            return {}
        todays = {record: record._sales_today() for record in self}
        first = min(todays.values()) - timedelta(days=count * 3 + 40)
        workdays = self._sales_workdays(first, max(todays.values()))
        return {
            record: [
                record._sales_moment(day)
                for day in [one for one in reversed(workdays[record].days) if one <= today][: count + 1]
            ]
            for record, today in todays.items()
        }

    def _sales_workdays_begun(self, moment=None):
        """Whose working day has begun, and which day it is there.

        :param datetime moment: in UTC, naive; now, if not given
        :return: dict record -> local date; who has a day off, a holiday or a leave, or whose day has not
            begun yet, is not in it
        """
        if not self:
            return {}
        local = {record: record._sales_local(moment) for record in self}
        days = {record: now.date() for record, now in local.items()}
        starts = self._sales_work_starts(min(days.values()), max(days.values()))
        return {
            record: day
            for record, day in days.items()
            if day in starts[record] and starts[record][day] <= local[record]
        }

    def _sales_hours_left(self, moment=None):
        """How much of the working day is left; in a number of queries that doesn't grow.

        :param datetime moment: in UTC, naive; now, if not given
        :return: dict record -> hours; False where the day is no working day, or nobody knows its hours
        """
        if not self:
            return {}
        local = {record: record._sales_local(moment) for record in self}
        days = {record: now.date() for record, now in local.items()}
        first, last = min(days.values()), max(days.values())
        # sudo: calendars and days off of a colleague decide hours only
        workers = {record: record.sudo()._sales_worker() for record in self}
        hours = self._sales_hours(workers.values(), first, last)
        leaves = self._sales_leaves(workers.values(), first, last)
        left = {}
        for record, worker in workers.items():
            spans = hours[worker.hours_key()].get(days[record], ())
            own = leaves.get(worker.resource) if worker.resource else None
            off = self._sales_times_off(self._sales_holidays_of(worker, leaves))
            off += self._sales_times_off(own) if own else []
            if worker.calendar and free_hours(spans, off):
                left[record] = free_hours(spans, off, local[record])
            else:
                left[record] = False
        return left

    def _sales_workday_start(self, day):
        """:param day: a day where this one is
        :return: when the working day begins, in UTC, naive; False on a day off, a holiday or a leave
        """
        self.ensure_one()
        start = self._sales_work_starts(day, day)[self].get(day)
        if start and not self._sales_calendar():
            return self._sales_moment(day, DAY_START)
        return start.astimezone(pytz.utc).replace(tzinfo=None) if start else False

    def _sales_has_hours(self, begin, end):
        """:param begin, end: UTC times, naive
        :return: whether there is work in between, were there no days off
        """
        self.ensure_one()
        worker = self._sales_worker()
        begin, end = pytz.utc.localize(begin), pytz.utc.localize(end)
        first, last = (moment.astimezone(worker.timezone).date() for moment in (begin, end))
        of_days = self._sales_hours([worker], first, last)[worker.hours_key()]
        spans = (span for hours in of_days.values() for span in hours)
        return any(max(start, begin) < min(stop, end) for start, stop in spans)

    def _sales_quick_dates(self, today=None):
        """:return: dict name of a choice -> its ``date`` as a string, and whether it is a working day"""
        self.ensure_one()
        today = today or self._sales_today()
        workdays = self._sales_workdays(today + timedelta(days=1), today + timedelta(days=31))[self]
        choices = {
            "tomorrow": today + timedelta(days=1),
            "in_2_days": today + timedelta(days=2),
            "in_3_workdays": workdays.days[2] if len(workdays.days) > 2 else today + timedelta(days=3),
            "next_monday": today + timedelta(days=7 - today.weekday()),
            "next_week": today + timedelta(days=7),
        }
        return {
            name: {"date": fields.Date.to_string(day), "working": day in workdays}
            for name, day in choices.items()
        }
