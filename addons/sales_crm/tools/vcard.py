"""Address books as vCard files (2.1, RFC 2426, RFC 6350) as a table. No database, no messages."""

import quopri
import re

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
    re.split(" ", "BEGIN END VERSION PRODID REV UID PHOTO LOGO SOUND KEY X-ABLABEL SORT-STRING")
)
UNICODE = frozenset(["", "utf-8", "utf8"])


def read_vcards(content):
    """:param bytes content: the file
    :return: list of rows of texts, the first of them headers
    """
    cards = [_card(lines) for lines in _cards(content)]
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


def _cards(content):
    """:return: list of lists of tuples (name, parameters, value), a list per card"""
    text = re.sub(rb"=\r?\n", b"", content)  # soft breaks of quoted-printable
    text = re.sub(rb"\r?\n[ \t]", b"", text)
    cards = []
    for line in text.splitlines():
        name, parameters, value = _line(line)
        if name == "BEGIN":
            cards.append([])
        elif cards and name:
            cards[-1].append((name, parameters, value))
    return cards


def _line(line):
    head, colon, value = line.partition(b":")
    if not colon:
        return "", "", ""
    name, *parameters = head.decode("utf-8", errors="replace").upper().split(";")
    parameters = ";".join(parameters)
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value)
    charset = re.search(r"CHARSET=\"?([\w-]+)", parameters)
    charset = charset.group(1).lower() if charset else ""
    try:
        text = value.decode("utf-8" if charset in UNICODE else charset)
    except (LookupError, UnicodeDecodeError):
        text = value.decode("cp1251", errors="replace")
    return name.rpartition(".")[2], parameters, text


def _parts(value):
    """:return: the parts of a value that semicolons separate, unescaped"""
    return [_text(part) for part in re.split(r"(?<!\\);", value)]


def _text(value):
    value = re.sub(r"\\[nN]", "\n", value)
    return re.sub(r"\\(.)", r"\1", value).strip()


def _card(lines):
    card = {"phones": [], "mails": [], "notes": []}
    name = ""
    for key, parameters, value in lines:
        if key == "FN":
            name = _text(value)
        elif key in READERS:
            READERS[key](card, parameters, value)
        elif key not in IGNORED and _text(value):
            card["notes"].append(f"{key}: {_text(value)}")
    if not any(card.get(part) for part in ("last", "first", "middle")):
        card["first"] = "" if name == card.get("org") else name
    card["note"] = "\n".join(card.pop("notes"))
    return card


def _name(card, _parameters, value):
    parts = [*_parts(value), "", "", ""]
    card.update(last=parts[0], first=parts[1], middle=parts[2])


def _firm(card, _parameters, value):
    firm, *units = filter(None, _parts(value))
    card["org"] = firm
    card["notes"] += units


def _phone(card, parameters, value):
    words = re.sub(r"TYPE=|,|;|VOICE|PREF(=\d)?|VALUE=URI|CHARSET=[\w-]+|\"", " ", parameters).lower().split()
    number = _text(value).removeprefix("tel:")
    card["phones"].append(f"{number} ({' '.join(words)})" if words else number)


def _mail(card, _parameters, value):
    card["mails"].append(_text(value))


def _address(card, _parameters, value):
    parts = [*_parts(value), *[""] * 7]
    street = ", ".join(filter(None, parts[:3]))
    card["notes"] += [part for part in [parts[4]] if part]
    card.update(street=street, city=parts[3], zip=parts[5], country=parts[6])


def _plain(key):
    def read(card, _parameters, value):
        card[key] = _text(value)

    return read


def _birthday(card, _parameters, value):
    text = re.sub(r"T.*$", "", _text(value))
    card["bday"] = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", text)


def _note(card, _parameters, value):
    card["notes"].append(_text(value))


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
