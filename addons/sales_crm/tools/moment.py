import re
from datetime import UTC, datetime


def exact_now():
    """:return: now in UTC, as Odoo stores it, with the fraction of the second that Odoo's own leaves out"""
    return datetime.now(UTC).replace(tzinfo=None)


# How PostgreSQL writes what Python's strftime writes; names of months and days would be in the server's
# language, so they become numbers, or are left out
TO_CHAR = {
    **{"d": "DD", "-d": "FMDD", "e": "FMDD", "m": "MM", "-m": "FMMM", "b": "MM", "B": "MM", "h": "MM"},
    **{"Y": "YYYY", "y": "YY", "j": "DDD"},
}


def to_char_format(date_format):
    """:param str date_format: of a language, as for ``strftime``
    :return: the same for ``to_char`` of PostgreSQL
    """
    parts = re.split(r"%(-?[a-zA-Z%])", date_format)
    written = []
    for position, part in enumerate(parts):
        if position % 2:
            written.append('"%"' if part == "%" else TO_CHAR.get(part, ""))
        elif part:
            quoted = part.replace("\\", "\\\\").replace('"', '\\"')
            written.append(f'"{quoted}"')
    return "".join(written).strip()
