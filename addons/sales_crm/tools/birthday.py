"""Birthdays, of which the year is often not known. Pure Python.

A birthday is a date; the year 1904 says that its year is not known. So the 29th of February can be told
without a year, and whatever reads and writes dates (import, export, merge, RPC) needs to know nothing of it.
"""

import re
from datetime import date, timedelta

from .normalise import month_of, parse_date, squeeze

YEAR_UNKNOWN = 1904


def parse_birthday(text, today, month_first=False):
    """:param text: 25.04, 25.04.1980, 25 апреля, April 25, 25 апреля 1980, 1980-04-25, --04-25
    :param date today: nobody is born after it; a year of two digits is one before it
    :param bool month_first: whether 04/25 is written, as in America
    :return: date, in the year 1904 where the text names no year
    :raise ValueError: there is no such day
    """
    text = squeeze(text).strip(" .")
    if re.fullmatch(r"\d{1,4}", text):  # a year, and no number of a day as Excel counts
        raise ValueError(text)
    day = (
        _machine(text)
        or _without_year(text, month_first)
        or _american(text, month_first)
        or _short_year(text, today)
        or parse_date(text)
    )
    if day > today:
        raise ValueError(text)
    return day


def _machine(text):
    """:return: the day as address books write it without a year: --04-25, or the year 1604"""
    numbers = re.fullmatch(r"(?:--|1604-)(\d{2})-?(\d{2})", text)
    return date(YEAR_UNKNOWN, *map(int, numbers.groups())) if numbers else None


def _short_year(text, today):
    numbers = re.fullmatch(r"(\d{1,2})[./\-,](\d{1,2})[./\-,](\d{2})", text)
    if not numbers:
        return None
    day, month, year = map(int, numbers.groups())
    year += today.year // 100 * 100
    later = (year, month, day) > (today.year, today.month, today.day)
    return date(year - 100 if later else year, month, day)


def _without_year(text, month_first):
    numbers = re.fullmatch(r"(\d{1,2})[./\-](\d{1,2})", text)
    if numbers:
        first, second = map(int, numbers.groups())
        day, month = (second, first) if month_first and "/" in text else (first, second)
        return date(YEAR_UNKNOWN, month, day)
    words = re.fullmatch(r"(\d{1,2})\s+([^\W\d]+)\.?", text) or re.fullmatch(
        r"([^\W\d]+)\.?\s+(\d{1,2})", text
    )
    if not words:
        return None
    day, word = sorted(words.groups(), key=lambda part: not part.isdigit())
    month = month_of(word)
    if not month:
        raise ValueError(text)
    return date(YEAR_UNKNOWN, month, int(day))


def _american(text, month_first):
    numbers = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if not (month_first and numbers):
        return None
    month, day, year = map(int, numbers.groups())
    return date(year, month, day)


def birthday_keys(day):
    """:return: list of month * 100 + day of the birthdays that are kept on ``day``: those of 29 February
    are kept on the 28th in other years
    """
    keys = [day.month * 100 + day.day]
    if keys == [228] and (day + timedelta(days=1)).month == 3:
        keys.append(229)
    return keys


def same_birthday(known, told):
    """:return: whether ``told`` says nothing that ``known`` doesn't: the same day, and no other year"""
    if (known.month, known.day) != (told.month, told.day):
        return False
    return told.year in (known.year, YEAR_UNKNOWN)
