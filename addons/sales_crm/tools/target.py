"""Targets and facts of a period: days and arithmetic, without a database."""

from bisect import bisect_right
from datetime import date
from math import ceil, floor
from typing import NamedTuple

from .months import month_end, month_of, next_month, period_before, year_before


class Period(NamedTuple):
    """From ``first`` to ``last``, both included, as it looks on the day ``today``."""

    first: date
    last: date
    today: date

    @property
    def is_over(self):
        return self.today >= self.last

    @property
    def whole_months(self):
        """:return: the first day of its first month, the last day of its last one"""
        return month_of(self.first), month_end(self.last)

    @property
    def months(self):
        """:return: list of the first days of the months that it touches"""
        found = [month_of(self.first)]
        while next_month(found[-1]) <= self.last:
            found.append(next_month(found[-1]))
        return found

    @property
    def before(self):
        """:return: first and last day of the same period of last year"""
        return period_before(self.first, self.last)


class Workdays(NamedTuple):
    """The working days of a person, or of a company.

    :ivar days: sorted list of those in the whole months of the period
    :ivar before: sorted list of those in the period of last year
    """

    days: list
    before: list

    def inside(self, first, last):
        """:return: how many lie between ``first`` and ``last``, both included"""
        return max(bisect_right(self.days, last) - bisect_right(self.days, first) + (first in self.days), 0)

    def total(self, period):
        return self.inside(period.first, period.last)

    def gone(self, period):
        """:return: how many of the period have begun; today is one of them, if it is one"""
        return self.inside(period.first, min(period.last, period.today))

    def share(self, period, month):
        """:return: which part of ``month`` lies in the period, by working days; a month without any is
        counted by its days
        """
        first, last = max(month, period.first), min(month_end(month), period.last)
        whole = self.inside(month, month_end(month))
        if whole:
            return self.inside(first, last) / whole
        return ((last - first).days + 1) / month_end(month).day

    def same_day(self, period):
        """:return: up to which day of last year as many working days had gone as now, None for none at all"""
        _first, last = period.before
        total, gone = self.total(period), self.gone(period)
        if period.today < period.first:
            return None
        if period.is_over or (total and gone == total):
            return last
        if not total:
            return min(year_before(period.today), last)
        if not gone:
            return None
        return self.before[gone - 1] if gone < len(self.before) else last


def forecast(fact, days, gone, deals):
    """:return: the fact with the larger of what the remaining days bring at the speed of those gone, and of
    what the open ``deals`` are expected to bring
    """
    return fact + max(fact / gone * (days - gone) if gone else 0, deals)


def percent(fact, target):
    """:return: 85.0 for 85 %, None without a target"""
    return round(fact * 100 / target, 2) if target else None


def growth(fact, before):
    """:return: 30.0 for 30 % more than ``before``, None where there is nothing to compare with"""
    return round((fact / before - 1) * 100, 2) if before > 0 else None


def deals_for(amount, average):
    """:return: how many deals of the ``average`` amount make up ``amount``, rounded up; None without one"""
    return ceil(round(amount / average, 6)) if average and average > 0 else None


def is_newcomer(own, season):
    """:param dict own: month -> what he has sold
    :param dict season: month -> what the company has sold
    :return: whether the company sold before he began
    """
    first = min((month for month, amount in own.items() if amount), default=None)
    earlier = min((month for month, amount in season.items() if amount), default=first)
    return first is not None and earlier < first


def filled(own, season):
    """What somebody would have sold in a whole year, who began in the middle of it.

    The months before he began, and the one in which he did, are the company's, in the proportion of all he
    has sold since to what the company has.

    :param dict own: month -> what he has sold
    :param dict season: month -> what the company has sold
    :return: dict month -> amount
    """
    if not is_newcomer(own, season):
        return own
    first = min(month for month, amount in own.items() if amount)
    since = [month for month in season if month > first] or [first]
    base = sum(season[month] for month in since)
    part = sum(own.get(month, 0) for month in since) / base if base > 0 else 0
    return {**own, **{month: season[month] * part for month in season if month <= first and part > 0}}


def rounded(amounts, step):
    """:param amounts: list
    :param step: 1000: to thousands; 0: to cents
    :return: list of amounts, none below 0, each a multiple of ``step``, whose sum is as near as that to the
        sum of the given ones
    """
    step = step or 0.01
    found, exact, given = [], 0, 0
    for amount in amounts:
        exact += max(amount, 0)
        steps = floor(exact / step + 0.5 + 1e-9)
        found.append(round((steps - given) * step, 2))
        given = steps
    return found
