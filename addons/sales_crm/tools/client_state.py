"""What is known of a client, and what a row of a file would change in it.

A state is built from the database or from the rows of the file that bring the client in, so that a row
is compared with both in the same way. Pure Python: no query, no message.
"""

from dataclasses import dataclass, field

from .birthday import same_birthday
from .normalise import name_key, person_key, plain, squeeze, tax_key
from .phone import phone_key

CLIENT_FIELDS = (
    "name",
    "vat",
    "phone",
    "email",
    "street",
    "city",
    "zip",
    "country_id",
    "industry_id",
    "website",
    "user_id",
    "client_class",
    "birthdate_date",
    "function",
)
KINDS = {"phone": "phone", "email": "mail"}  # field -> kind of channel that holds what is over
CONTACT_FIELDS = ("function", "phone", "email", "birthdate_date")


def comparable(name, value, region):
    """:return: the value of a field in the form in which equal values are equal"""
    if not value:
        return ""
    if name == "name":
        return name_key(value)
    if name == "vat":
        return tax_key(value)
    if name == "phone":
        return phone_key(value, region) or squeeze(value)
    if name == "email":
        return value.casefold()
    if name == "website":
        return plain(value).removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return squeeze(value) if isinstance(value, str) else value


@dataclass
class ClientRow:
    """What a row says about a client."""

    values: dict = field(default_factory=dict)
    contacts: list = field(default_factory=list)
    channels: list = field(default_factory=list)  # tuples (kind, value, words beside it)
    notes: list = field(default_factory=list)
    step: dict = None
    keys: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


@dataclass
class Changes:
    """What a row would change. Nothing filled is ever emptied.

    ``kept`` has the fields of the client where the row says something else than a row before it, and what it
    says; ``kept_contacts`` the same of contact persons, as tuples (name, field, value).
    """

    values: dict = field(default_factory=dict)
    channels: list = field(default_factory=list)
    new_contacts: list = field(default_factory=list)
    contact_values: list = field(default_factory=list)  # tuples (contact of the state, values)
    notes: list = field(default_factory=list)
    step: dict = None
    kept: dict = field(default_factory=dict)
    kept_contacts: list = field(default_factory=list)

    def __bool__(self):
        return bool(
            self.values
            or self.channels
            or self.new_contacts
            or self.contact_values
            or self.notes
            or self.step
        )


class ClientState:
    """A client as it is in the database, or as the rows before have made it.

    :param dict values: of CLIENT_FIELDS, many2one as id
    :param list contacts: dicts with ``id`` (0 if not in the database yet), ``name`` and CONTACT_FIELDS
    :param str notes: plain text of the note
    :param set steps: tuples (summary in plain form, first day it was planned for)
    :param list channels: tuples (kind, value) of further phones and mails
    """

    def __init__(self, values=None, contacts=(), notes="", steps=(), region=None, channels=()):
        self.values = dict(values or {})
        self.contacts = [dict(contact) for contact in contacts]
        self.notes = squeeze(notes)
        self.steps = set(steps)
        self.region = region
        self.channels = {self._channel_key(kind, value) for kind, value in channels}

    def compare(self, row, fill_only=False, kept=()):
        """:param ClientRow row: what the row says
        :param bool fill_only: a row before it speaks for this client: only what is empty is filled
        :param kept: fields that are only filled in any case
        """
        changes = Changes()
        for name, value in row.values.items():
            old = self.values.get(name)
            if self._is_known(name, old, value):
                continue
            if old and (fill_only or name in kept):
                changes.kept[name] = value
            else:
                changes.values[name] = value
        for contact in row.contacts:
            self._compare_contact(contact, changes, fill_only)
        for kind, value, words in row.channels:
            if not self._has_channel(kind, value):
                changes.channels.append((kind, value, words))
        for line in row.notes:
            if squeeze(line) not in self.notes:
                changes.notes.append(line)
        if row.step and not self._has_step(row.step):
            changes.step = row.step
        return changes

    def _is_known(self, name, old, new):
        """:return: whether the row says nothing new; a birthday without a year is known with the year, and a
        firm that is known stays one
        """
        if name == "is_company":
            return True
        if name == "birthdate_date" and old and new:
            return same_birthday(old, new)
        if name in KINDS and old and self._channel_key(KINDS[name], new) in self.channels:
            return True
        return comparable(name, old, self.region) == comparable(name, new, self.region)

    def _compare_contact(self, contact, changes, fill_only):
        known = self._find_contact(contact)
        if known is None:
            changes.new_contacts.append(contact)
            return
        values = {}
        for name in CONTACT_FIELDS:
            old, new = known.get(name), contact.get(name)
            if not new or self._is_known(name, old, new):
                continue
            if old and fill_only:
                changes.kept_contacts.append((contact["name"], name, new))
            else:
                values[name] = new
        if values:
            changes.contact_values.append((known, values))

    def _find_contact(self, contact):
        key = person_key(contact["name"])
        for known in self.contacts:
            if person_key(known["name"]) == key:
                return known
        return None

    def _channel_key(self, kind, value):
        return kind, comparable("email" if kind == "mail" else "phone", value, self.region)

    def _has_channel(self, kind, value):
        first = next(name for name, of in KINDS.items() if of == kind)
        own = self.values.get(first)
        key = self._channel_key(kind, value)
        return key in self.channels or (bool(own) and key == self._channel_key(kind, own))

    def _has_step(self, step):
        summary = plain(step["summary"])
        if step["dated"]:
            return (summary, step["date"]) in self.steps
        return any(known == summary for known, _date in self.steps)

    def apply(self, changes):
        """Remember the changes, so that the next row is compared with what will be."""
        self.values.update(changes.values)
        self.contacts += [{"id": 0, **contact} for contact in changes.new_contacts]
        for known, values in changes.contact_values:
            known.update(values)
        self.channels |= {self._channel_key(kind, value) for kind, value, _words in changes.channels}
        self.notes = squeeze(" ".join([self.notes, *changes.notes]))
        if changes.step:
            self.steps.add((plain(changes.step["summary"]), changes.step["date"]))
