"""Numbers of British firms with right check digits, in ranges that are not given out."""

VAT_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


def vat_number(seven):
    """:param str seven: digits
    :return: the VAT number that begins with them
    """
    total = sum(weight * int(digit) for weight, digit in zip(VAT_WEIGHTS, seven, strict=True))
    return f"GB{seven}{97 - total % 97:02}"


def iban(bank, account):
    """:param str bank: four letters
    :param str account: sort code and number, fourteen digits
    :return: the account's international number
    """
    digits = "".join(str(int(letter, 36)) for letter in f"{bank}{account}GB00")
    return f"GB{98 - int(digits) % 97:02}{bank}{account}"
