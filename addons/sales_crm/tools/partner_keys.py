"""By what two cards are recognised as one: tax number, phones and mails in the form in which equal ones are
equal. No database, no messages.
"""

import re

from .normalise import email_key, phone_format, split_emails, split_phones, tax_key

MIN_DIGITS = 6  # fewer are an extension
MIN_VAT = 6


def vat_keys(text):
    """:return: set of the tax number as letters and digits, empty if it can't be one"""
    key = tax_key(text)
    return {key} if len(key) >= MIN_VAT else set()


def phone_keys(text, region):
    """:param str region: ISO code of the country that numbers without +… belong to
    :return: set of the phones in ``text`` as E.164 without the +; what is no phone by the plan of its country
        as its digits
    """
    keys = set()
    for phone in split_phones(text):
        key = phone_format(phone, region)[0].removeprefix("+")
        key = key or re.sub(r"\D", "", re.split("ext", phone)[0])
        if len(key) >= MIN_DIGITS:
            keys.add(key)
    return keys


def email_keys(text):
    """:return: set of the addresses in ``text`` in small letters"""
    keys = set()
    for email in split_emails(text):
        try:
            keys.add(email_key(email))
        except ValueError:
            continue
    return keys
