"""Birthdays, of which the year is often not known. Pure Python.

A birthday is a date; the year 1904 says that its year is not known. So the 29th of February can be told
without a year, and whatever reads and writes dates (import, export, merge, RPC) needs to know nothing of it.
"""

import re
from datetime import date, timedelta

from .normalise import parse_date, squeeze

YEAR_UNKNOWN = 1904
MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("ма", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip


def parse_birthday(text, today, month_first=False):
    """:param text: 25.04, 25.04.1980, 25 апреля, April 25, 1980-04-25
    :param date today: nobody is born after it
    :param bool month_first: whether 04/25 is written, as in America
    :return: date, in the year 1904 where the text names no year
    :raise ValueError: there is no such day
    """
    text = squeeze(text).strip(" .")
    day = _without_year(text, month_first) or _american(text, month_first) or parse_date(text)
    if day > today:
        raise ValueError(text)
    return day


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
    for month, names in enumerate(MONTHS, 1):
        if word.casefold().startswith(names):
            return date(YEAR_UNKNOWN, month, int(day))
    raise ValueError(text)


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
