"""When regular work is due, and on which day there is room for it.

Nothing but arithmetic on dates, so that the morning run and the preview give the same answer.
"""

from collections import Counter
from datetime import timedelta
from math import ceil
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

# Days a year or so ahead in which room is looked for
HORIZON = 400
# Working days of a month, for spreading clients over it
MONTH_WORKDAYS = 20


def phase(client_id, slots):
    """:return: 0 … slots - 1, always the same for a client, evenly spread over many"""
    return ((client_id * 2654435761) % 2**32 >> 8) % slots


class Rhythm(NamedTuple):
    """Every ``number`` working days, weeks or months; on ``weekday`` (0 is Monday), if that is given.

    Working days are counted from the day on which the last occurrence was closed: whoever called three
    days late calls again the full distance later. Weeks and months are counted from the anchor, the first
    date of the client: they keep their weekday or day of the month, however late one occurrence was.
    """

    unit: str
    number: int
    weekday: int | None
    spread: bool

    def fit(self, day, workdays):
        """:return: the day on which something that is due on ``day`` can be done, not earlier"""
        return workdays.on_or_after(self._on_weekday(day))

    def first(self, client_id, start, workdays):
        """:return: (anchor, due date) of a client, from ``start`` on"""
        shift = phase(client_id, self._slots()) if self.spread else 0
        if self.weekday is not None:
            anchor = self._on_weekday(start) + timedelta(days=7 * shift)
        else:
            anchor = workdays.on_or_after(start)
            anchor = workdays.after(anchor, shift) if shift else anchor
        return anchor, self.fit(anchor, workdays)

    def following(self, anchor, closed, workdays):
        """:param closed: the day on which the last occurrence was closed
        :return: the next due date, after ``closed``
        """
        if self.unit == "workday":
            return self.fit(workdays.after(closed, self.number), workdays)
        return self._in_rhythm(anchor, closed, workdays)

    def resumed(self, anchor, due, until, workdays):
        """:param due: a due date that a pause has swallowed
        :param until: the last day of the pause
        :return: the due date after the pause, in the rhythm that the client had before it
        """
        if self.unit == "workday":
            times = workdays.count(due, until) // self.number + 1
            resumed = workdays.after(due, times * self.number)
            return self.fit(resumed if resumed > until else workdays.after(until, 1), workdays)
        return self._in_rhythm(anchor, until, workdays)

    def done_early(self, anchor, due, closed, workdays):
        """:param due: the next due date
        :param closed: a day on which the same was done without having been asked for
        :return: the due date after that; ``due`` if it was done too long before to count for it
        """
        if self.unit == "workday":
            return max(due, self.following(anchor, closed, workdays))
        if (due - closed).days > self.reach() / 2:
            return due
        return self.following(anchor, max(due, closed), workdays)

    def _in_rhythm(self, anchor, after, workdays):
        """:return: the first date after ``after`` that is a whole number of intervals from the anchor"""
        days = (after - anchor).days
        times = max(days // (7 * self.number if self.unit == "week" else 31 * self.number), 0)
        while True:
            day = self.fit(self._times(anchor, times), workdays)
            if day > after:
                return day
            times += 1

    def _times(self, anchor, times):
        if self.unit == "week":
            return anchor + timedelta(days=7 * self.number * times)
        day = anchor + relativedelta(months=self.number * times)
        # Once in each month, also where the weekday comes no more after the 29th
        return day if self._on_weekday(day).month == day.month else day - timedelta(days=7)

    def _on_weekday(self, day):
        if self.weekday is None:
            return day
        return day + timedelta(days=(self.weekday - day.weekday()) % 7)

    def _slots(self):
        """:return: over how many days, or weeks with a weekday, clients are spread"""
        if self.weekday is None:
            return self.workdays()
        weeks = {"workday": ceil(self.number / 5), "week": self.number, "month": 4 * self.number}
        return weeks[self.unit]

    def workdays(self):
        """:return: about how many working days one interval is long"""
        return self.number * {"workday": 1, "week": 5, "month": MONTH_WORKDAYS}[self.unit]

    def reach(self):
        """:return: about how many days one interval is long"""
        return self.number * {"workday": 1.4, "week": 7, "month": 31}[self.unit]


class Room:
    """How much a manager has to do on each day, and where something still fits.

    :param int capacity: so many on one day; 0: no limit
    :param loads: dict day -> how many there are
    """

    def __init__(self, capacity, loads=None):
        self.capacity = capacity
        self.loads = Counter(loads or {})

    def has(self, day):
        return not self.capacity or self.loads[day] < self.capacity

    def take(self, day):
        self.loads[day] += 1
        return day

    def find(self, day, workdays):
        """:return: the first working day with room, from ``day`` on; ``day`` itself where there is none"""
        limit = day + timedelta(days=HORIZON)
        found = workdays.on_or_after(day)
        while not self.has(found):
            following = workdays.after(found, 1)
            if following > limit:
                return day
            found = following
        return found
