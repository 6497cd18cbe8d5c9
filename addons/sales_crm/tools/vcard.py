"""Address books as vCard files (2.1, RFC 2426, RFC 6350) as a table. No database, no messages."""

import re

import vobject

HEADERS = {
    "org": "Organization Name",
    "last": "Last Name",
    "first": "First Name",
    "middle": "Middle Name",
    "title": "Organization Title",
    "bday": "Birthday",
    "url": "Website 1 - Value",
    "street": "Address 1 - Street",
    "city": "Address 1 - City",
    "zip": "Address 1 - Postal Code",
    "country": "Address 1 - Country",
    "note": "Notes",
}
IGNORED = frozenset(
    ["VERSION", "PRODID", "REV", "UID", "PHOTO", "LOGO", "SOUND", "KEY", "X-ABLABEL", "SORT-STRING"]
)
PLAIN_TYPES = frozenset(["voice", "pref", "internet"])  # they tell nothing of a number

FOLDED = re.compile(r"\r?\n[ \t]")
LINE = re.compile(r"""^([\w.-]+(?:;[^:"\n]*(?:"[^"\n]*"[^:"\n]*)*)?:)(.*)$""", re.M)
COMMA = re.compile(r"(?<!\\),")


def read_vcards(content):
    """:param bytes content: the file
    :return: list of rows of texts, the first of them headers
    :raise ValueError: it is damaged
    """
    try:
        found = vobject.readComponents(_prepared(content), allowQP=True, ignoreUnreadable=True)
        cards = [_card(card) for card in found if card.name == "VCARD"]
    except vobject.base.VObjectError as error:
        raise ValueError(str(error)) from error
    phones = max((len(card["phones"]) for card in cards), default=0)
    mails = max((len(card["mails"]) for card in cards), default=0)
    headers = [*HEADERS.values()]
    headers += [f"Phone {number} - Value" for number in range(1, phones + 1)]
    headers += [f"E-mail {number} - Value" for number in range(1, mails + 1)]
    rows = [headers]
    for card in cards:
        row = [card.get(key, "") for key in HEADERS]
        row += card["phones"] + [""] * (phones - len(card["phones"]))
        row += card["mails"] + [""] * (mails - len(card["mails"]))
        rows.append(row)
    return rows


def _prepared(content):
    """:return: the text as the library reads it whole: it cuts values at commas without an escape, and vCard
    2.1 knows no escaping
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1251", errors="replace")
    text = FOLDED.sub("", text)
    return LINE.sub(lambda line: line[1] + COMMA.sub(r"\\,", line[2]), text)


def _card(component):
    card = {"phones": [], "mails": [], "notes": []}
    name = ""
    for line in component.getChildren():
        if line.name == "FN":
            name = _text(line.value)
        elif line.name in READERS:
            READERS[line.name](card, line)
        elif line.name not in IGNORED and _text(line.value):
            card["notes"].append(f"{line.name}: {_text(line.value)}")
    if not any(card.get(part) for part in ("last", "first", "middle")):
        card["first"] = "" if name == card.get("org") else name
    card["note"] = "\n".join(card.pop("notes"))
    return card


def _text(value):
    """:param value: of a line, or of its part: a text, or several"""
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    return str(value or "").strip()


def _name(card, line):
    value = line.value
    card.update(last=_text(value.family), first=_text(value.given), middle=_text(value.additional))
    card["notes"] += filter(None, (_text(value.prefix), _text(value.suffix)))


def _firm(card, line):
    firm, *units = [text for text in map(_text, line.value) if text] or [""]
    card["org"] = firm
    card["notes"] += units


def _phone(card, line):
    types = [word for value in line.params.get("TYPE", []) for word in value.split(",")]
    words = [word.lower() for word in [*types, *line.singletonparams] if word.lower() not in PLAIN_TYPES]
    number = _text(line.value).removeprefix("tel:")
    card["phones"].append(f"{number} ({' '.join(words)})" if words else number)


def _mail(card, line):
    card["mails"].append(_text(line.value))


def _address(card, line):
    value = line.value
    street = [_text(part) for part in (value.box, value.extended, value.street)]
    card["notes"] += filter(None, [_text(value.region)])
    card.update(
        street=", ".join(filter(None, street)),
        city=_text(value.city),
        zip=_text(value.code),
        country=_text(value.country),
    )


def _birthday(card, line):
    text = re.sub(r"T.*$", "", _text(line.value))
    card["bday"] = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", text)


def _note(card, line):
    card["notes"].append(_text(line.value))


def _plain(key):
    def read(card, line):
        card[key] = _text(line.value)

    return read


READERS = {
    "N": _name,
    "ORG": _firm,
    "TEL": _phone,
    "EMAIL": _mail,
    "ADR": _address,
    "TITLE": _plain("title"),
    "URL": _plain("url"),
    "BDAY": _birthday,
    "NOTE": _note,
}
