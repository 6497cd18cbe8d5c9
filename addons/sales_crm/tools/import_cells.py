"""What people and programs write into cells: nothing, amounts, mails, phones. No database, no messages."""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from .normalise import EXCEL_ERRORS, email_key, plain, split_emails, squeeze
from .phone import phone_format, split_phones

EMPTY_WORDS = frozenset(
    re.split(
        ", ",
        "нет, нету, не указано, не указан, не указана, не задано, не закрыта, не закрыт, не известно, "
        "неизвестно, не определен, не определено, отсутствует, пусто, none, null, nil, nan, n/a, na, "
        "not set, unknown, no data, н/д, 0.0.00, 00.00.0000, 01.01.0001, 0000-00-00, 0001-01-01, "
        "0001-01-01 00:00:00, 01.01.0001 0:00:00",
    )
)
TOTAL_WORDS = re.compile(r"(итого|всего|итог|общий итог|total|grand total|subtotal)\b[\s:.\d]*$")
CUT_BY_EXCEL = re.compile(r"\d([.,]\d+)?e\+\d+", re.I)  # 7,90356E+10
CURRENCIES = (
    ("RUB", r"₽|руб(лей|ля|ль)?\.?|р\.|rub|rur"),
    ("USD", r"\$|usd|долл(аров|ара|ар)?\.?"),
    ("EUR", r"€|eur|евро"),
    ("KZT", r"₸|kzt|тенге|тг\.?"),
    ("BYN", r"byn"),
)
THREE_DIGITS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # 1,054
SCALES = ((1_000, r"тыс(\.|яч[аи]?)?|k|к"), (1_000_000, r"млн\.?|mln|m"), (1_000_000_000, r"млрд\.?|bn"))


def is_empty(text):
    """:return: whether the text is one of those that mean that there is nothing"""
    word = plain(text)
    return word in EMPTY_WORDS or not re.sub(r"[\s\-–—_.?]", "", word) or squeeze(text) in EXCEL_ERRORS


def is_total(cells):
    """:return: whether a row of these cells adds up the rows above: its first words say so"""
    filled = [plain(cell) for cell in cells if squeeze(cell)]
    return any(TOTAL_WORDS.match(cell) for cell in filled[:2])


# ------------------------------------------------------
# Amounts
# ------------------------------------------------------


class Ambiguous(ValueError):
    """One separator with three digits behind it: thousands or a fraction?"""


def _ending(text, words):
    for value, pattern in words:
        match = re.search(rf"^\s*({pattern})|({pattern})\s*$", text, re.I)
        if match:
            return value, (text[: match.start()] + text[match.end() :]).strip()
    return None, text


class Marks(NamedTuple):
    """What separators say in a column of amounts."""

    thousands: str = ""
    fraction: str = ""


NO_MARKS = Marks()


def parse_amount(text, marks=NO_MARKS):
    """:param text: 1 234,50 руб. or 1,234.50 or $1234 or 120 тыс or (1 234,50)
    :param Marks marks: what is known of the separators of the column
    :return: tuple (number, code of the currency it is written with or None)
    :raise Ambiguous: it could be a thousand times more or less
    :raise ValueError: it is not a number
    """
    currency, scale, body = _bare(text)
    negative = re.fullmatch(r"\((.+)\)", body)
    body = re.sub(r"[\s'’`]", "", negative.group(1) if negative else body)
    number = float(_digits(body, marks)) * (scale or 1)
    return round(-number if negative else number, 6), currency


def _bare(text):
    """:return: tuple (currency, factor, the rest)"""
    currency, body = _ending(squeeze(text), CURRENCIES)
    scale, body = _ending(body, SCALES)
    return currency, scale, body


def _digits(body, known):
    """:return: the number as Python reads it"""
    if not re.fullmatch(r"[+-]?\d+([.,]\d+)*", body):
        raise ValueError(body)
    marks = re.findall(r"[.,]", body)
    if len(set(marks)) == 2:
        return _with_both(body, marks)
    if len(marks) > 1:
        if not re.fullmatch(r"[+-]?\d{1,3}([.,]\d{3})+", body):
            raise ValueError(body)
        return re.sub(r"[.,]", "", body)
    if marks and THREE_DIGITS.fullmatch(body.lstrip("+-")) and marks[0] not in known.fraction:
        if marks[0] not in known.thousands:
            raise Ambiguous(body)
        return body.replace(marks[0], "")
    return body.replace(",", ".")


def _with_both(body, marks):
    """The last separator begins the fraction."""
    if marks[-1] in marks[:-1]:
        raise ValueError(body)
    whole, fraction = body.replace(marks[0], "").split(marks[-1])
    return f"{whole}.{fraction}"


def marks_of(texts):
    """What do separators say in a column? Told by those amounts that can be read in one way only.

    :return: Marks; empty where the amounts contradict each other
    """
    thousands, fraction = set(), set()
    for text in texts:
        body = re.sub(r"[\s'’`()+-]", "", _bare(text)[2])
        found = re.findall(r"[.,]", body)
        if not re.fullmatch(r"\d+([.,]\d+)+", body) or THREE_DIGITS.fullmatch(body):
            continue
        if len(found) > 1:
            thousands.add(found[0])
        if found[-1] not in found[:-1]:
            fraction.add(found[-1])
    if len(fraction) == 1 and not thousands:
        thousands = {",", "."} - fraction
    return (
        Marks() if thousands & fraction or len(fraction) > 1 else Marks("".join(thousands), "".join(fraction))
    )


# ------------------------------------------------------
# Mails and phones
# ------------------------------------------------------


def read_mails(text):
    """:param text: several addresses, "Vera <vera@shop.example>", words
    :return: tuple (list of addresses, list of names beside them, list of what is neither)
    """
    mails, names, wrong = [], [], []
    rest = str(text or "")
    for name, address in re.findall(r"([^<>;,]*)<([^<>\s]+@[^<>\s]+)>", rest):
        _add_mail(address, mails, wrong)
        if squeeze(name).strip("\"' "):
            names.append(squeeze(name).strip("\"' "))
    rest = re.sub(r"[^<>;,]*<[^<>\s]+@[^<>\s]+>", " ", rest)
    if "@" not in rest:
        wrong += [squeeze(rest)] if squeeze(re.sub(r"[;,]", " ", rest)) else []
        return mails, names, wrong
    for part in split_emails(rest):
        _add_mail(part, mails, wrong)
    return mails, names, wrong


def _add_mail(address, mails, wrong):
    try:
        key = email_key(address)
    except ValueError:
        wrong.append(address)
        return
    if key not in mails:
        mails.append(key)


@lru_cache(maxsize=100_000)
def read_phones(text, region):
    """:param str region: ISO code of the country that numbers without +… belong to
    :return: tuple of tuples (E.164 or empty, how it is shown, words beside it), of all phones in a cell
    """
    text = str(text or "")
    cells = text.split(":::")  # as Google puts several into a cell
    parts = [text] if CUT_BY_EXCEL.search(text) else [part for cell in cells for part in split_phones(cell)]
    found = []
    for part in parts:
        part = re.sub(r"^(\+?\d{10,15})\.0$", r"\1", squeeze(part))
        key, shown = phone_format(part, region)
        found += [(key, shown, "")] if key else _phones_among_words(part, region) or [("", part, "")]
    return tuple(dict.fromkeys(found))


def _phones_among_words(part, region):
    formats = phonenumbers.PhoneNumberFormat
    found, end = [], 0
    for match in phonenumbers.PhoneNumberMatcher(part, region):
        words = part[end : match.start] if not found else ""
        found.append([match.number, [words]])
        if len(found) > 1:
            found[-2][1].append(part[end : match.start])
        end = match.end
    if found:
        found[-1][1].append(part[end:])
    return [
        (
            phonenumbers.format_number(number, formats.E164),
            phonenumbers.format_number(number, formats.INTERNATIONAL),
            squeeze(" ".join(words)).strip("()-–:,. "),
        )
        for number, words in found
    ]
