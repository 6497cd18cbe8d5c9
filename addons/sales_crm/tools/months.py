"""Months, and the same days of the year before: whoever compares with it asks here."""

from calendar import monthrange
from datetime import date


def month_of(day):
    """:return: the first day of the month of ``day``"""
    return day.replace(day=1)


def month_end(day):
    """:return: the last day of the month of ``day``"""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month(month):
    """:return: the first day of the month after the one of ``month``"""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def year_before(day):
    """:return: the same day of last year; of 29 February the 28th"""
    last = monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))


def period_before(first, last):
    """:return: first and last day of the period of last year that ``first`` to ``last`` is compared with

    Whole months are compared with whole months: what begins on the first day of a month and ends on the last
    day of one does so in the year before, so that a February to its 28th is compared with one to its 29th.
    """
    before = year_before(last)
    whole = first.day == 1 and last == month_end(last)
    return year_before(first), month_end(before) if whole else before
