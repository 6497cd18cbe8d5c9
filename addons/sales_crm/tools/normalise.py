"""How texts of a file become values that can be compared. No database, no messages.

Every function takes what a person typed and gives its plain form, or raises ``ValueError`` where the
text can't be what it should be.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

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
EXCEL_ERRORS = frozenset(
    re.split(
        " ",
        "#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #Н/Д #ССЫЛКА! #ЗНАЧ! #ДЕЛ/0! #ИМЯ? #ЧИСЛО! #ПУСТО!",
    )
)
MONTHS = (
    ("янв", "jan"), ("фев", "feb"), ("мар", "mar"), ("апр", "apr"), ("ма", "may"), ("июн", "jun"),
    ("июл", "jul"), ("авг", "aug"), ("сен", "sep"), ("окт", "oct"), ("ноя", "nov"), ("дек", "dec"),
)  # fmt: skip
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


def header_key(header):
    """:return: tuple of the header's plain form and its number, 0 without one: "Контакт 2" """
    text = plain(re.sub(r"\([^)]*\)", " ", str(header or "")) or header)
    text = " ".join(re.sub(r"[^\w]|_", " ", text).split())
    number = re.search(r"\b(\d{1,2})\b", text)
    if number:
        shorter = " ".join((text[: number.start()] + text[number.end() :]).split())
        if shorter:
            return shorter, int(number.group(1))
    return text, 0


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


def month_of(word):
    """:return: number of the month that the word names, None if it names none"""
    found = (month for month, names in enumerate(MONTHS, 1) if word.casefold().startswith(names))
    return next(found, None)


def parse_date(text, low=1901, high=2100):
    """:param text: 25.04.1980, 1980-04-25, 25 апреля 1980, also with a time, or the number of a day as Excel
        counts
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
    words = re.fullmatch(r"(\d{1,2})\.?\s+([^\W\d]{3,})\.?\s+(\d{4})", text)
    if words and month_of(words.group(2)):
        return date(int(words.group(3)), month_of(words.group(2)), int(words.group(1)))
    if re.fullmatch(r"\d{1,2},\d{1,2},\d{4}", text):
        text = text.replace(",", ".")
    for date_format in DATE_FORMATS:
        try:
            return datetime.strptime(text, date_format).date()
        except ValueError:
            continue
    raise ValueError(text)


def client_class(text):
    """:return: A, B or C, typed with Latin or with Russian letters
    :raise ValueError: none of them
    """
    letter = squeeze(text).upper().translate(str.maketrans("АВС", "ABC"))
    if letter not in ("A", "B", "C"):
        raise ValueError(text)
    return letter
