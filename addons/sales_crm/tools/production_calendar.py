"""Holidays, transferred days off and working Saturdays, as the package ``holidays`` knows them."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import holidays

HOLIDAY, WORKING = "holiday", "working"
COUNTRIES = ("RU", "KZ", "BY")
# "Day off (moved from 20.02.2027)", written so in each of these countries' own languages
MOVED_FROM = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")
ENGLISH_DATE = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")
# The package has no Russian names of Kazakhstan's holidays
RUSSIAN = {
    "Constitution Day": "День Конституции",
    "Capital Day": "День столицы",
    "Defender of the Fatherland Day": "День защитника Отечества",
    "Eid al-Adha": "Курбан айт",
    "Independence Day": "День независимости",
    "International Women's Day": "Международный женский день",
    "Kazakhstan's People Solidarity Holiday": "Праздник единства народа Казахстана",
    "Nowruz Holiday": "Наурыз мейрамы",
    "New Year's Day": "Новый год",
    "Orthodox Christmas": "Православное Рождество",
    "Republic Day": "День Республики",
    "Victory Day": "День Победы",
    "(estimated)": "(дата приблизительна)",
    "(observed)": "(выходной)",
    "Day off (substituted from ": "Выходной (перенесено с ",
}


class OfficialDay(NamedTuple):
    """A day that differs from what the week says.

    :ivar kind: ``HOLIDAY`` or ``WORKING``
    :ivar name: why, empty on a working day
    :ivar as_on: the day off for which a working day is worked, None elsewhere or where it isn't known
    """

    kind: str
    name: str = ""
    as_on: date | None = None


@lru_cache(maxsize=64)
def official_days(country, year, russian):
    """:param str country: its code
    :param bool russian: whether names are wanted in Russian, else in English
    :return: dict date -> ``OfficialDay``, not to be changed; empty for countries that we don't keep
    """
    if country not in COUNTRIES:
        return {}
    own = _of(country, year)
    names = _of(country, year, "ru" if russian and country != "KZ" else "en_US")
    found = {
        day: OfficialDay(HOLIDAY, _in_russian(name) if russian and country == "KZ" else name)
        for day, name in names.items()
        if day.year == year
    }
    moved = {}
    for day, name in own.items():
        for told in MOVED_FROM.findall(name):
            moved[date(*map(int, reversed(told)))] = day
    for day in own.weekend_workdays:
        if day.year == year:
            found[day] = OfficialDay(WORKING, as_on=moved.get(day))
    return dict(sorted(found.items()))


def transfers_known(country, year):
    """:return: whether the package has the transfers of that year; governments set them year by year"""
    return year in _of(country, year).special_public_holidays


def _of(country, year, language=None):
    kind = getattr(holidays, country)
    # A working Saturday may belong to a day off of the next year
    return kind(years=range(year - 1, year + 2), language=language or kind.default_language)


def _in_russian(name):
    for english, russian in RUSSIAN.items():
        name = name.replace(english, russian)
    return ENGLISH_DATE.sub(r"\2.\1.\3", name)
