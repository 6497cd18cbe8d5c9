"""Numbers by which firms and bank accounts of Russia and its neighbours are known. No database, no messages.

Every function takes a number as it was typed; spaces, hyphens and dots in it don't count.
"""

import re

from stdnum.by import unp
from stdnum.ru import inn

KPP = re.compile(
    r"\d{4}[0-9A-Z]{2}\d{3}"
)  # inspection, reason, serial number: Federal Tax Service ММВ-7-6/435@
ACCOUNT_WEIGHTS = (7, 1, 3)
TREASURY = ("0", "40102")  # the treasury's accounts are checked in another way
CORRESPONDENT = "301"  # accounts that banks have with the Bank of Russia begin so


def compact(number):
    """:return: the number without what only separates its digits, in capital letters"""
    return re.sub(r"[\s.\-–—]", "", str(number or "")).upper()


def valid_kpp(number):
    """:return: whether it can be a KPP: nine characters, of which the fifth and sixth may be letters"""
    return bool(KPP.fullmatch(compact(number)))


def valid_ogrn(number):
    """:return: whether it is an OGRN of a firm (13 digits) or of a sole trader (15), by its last digit

    That is the remainder by 11 or by 13 of the digits before it; of a remainder of two digits, the second.
    """
    number = compact(number)
    if not number.isdecimal() or number[0] == "0" or len(number) not in (13, 15):
        return False
    return int(number[:-1]) % (len(number) - 2) % 10 == int(number[-1])


def valid_bik(number):
    """:return: whether it can be a BIK: 04… of a bank, 0…, 1… or 2… of others whom the system serves"""
    return bool(re.fullmatch(r"[012]\d{8}", compact(number)))


def valid_account(account, bik):
    """:return: whether an account of 20 digits is one of the bank with this BIK: its ninth digit is a check

    Each digit of the key and the account is weighed by 7, 1 and 3 in turn, and the last digits of the
    products add up to a multiple of ten. The key is the bank's number in its BIK, or for an account with
    the Bank of Russia its office (Bank of Russia, procedure of 8 September 1997, No. 515).
    """
    account, bik = compact(account), compact(bik)
    if not re.fullmatch(r"\d{20}", account) or not valid_bik(bik):
        return False
    if account.startswith(TREASURY):
        return True
    # A bank that is served by an office of the Bank of Russia has no number of its own: 000 to 002
    by_office = account.startswith(CORRESPONDENT) or bik[6:] in ("000", "001", "002")
    digits = (f"0{bik[4:6]}" if by_office else bik[6:]) + account
    products = (int(digit) * ACCOUNT_WEIGHTS[index % 3] for index, digit in enumerate(digits))
    return sum(product % 10 for product in products) % 10 == 0


def valid_bin(number):
    """:return: whether it is a BIN or IIN of Kazakhstan: 12 digits, of which the last is a check"""
    number = compact(number)
    if not re.fullmatch(r"\d{12}", number):
        return False
    digits = [int(digit) for digit in number]
    for start in (1, 3):
        weights = [(start + index - 1) % 11 + 1 for index in range(11)]
        check = sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        if check < 10:
            return check == digits[11]
    return False


def foreign_tax_country(number):
    """:return: code of the neighbour whose tax number it is and not a Russian one; None for all others"""
    number = compact(number)
    if inn.is_valid(number):
        return None
    if unp.is_valid(number):
        return "BY"
    return "KZ" if valid_bin(number) else None
