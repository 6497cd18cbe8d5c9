import re

from stdnum.ru import inn

from odoo import api, models

from ...tools.birthday import parse_birthday
from ...tools.client_state import CLIENT_FIELDS, KINDS, ClientRow, ClientState
from ...tools.import_cells import CUT_BY_EXCEL, read_mails, read_phones
from ...tools.import_headers import CONTACT_TARGETS, NAME_TARGETS
from ...tools.normalise import (
    client_class,
    name_key,
    plain,
    split_emails,
    squeeze,
    tax_key,
)
from ...tools.partner_keys import MIN_VAT
from ...tools.phone import phone_format, split_phones
from ...tools.requisites import foreign_tax_country

PLAIN_TARGETS = {"name": "name", "city": "city", "zip": "zip", "website": "website"}

STEP_TYPES = (
    ("mail.mail_activity_data_call", re.compile(r"звон|созвон|\bcall|phone")),
    ("sales_crm.mail_activity_type_visit", re.compile(r"визит|приех|выезд|visit")),
    ("mail.mail_activity_data_meeting", re.compile(r"встреч|meeting|\bmeet")),
    ("mail.mail_activity_data_email", re.compile(r"письм|написать|e-?mail|\bmail")),
)


class SalesImportRoleClient(models.AbstractModel):
    """Rows of a client base: what they say. What is done with it is in the two files beside."""

    _name = "sales.import.role.client"
    _inherit = "sales.import.role"
    _description = "Clients of an Import"

    _role = "client"

    @api.model
    def _plain_targets(self):
        """:return: dict target -> field of the client that gets the cell's text as it is"""
        return dict(PLAIN_TARGETS)

    @api.model
    def _client_fields(self):
        """:return: list of the fields of a client that a row may change"""
        return list(dict.fromkeys([*CLIENT_FIELDS, *self._plain_targets().values()]))

    @api.model
    def _label(self, said):
        return said.values.get("name") or self.env._("(no name)")

    @api.model
    def _parse(self, run, row):
        """:return: ClientRow"""
        said = ClientRow()
        cells = self._cells(run, row, said)
        for target, name in self._plain_targets().items():
            if target in cells:
                said.values[name] = self._text(cells, target)
        if "street" in cells:
            said.values["street"] = ", ".join(squeeze(text) for _h, text, _n in cells["street"])
        self._parse_place(run, cells, said)
        self._parse_words(run, row, cells, said)
        self._parse_tax(run, row, cells, said)
        self._parse_phones(run, row, cells, said)
        self._parse_emails(row, cells, said)
        self._parse_contacts(run, row, cells, said)
        self._parse_name(row, cells, said)
        self._parse_step(row, cells, said)
        self._parse_notes(cells, said)
        said.keys = self._keys(run, said)
        return said

    # ------------------------------------------------------
    # Parts of a client
    # ------------------------------------------------------

    @api.model
    def _parse_name(self, row, cells, said):
        """A person without a firm is a client; without both there is none."""
        if said.values.get("name"):
            return
        if len(said.contacts) == 1:
            said.values["is_company"] = False
            person = said.contacts.pop()
            for name, value in person.items():
                if name in KINDS and said.values.setdefault(name, value) != value:
                    self._add_channel(said, KINDS[name], value)
                elif name not in KINDS:
                    said.values[name] = value
            return
        if not said.errors:
            said.errors.append(
                self.env._(
                    "Row %s has no client name. Write the name, or delete the row from the file.", row.number
                )
            )

    @api.model
    def _refuse_cell(self, row, header, text, said, what):
        self._keep_cell(row, header, text, said, what)

    @api.model
    def _parse_place(self, run, cells, said):
        """Country, or "City, Country"; what is neither is kept in the note."""
        if "country" not in cells:
            return
        header, text, _number = cells["country"][0]
        city, _comma, country = squeeze(text).rpartition(",")
        found, meant = run.countries.find(country.strip())
        if not found:
            said.warnings.append(
                self.env._(
                    "There is no country “%s” here: it is kept in the client's notes.",
                    squeeze(text),
                )
            )
            said.notes.append(f"{header}: {squeeze(text)}")
            return
        if meant:
            said.warnings.append(
                self.env._("“%(word)s” is read as “%(meant)s”.", word=country.strip(), meant=meant)
            )
        said.values["country_id"] = found
        if city:
            said.values.setdefault("city", city.strip())

    @api.model
    def _parse_words(self, run, row, cells, said):
        """Industry, class and manager."""
        if "industry" in cells:
            header, text, _number = cells["industry"][0]
            found, meant = run.industries.find(text)
            if not found:
                said.warnings.append(
                    self.env._(
                        "There is no industry “%s” here: it is kept in the client's notes.",
                        squeeze(text),
                    )
                )
                said.notes.append(f"{header}: {squeeze(text)}")
            else:
                said.values["industry_id"] = found
                if meant:
                    said.warnings.append(
                        self.env._("“%(word)s” is read as “%(meant)s”.", word=squeeze(text), meant=meant)
                    )
        if "class" in cells:
            header, text, _number = cells["class"][0]
            try:
                said.values["client_class"] = client_class(text)
            except ValueError:
                what = self.env._("“%s” is not a class. Write A, B or C.", text[:60])
                self._refuse_cell(row, header, text, said, what)
        if run.managers[row.file_id.id]:
            said.values["user_id"] = run.managers[row.file_id.id]
        if "manager" in cells:
            header, text, _number = cells["manager"][0]
            errors = len(said.errors)
            user = self._find_user(run, row, header, text, said)
            if user:
                said.values["user_id"] = user
            elif len(said.errors) == errors:
                said.errors.append(self._unknown_user(row, header, text))

    @api.model
    def _parse_tax(self, run, row, cells, said):
        """Russian numbers by their check digit; a zero that Excel has cut off is put back. Only what can be a
        tax number is one, and finds clients.
        """
        if "vat" not in cells:
            return
        header, text, _number = cells["vat"][0]
        number = tax_key(re.split(r"[/\\]", text)[0])  # INN/KPP in one column
        country = self.env["res.country"].browse(said.values.get("country_id", False))
        if self._is_russian_tax(country, number):
            number = number.zfill(10 if len(number) <= 10 else 12) if len(number) >= 9 else ""
            valid = inn.is_valid(number) and len(set(number)) > 1
        else:
            valid = self._valid_foreign_tax(country, number)
        if valid and not CUT_BY_EXCEL.search(text):
            said.values["vat"] = number
        else:
            self._refuse_cell(row, header, text, said, self._no_tax_number(text, country))

    @api.model
    def _no_tax_number(self, text, country):
        """:return: the sentence"""
        country = country or self.env.company.country_id
        if country.code == "RU":
            return self.env._(
                "“%s” is not a valid tax number (INN: 10 digits of a company or 12 of a person).", text[:60]
            )
        return self.env._(
            "“%(number)s” is not a valid tax number in %(country)s.",
            number=text[:60],
            country=country.name or self.env._("any country"),
        )

    @api.model
    def _is_russian_tax(self, country, number):
        """:return: whether the number is to be judged as a Russian one: by the client's country, or without
        one by the company's; a neighbour's number that is none of Russia's is not
        """
        if country:
            return country.code == "RU"
        ours = self.env.company.country_id.code
        return number.isdigit() and ours not in ("BY", "KZ") and not foreign_tax_country(number)

    @api.model
    def _valid_foreign_tax(self, country, number):
        if sum(char.isdigit() for char in number) < MIN_VAT - 1:
            return False
        if not country:
            return bool(foreign_tax_country(number)) or self.env.company.country_id.code != "RU"
        _vat, code = self.env["res.partner"]._run_vat_checks(country, number, validation="setnull")
        return bool(_vat) or not code

    @api.model
    def _phones(self, run, row, header, text, said):
        """:return: list of tuples (phone, words beside it); what is none stays as it was typed"""
        phones = []
        for key, shown, words in read_phones(text, run.region_of(said.values.get("country_id"))):
            if not key:
                said.warnings.append(self._sentence(row, header, self._no_phone(shown)))
            if (shown, words) not in phones:
                phones.append((shown, words))
        return phones

    @api.model
    def _no_phone(self, text):
        if CUT_BY_EXCEL.search(text):
            return self.env._(
                "Excel has cut “%s”: its last digits are lost. Format the column as text and enter the phone "
                "again; until then it is kept as it is.",
                text[:60],
            )
        return self.env._("“%s” is not a valid phone number, it is kept as typed.", text[:60])

    @api.model
    def _parse_phones(self, run, row, cells, said):
        """The first phone is the client's, the others and the words beside them are further ones."""
        for header, text, _number in cells.get("phone", ()):
            told = self._header_word(header)
            for phone, words in self._phones(run, row, header, text, said):
                if "phone" not in said.values:
                    said.values["phone"] = phone
                    if words:
                        said.notes.append(f"{phone}: {words}")
                elif phone != said.values["phone"]:
                    self._add_channel(said, "phone", phone, words or told)

    @api.model
    def _header_word(self, header):
        """:return: the header where it says what a phone is for: Mobile, Fax"""
        return "" if plain(header) in ("телефон", "телефоны", "phone", "phones", "тел") else header

    @api.model
    def _add_channel(self, said, kind, value, words=""):
        if not any(known[:2] == (kind, value) for known in said.channels):
            said.channels.append((kind, value, squeeze(words)))

    @api.model
    def _emails(self, row, header, text, said):
        """:return: tuple (addresses, names beside them); what is neither is kept in the note"""
        emails, names, wrong = read_mails(text)
        for part in wrong:
            what = self.env._("“%s” is not an e-mail address.", part[:60])
            self._refuse_cell(row, header, part, said, what)
        return emails, names

    @api.model
    def _parse_emails(self, row, cells, said):
        """The first mail is the client's, the others are further ones; a name beside it is a contact's."""
        for header, text, _number in cells.get("email", ()):
            emails, names = self._emails(row, header, text, said)
            for email in emails:
                if "email" not in said.values:
                    said.values["email"] = email
                elif email != said.values["email"]:
                    self._add_channel(said, "mail", email, self._header_word(header) if header else "")
            said.notes += [f"{header}: {name}" for name in names]

    @api.model
    def _parse_contacts(self, run, row, cells, said):
        """Contact persons by their number; what belongs to a nameless one is the client's own."""
        persons = {}
        for target in CONTACT_TARGETS:
            for header, text, number in cells.get(target, ()):
                persons.setdefault(number, {}).setdefault(target, []).append((header, text))
        for _number, cells_of in sorted(persons.items()):
            contact = self._prepare_contact(run, row, cells_of, said)
            if contact["name"]:
                said.contacts.append(contact)
            else:
                self._keep_nameless(contact, said)

    @api.model
    def _prepare_contact(self, run, row, cells, said):
        """:param dict cells: target -> list of tuples (header, text) of one person"""
        parts = [text for target in NAME_TARGETS for _header, text in cells.get(target, ())]
        contact = {"name": squeeze(" ".join(parts))}
        if "contact_function" in cells:
            contact["function"] = ", ".join(squeeze(text) for _header, text in cells["contact_function"])
        phones = [
            phone
            for header, text in cells.get("contact_phone", ())
            for phone in self._phones(run, row, header, text, said)
        ]
        if phones:
            contact["phone"] = ", ".join(dict.fromkeys(phone for phone, _words in phones))
            said.notes += [f"{phone}: {words}" for phone, words in phones if words]
        emails = []
        for header, text in cells.get("contact_email", ()):
            found, names = self._emails(row, header, text, said)
            emails += found
            contact["name"] = contact["name"] or " ".join(names[:1])
        if emails:
            contact["email"] = ", ".join(dict.fromkeys(emails))
        for header, text in cells.get("contact_birthday", ()):
            birthday = self._birthday_of(row, header, text, said)
            if birthday:
                contact["birthdate_date"] = birthday
        return contact

    @api.model
    def _birthday_of(self, row, header, text, said):
        """:return: the birthday, also one without a year; False, and an error of the row, if it is none"""
        try:
            return parse_birthday(text, self.env.user._sales_today())
        except (ValueError, OverflowError):
            what = self.env._(
                "“%s” is no birthday. Write 25.04.1980, or 25.04 if the year is not known.", text[:60]
            )
            self._refuse_cell(row, header, text, said, what)
            return False

    @api.model
    def _keep_nameless(self, contact, said):
        if contact.get("birthdate_date"):
            said.values["birthdate_date"] = contact["birthdate_date"]
        for name in ("phone", "email"):
            if contact.get(name) and not said.values.get(name):
                said.values[name] = contact.pop(name)
        rest = [contact[name] for name in ("function", "phone", "email") if contact.get(name)]
        if rest:
            said.notes.append(self.env._("Contact: %s", ", ".join(rest)))

    @api.model
    def _parse_step(self, row, cells, said):
        summary = self._text(cells, "step")
        if "step" not in cells and "step_date" not in cells:
            return
        date = self._date(row, cells, "step_date", said, low=2000)
        if not date and not summary:
            return
        if not date:
            said.warnings.append(self.env._("The next step has no date: it is planned for today."))
        said.step = {
            "summary": summary or self.env._("Next step"),
            "date": date or self.env.user._sales_today(),
            "dated": bool(date),
        }

    @api.model
    def _parse_notes(self, cells, said):
        """Comments as they are; of other columns with their header, so that nothing is lost."""
        for header, text, _number in cells.get("note", ()):
            plain_header = plain(header)
            is_comment = re.match(r"(комм|прим|замет|опис|comm|note|descr)", plain_header)
            said.notes.append(squeeze(text) if is_comment or not header else f"{header}: {squeeze(text)}")

    # ------------------------------------------------------
    # Keys
    # ------------------------------------------------------

    @api.model
    def _keys(self, run, said):
        """:return: list of what makes another row or client the same, the strongest first"""
        values = said.values
        further = said.channels
        phones = [value for kind, value, _words in further if kind == "phone"]
        emails = [value for kind, value, _words in further if kind == "mail"]
        phones = [values.get("phone"), *phones, *(contact.get("phone") for contact in said.contacts)]
        emails = [values.get("email"), *emails, *(contact.get("email") for contact in said.contacts)]
        keys = [f"tax {tax_key(values['vat'])}"] if values.get("vat") else []
        if values.get("name") and name_key(values["name"]):
            keys.append(f"name {name_key(values['name'])}")
        region = run.region_of(values.get("country_id"))
        for cell in filter(None, phones):
            found = [phone_format(part, region)[0] for part in split_phones(cell)]
            keys += [f"phone {key.removeprefix('+')}" for key in found if key]
        for cell in filter(None, emails):
            keys += [f"mail {email}" for email in split_emails(cell)]
        return list(dict.fromkeys(keys))

    @api.model
    def _new_state(self, run, said):
        """:return: ClientState of a client that the row will create"""
        state = ClientState(region=run.region_of(said.values.get("country_id")))
        state.apply(state.compare(said))
        return state
