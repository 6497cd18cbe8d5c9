"""How texts of a file become values that can be compared. No database, no messages.

Every function takes what a person typed and gives its plain form, or raises ``ValueError`` where the
text can't be what it should be.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

import phonenumbers

# At the beginning or at the end of a name they say nothing about whose name it is
LEGAL_FORMS = frozenset(
    re.split(
        " ",
        "ооо оао зао пао ао нао ип пбоюл нко ано гуп муп фгуп фгбу мбу тоо чп чуп одо тд ltd llc inc gmbh ag "
        "plc srl bv nv oy ab llp lp jsc ojsc pjsc cjsc limited incorporated",
    )
)
LEGAL_PHRASES = re.compile(
    r"(общество с ограниченной ответственностью|индивидуальный предприниматель"
    r"|(публичное|закрытое|открытое|непубличное)? ?акционерное общество)"
)
EXCEL_ERRORS = frozenset(["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
EXCEL_EPOCH = date(1899, 12, 30)
DATE_FORMATS = (
    "%d.%m.%Y",
    "%Y-%m-%d",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%Y.%m.%d",
    "%Y/%m/%d",
    "%Y%m%d",
)


def squeeze(text):
    """:return: the text with single spaces, without those around it; no-break spaces count"""
    return " ".join(str(text or "").split())


def plain(text):
    """:return: the text in small letters, with е for ё, without accents of width and style"""
    return squeeze(unicodedata.normalize("NFKC", str(text or "")).casefold().replace("ё", "е"))


@lru_cache(maxsize=200_000)
def name_key(name):
    """:return: what makes a name this name: no legal form, quotes, case, spaces, ё or dots"""
    text = re.sub(r"[.'’`]", "", plain(name))
    text = squeeze(re.sub(r"[^\w&+]|_", " ", LEGAL_PHRASES.sub(" ", text)))
    words = text.split()
    while len(words) > 1 and words[0] in LEGAL_FORMS:
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words = words[:-1]
    return "".join(words)


def person_key(name):
    """:return: the same for "Иванов Иван" and "Иван Иванов" """
    return " ".join(sorted(re.sub(r"[^\w]", " ", plain(name)).split()))


@lru_cache(maxsize=200_000)
def phone_format(phone, region):
    """:param str region: ISO code of the country that numbers without +… belong to
    :return: tuple (E.164, international format); the first is empty if it can't be a phone
    """
    phone = squeeze(phone)
    try:
        number = phonenumbers.parse(phone, region or None)
    except phonenumbers.NumberParseException:
        return "", phone
    if not phonenumbers.is_possible_number(number):
        return "", phone
    formats = phonenumbers.PhoneNumberFormat
    key = phonenumbers.format_number(number, formats.E164)
    return key, phonenumbers.format_number(number, formats.INTERNATIONAL)


def phone_tail(phone):
    """:return: the last seven digits: equal phones have equal tails, and it costs nothing"""
    return re.sub(r"\D", "", re.split(r"ext|доб", phone or "")[0])[-7:]


def split_phones(text):
    """:return: list of the phones in a cell such as "+7 495 1234567 доб. 12; 8 (916) 111-22-33" """
    text = re.sub(
        r"[,;]?\s*\(?(?:доб|добавочный|ext|вн)\.?\s*(\d+)\)?",
        r" ext. \1",
        str(text or ""),
        flags=re.I,
    )
    return [part for part in map(squeeze, re.split(r"[;,\n/|]| и ", text)) if part]


def split_emails(text):
    """:return: list of what stands in a cell with one or several addresses"""
    return [part for part in re.split(r"[;,\s|]+", str(text or "")) if part]


def email_key(email):
    """:return: the address in small letters
    :raise ValueError: it is not an address
    """
    email = email.strip("<>\"' ").casefold()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", email):
        raise ValueError(email)
    return email


def tax_key(number):
    """:return: letters and digits of a tax number, without the Russian country letters"""
    key = re.sub(r"[^0-9A-Z]", "", str(number or "").upper())
    return key.removeprefix("RU") if key[2:].isdigit() else key


def parse_date(text, low=1901, high=2100):
    """:param text: 25.04.1980, 1980-04-25, also with a time, or the number of a day as Excel counts
    :param int low: first year that makes sense
    :raise ValueError: there is no such day, or not in these years
    """
    text = squeeze(text)
    if re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        day = EXCEL_EPOCH + timedelta(days=int(float(text)))
    else:
        text = re.sub(r"\s*(г|года)\.?$", "", text)
        text = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$", "", text)
        day = _parse_day(text)
    if not low <= day.year <= high:
        raise ValueError(text)
    return day


def _parse_day(text):
    for date_format in DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format).date()
        except ValueError:
            continue
    raise ValueError(text)


def parse_number(text):
    """:param text: 1 234,50 or 1,234.50 or $1234
    :raise ValueError: it is not a number
    """
    text = re.sub(r"[\s$€₽'’]|руб\.?|USD|RUB|EUR", "", squeeze(text), flags=re.I)
    if "," in text and "." in text:
        thousands = "," if text.rfind(".") > text.rfind(",") else "."
        text = text.replace(thousands, "")
    if not re.fullmatch(r"[+-]?\d+([.,]\d+)?", text):
        raise ValueError(text)
    return float(text.replace(",", "."))


def client_class(text):
    """:return: A, B or C, typed with Latin or with Russian letters
    :raise ValueError: none of them
    """
    letter = squeeze(text).upper().translate(str.maketrans("АВС", "ABC"))
    if letter not in ("A", "B", "C"):
        raise ValueError(text)
    return letter
