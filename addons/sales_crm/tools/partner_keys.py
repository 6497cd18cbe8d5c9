"""By what two cards are recognised as one: tax number, phones and mails in the form in which equal ones are
equal. No database, no messages.
"""

from .normalise import email_key, split_emails, tax_key
from .phone import phone_key, split_phones

MIN_VAT = 6


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
