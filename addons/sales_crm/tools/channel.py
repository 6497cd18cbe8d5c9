"""Ways to reach a person: how they are written, compared and opened. Pure Python."""

import re
from urllib.parse import quote

from .normalise import email_key, plain, squeeze
from .phone import phone_format, phone_key

# Messengers that are reached by a phone number
BY_PHONE = frozenset(["phone", "whatsapp", "viber"])
ICONS = {
    "phone": "fa-phone",
    "mail": "fa-envelope",
    "telegram": "fa-paper-plane",
    "whatsapp": "fa-whatsapp",
    "viber": "fa-volume-control-phone",
    "other": "fa-comment",
}


def channel_format(kind, value, region):
    """:param str kind: one of the keys of ICONS
    :param str region: ISO code of the country that phone numbers without +… belong to
    :return: tuple (key, how it is shown). The key is that of ``phone_key`` for phones, the address in small
        letters for mails
    :raise ValueError: it is no mail address
    """
    value = squeeze(value)
    if kind == "mail":
        return email_key(value), value.strip("<>\"' ")
    if kind in BY_PHONE:
        value = re.sub(r"^(https?://)?(wa\.me/|viber://chat\?number=%2b)", "+", value, flags=re.I)
        return phone_key(value, region), phone_format(value, region)[1]
    if kind == "telegram":
        return _telegram(value, region)
    return plain(value), value


def _telegram(value, region):
    name = re.sub(r"^(https?://)?(t\.me|telegram\.me)/", "", value, flags=re.I).lstrip("@")
    if re.fullmatch(r"[A-Za-z]\w{3,31}", name):
        return name.lower(), f"@{name}"
    return phone_key(value, region), phone_format(value, region)[1]


def channel_link(kind, key, value):
    """:return: address that opens the channel, empty where there is none"""
    if kind == "mail":
        return f"mailto:{quote(value, safe='@+._-')}"
    if kind == "phone":
        return tel_link(value)
    if kind == "other":
        return value if re.match(r"https?://\S+$", value) else ""
    if not key or (key.isdigit() and not value.startswith("+")):
        return ""  # no number, or one that isn't valid
    if kind == "telegram":
        return f"https://t.me/{'+' if key.isdigit() else ''}{key}"
    return f"https://wa.me/{key}" if kind == "whatsapp" else f"viber://chat?number=%2B{key}"


def tel_link(phone):
    """:return: tel: of a phone with its extension, after a pause"""
    number, *extension = re.split(r"(?:ext|доб)\.?", phone, maxsplit=1)
    digits = re.sub(r"[^\d+*#]", "", number)
    extension = re.sub(r"\D", "", "".join(extension))
    return f"tel:{digits},{extension}" if extension else f"tel:{digits}"
