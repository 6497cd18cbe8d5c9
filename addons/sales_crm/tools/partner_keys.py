"""By what two cards are recognised as one: tax number, phones, mails and name in the form in which equal ones
are equal. No database, no messages.
"""

import re
from functools import lru_cache

from .normalise import LEGAL_PHRASES, email_key, plain, split_emails, tax_key
from .phone import phone_key, split_phones
from .search_key import LEGAL_WORDS, fold

MIN_VAT = 6
MIN_NAME = 3


def vat_keys(text):
    """:return: set of the tax number as letters and digits, empty if it can't be one"""
    key = tax_key(text)
    return {key} if len(key) >= MIN_VAT else set()


def phone_keys(text, region):
    """:param str region: ISO code of the country that numbers without +… belong to
    :return: set of the keys of the phones in ``text``
    """
    return {phone_key(phone, region) for phone in split_phones(text)} - {""}


def email_keys(text):
    """:return: set of the addresses in ``text`` in small letters"""
    keys = set()
    for email in split_emails(text):
        try:
            keys.add(email_key(email))
        except ValueError:
            continue
    return keys


@lru_cache(maxsize=200_000)
def firm_key(name):
    """:return: the name without legal form, quotes, hyphens, spaces, case and ё; Latin letters that look like
    Russian ones are these. Empty if too little is left
    """
    text = LEGAL_PHRASES.sub(" ", re.sub(r"[.'’`]", "", plain(name)))
    words = [word for word in map(fold, re.split(r"[^\w&+-]|_", text)) if word]
    while len(words) > 1 and words[0] in LEGAL_WORDS:
        words = words[1:]
    while len(words) > 1 and words[-1] in LEGAL_WORDS:
        words = words[:-1]
    key = "".join(words)
    return key if len(key) >= MIN_NAME and key not in LEGAL_WORDS else ""


def name_keys(name):
    """:return: set of the key of a client's name, empty if it says nothing"""
    return {firm_key(name or "")} - {""}


def person_keys(name):
    """:return: set of the key of a person's name, in whatever order it is written; empty without a name"""
    words = sorted(filter(None, map(fold, re.split(r"[^\w-]|_", plain(name)))))
    return {" ".join(words)} if words else set()
