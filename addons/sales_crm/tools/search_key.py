"""How a text and what is typed to find it become the same, in Python and in the database.

Small letters, no accents (ё is е), no spaces, hyphens or quotes, and Latin letters that look like Russian
ones are these. Only ``translate`` is used, so that the database makes the same of a text as Python does,
whatever its locale.
"""

import string
import unicodedata

from odoo.tools import SQL
from odoo.tools.sql import create_index, make_index_name

from .normalise import LEGAL_FORMS

TRIGRAM = 3  # of fewer letters the index knows nothing
BETWEEN = "|"  # stands between the fields of a key, so that nothing is found across two of them
LOOK_ALIKE = dict(zip("abcehkmoptxy", "авсенкмортху", strict=True))
LETTERS = [chr(code) for code in (*range(0x41, 0x7B), *range(0xC0, 0x100), *range(0x400, 0x460))]
LETTERS += "ҐґҒғҚқҢңҮүҰұҺһӘәӨө"
# Also the accents of letters that come in two pieces, and no-break spaces
DELETED = string.punctuation.replace(BETWEEN, "") + "\t\n\r \xa0\u2009\u202f\u0301\u0306\u0308"
DELETED += "«»„“”‘’‚‹›´№•·…‐‑‒–—―"


def _folded(letter):
    letter = unicodedata.normalize("NFKD", letter)[0].lower()
    return LOOK_ALIKE.get(letter, letter)


FOLDED = {letter: _folded(letter) for letter in LETTERS if letter.isalpha() and _folded(letter) != letter}
_TABLE = str.maketrans(FOLDED) | dict.fromkeys(map(ord, DELETED))


def fold(text):
    """:return: the text in the form in which it is looked for"""
    return text.translate(_TABLE)


LEGAL_WORDS = frozenset(map(fold, LEGAL_FORMS))


def search_words(text):
    """:return: list of what must stand in the key of whatever is looked for; a legal form says nothing beside
    a name
    """
    words = [word for word in (fold(word).replace(BETWEEN, "") for word in text.split()) if word]
    return [word for word in words if word not in LEGAL_WORDS] or words


def is_common(text):
    """:return: whether very many have what was typed: a legal form, or so little that no index answers it"""
    return all(word in LEGAL_WORDS or len(word) < TRIGRAM for word in search_words(text))


def add_search_key(cr, table, columns, has_trigram):
    """Add the column ``search_key`` to a table: its texts, folded. The database keeps it true by itself,
    whatever writes the row.

    A key that was made in another way is made anew.
    """
    texts = SQL(" || %s || ", BETWEEN).join(SQL("COALESCE(%s, '')", SQL.identifier(name)) for name in columns)
    made = SQL("translate(%s, %s, %s)", texts, "".join(FOLDED) + DELETED, "".join(FOLDED.values()))
    text = cr.mogrify(made).decode()
    cr.execute(
        SQL(
            """
            SELECT col_description(attrelid, attnum) FROM pg_attribute
             WHERE attrelid = %s::regclass AND attname = 'search_key' AND NOT attisdropped
            """,
            table,
        )
    )
    found = cr.fetchone()
    if found != (text,):
        name = SQL.identifier(table)
        cr.execute(SQL("ALTER TABLE %s DROP COLUMN IF EXISTS search_key", name))
        cr.execute(
            SQL("ALTER TABLE %s ADD COLUMN search_key text GENERATED ALWAYS AS (%s) STORED", name, made)
        )
        cr.execute(SQL("COMMENT ON COLUMN %s IS %s", SQL.identifier(table, "search_key"), text))
    if has_trigram:
        index = make_index_name(table, "search_key")
        create_index(cr, index, table, ["search_key gin_trgm_ops"], method="gin")


def has_words(alias, words):
    """:return: SQL of whether the row has all the words"""
    key = SQL.identifier(alias, "search_key")
    return SQL(" AND ").join(SQL("%s LIKE %s", key, f"%{word}%") for word in words)
