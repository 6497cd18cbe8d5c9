"""How a phone is read, shown, compared and looked for, everywhere. No database, no messages."""

import re
from functools import lru_cache

import phonenumbers

from .normalise import squeeze

MIN_DIGITS = 6  # fewer are an extension
MIN_SEARCH = 5
# Enough digits for one to be before the area: 8 (495) 022 3…, Belarus' 8 029 …, a zero in many countries
PREFIX = re.compile(r"810\d{9}|80\d{9}$|[78]\d{7,9}$|0\d{8}")
EXTENSION_WORD = r"\(?(?:добавочный|доб|внутренний|внутр|вн|extension|ext)\.?:?"
EXTENSION = re.compile(rf"[,;]?\s*{EXTENSION_WORD}\s*(\d+)\)?", re.I)


@lru_cache(maxsize=200_000)
def phone_format(phone, region):
    """What isn't a valid number of its country stays as it was typed: a digit that was lost must not make
    another number of it.

    :param str region: ISO code of the country that numbers without +… belong to
    :return: tuple (E.164, how it is shown); the first is empty if it is no valid number. Words beside the
        number stay beside it
    """
    phone = squeeze(phone)
    text = EXTENSION.sub(r" ext. \1", re.sub(r"^tel:", "", phone, flags=re.I))
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return "", phone
    if not phonenumbers.is_valid_number(number):
        return "", phone
    formats = phonenumbers.PhoneNumberFormat
    key = phonenumbers.format_number(number, formats.E164)
    if re.search(r"[^\W\d_]", text.replace(" ext. ", " ")):
        return key, phone
    return key, phonenumbers.format_number(number, formats.INTERNATIONAL)


def phone_key(phone, region):
    """:return: what makes two phones the same: E.164 without the +; of what is no valid number its digits,
    empty if they are too few
    """
    key = phone_format(phone, region)[0].removeprefix("+")
    key = key or re.sub(r"\D", "", EXTENSION.sub("", phone or ""))
    return key if len(key) >= MIN_DIGITS else ""


def phone_tail(phone):
    """:return: the last seven digits: equal phones have equal tails, and it costs nothing"""
    return re.sub(r"\D", "", EXTENSION.sub("", phone or ""))[-7:]


def split_phones(text):
    """:return: list of the phones in a cell such as "+7 495 1234567 доб. 12; 8 (916) 111-22-33" """
    parts = re.split(rf"[;,\n/|](?!\s*{EXTENSION_WORD}\s*\d)| и ", str(text or ""), flags=re.I)
    return [part for part in map(squeeze, parts) if part]


def search_runs(text):
    """Ten digits are enough: what stands before them is the country's code or a prefix like 8, which are
    typed in many ways. Of less than that, the prefix may or may not belong to it: without it both are found.

    :return: list of the run of digits that a phone has that is meant by what was typed; empty if that is no
        phone
    """
    text = EXTENSION.sub("", squeeze(text))
    digits = re.sub(r"\D", "", text)
    if len(digits) < MIN_SEARCH or re.search(r"[^\d\s()+.\-/‐-―]", text):
        return []
    if PREFIX.match(digits) or (re.match(r"\+?[78][\s(-]", text) and re.match(r"[78]\d{5}", digits)):
        digits = re.sub(r"^(810|80|00|[078])", "", digits)
    return [digits[-10:]]
