"""Working days and the hours in which they begin: arithmetic, without a database."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from math import ceil, floor
from typing import NamedTuple

# What is left of a day after a leave "until 23:59:59" is no work
LEAST = timedelta(minutes=1)


class Span(NamedTuple):
    """Some hours of each week, or of every second one.

    :ivar weekday: 0 is Monday
    :ivar week: 0 or 1, as core counts weeks; None: each
    """

    weekday: int
    begin: time
    end: time
    week: int | None = None


EVERY_DAY = [Span(weekday, time.min, time.max) for weekday in range(7)]
FIVE_DAYS = [Span(weekday, time(9), time(18)) for weekday in range(5)]


def days_between(first, last):
    """:return: list of the dates from ``first`` to ``last``, both included"""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def spans_of(day, week, timezone):
    """:param week: list of ``Span``
    :return: list of (begin, end) of the work on ``day``, moments in ``timezone``
    """
    parity = floor((day.toordinal() - 1) / 7) % 2  # as core counts weeks
    return sorted(
        (
            timezone.localize(datetime.combine(day, span.begin)),
            timezone.localize(datetime.combine(day, span.end)),
        )
        for span in week
        if span.weekday == day.weekday() and span.week in (None, parity)
    )


def first_free(spans, away):
    """:param spans: sorted list of (begin, end) of work
    :param away: list of (begin, end) of days off
    :return: the first moment of work that is not off, None without one
    """
    away = sorted(away)
    for begin, end in spans:
        for off, back in away:
            if off < begin + LEAST and begin < back:
                begin = back
        if end - begin >= LEAST:
            return begin
    return None


def free_hours(spans, away, since=None):
    """:param spans: sorted list of (begin, end) of work
    :param away: list of (begin, end) of days off
    :param since: a moment; only what comes after it
    :return: hours of work that are not off, rounded to minutes
    """
    total = timedelta()
    for begin, end in spans:
        at = max(begin, since) if since else begin
        for off, back in sorted(away):
            if off < end and back > at:
                total += max(off - at, timedelta())
                at = max(at, back)
        total += max(end - at, timedelta())
    return round(total / timedelta(minutes=1)) / 60


class Workdays:
    """The working days of somebody, known from ``start`` on; outside, five days of seven are counted.

    :param days: sorted list of dates
    :param start: the first day that is known
    """

    def __init__(self, days, start):
        self.days = days
        self.start = start

    def __contains__(self, day: date):
        position = bisect_left(self.days, day)
        return position < len(self.days) and self.days[position] == day

    def on_or_after(self, day):
        """:return: the first working day from ``day`` on; ``day`` itself where no working day is known"""
        position = bisect_left(self.days, day)
        return self.days[position] if position < len(self.days) else day

    def after(self, day, count):
        """:return: the working day that is ``count`` working days after ``day``; what is before all known
        days is counted roughly, and so is what is beyond them
        """
        if day < self.start:
            unknown = (self.start - day).days * 5 // 7
            if unknown >= count:
                return day + timedelta(days=count * 7 // 5)
            day, count = self.start - timedelta(days=1), count - unknown
        position = bisect_right(self.days, day) + count - 1
        if position < len(self.days):
            return self.days[position]
        last = max(self.days[-1], day) if self.days else day
        left = position - len(self.days) + 1
        return last + timedelta(days=ceil(left * 7 / 5))

    def count(self, first, last):
        """:return: how many working days lie after ``first``, until ``last``"""
        return bisect_right(self.days, last) - bisect_right(self.days, first)
