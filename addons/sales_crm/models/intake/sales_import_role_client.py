import re

from stdnum.ru import inn

from odoo import api, fields, models

from ...tools.birthday import parse_birthday
from ...tools.client_state import CLIENT_FIELDS, ClientRow, ClientState
from ...tools.normalise import (
    client_class,
    email_key,
    name_key,
    plain,
    split_emails,
    squeeze,
    tax_key,
)
from ...tools.phone import phone_format, phone_key, split_phones
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
        if not said.values.get("name") and not said.errors:
            said.errors.append(
                self.env._(
                    "Row %s has no client name. Write the name, or delete the row from the file.",
                    row.number,
                )
            )
        self._parse_place(run, cells, said)
        self._parse_words(run, row, cells, said)
        self._parse_tax(run, row, cells, said)
        self._parse_phones(run, row, cells, said)
        self._parse_emails(row, cells, said)
        self._parse_contacts(run, row, cells, said)
        self._parse_step(row, cells, said)
        self._parse_notes(cells, said)
        said.keys = self._keys(run, said)
        return said

    # ------------------------------------------------------
    # Parts of a client
    # ------------------------------------------------------

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
                said.errors.append(
                    self._sentence(
                        row, header, self.env._("“%s” is not a class. Write A, B or C.", text[:60])
                    )
                )
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
        """Russian numbers by their check digit; a zero that Excel has cut off is put back."""
        if "vat" not in cells:
            return
        header, text, _number = cells["vat"][0]
        number = tax_key(re.split(r"[/\\]", text)[0])  # INN/KPP in one column
        country = self.env["res.country"].browse(said.values.get("country_id", False))
        if self._is_russian_tax(country, number):
            padded = number.zfill(10 if len(number) <= 10 else 12)
            if len(number) < 9 or not inn.is_valid(padded):
                said.errors.append(
                    self._sentence(
                        row,
                        header,
                        self.env._(
                            "“%s” is not a valid tax number (INN: 10 digits of a company or 12 of a person). "
                            "Correct it or leave the cell empty.",
                            text[:60],
                        ),
                    )
                )
                return
            number = padded
        elif country and not self._valid_foreign_tax(country, number):
            said.errors.append(
                self._sentence(
                    row,
                    header,
                    self.env._(
                        "“%(number)s” is not a valid tax number in %(country)s. Correct it or leave the "
                        "cell empty.",
                        number=text[:60],
                        country=country.name,
                    ),
                )
            )
            return
        if number:
            said.values["vat"] = number

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
        _vat, code = self.env["res.partner"]._run_vat_checks(country, number, validation="setnull")
        return bool(_vat) or not code

    @api.model
    def _phones(self, run, row, header, text, said):
        """:return: list of phones in international form; what can't be one stays as it was typed"""
        phones = []
        region = run.region_of(said.values.get("country_id"))
        for part in split_phones(text):
            key, shown = phone_format(part, region)
            if not key:
                said.warnings.append(
                    self._sentence(
                        row,
                        header,
                        self.env._("“%s” is not a valid phone number, it is kept as typed.", part[:60]),
                    )
                )
            if shown not in phones:
                phones.append(shown)
        return phones

    @api.model
    def _parse_phones(self, run, row, cells, said):
        """The first phone is the client's, the others are kept in the note."""
        phones = []
        for header, text, _number in cells.get("phone", ()):
            phones += self._phones(run, row, header, text, said)
        if phones:
            said.values["phone"] = phones[0]
        if phones[1:]:
            said.notes.append(self.env._("Other phones: %s", ", ".join(dict.fromkeys(phones[1:]))))

    @api.model
    def _emails(self, row, header, text, said):
        """:return: list of addresses; what is not one is an error of the row"""
        emails = []
        for part in split_emails(text):
            try:
                emails.append(email_key(part))
            except ValueError:
                said.errors.append(
                    self._sentence(
                        row,
                        header,
                        self.env._(
                            "“%s” is not an e-mail address. Correct it or leave the cell empty.",
                            part[:60],
                        ),
                    )
                )
        return emails

    @api.model
    def _parse_emails(self, row, cells, said):
        emails = []
        for header, text, _number in cells.get("email", ()):
            emails += self._emails(row, header, text, said)
        if emails:
            said.values["email"] = emails[0]
        if emails[1:]:
            said.notes.append(self.env._("Other e-mails: %s", ", ".join(dict.fromkeys(emails[1:]))))

    @api.model
    def _parse_contacts(self, run, row, cells, said):
        """Contact persons by their number; what belongs to a nameless one is the client's own."""
        persons = {}
        for target in ("contact_name", "contact_function", "contact_phone", "contact_email"):
            for header, text, number in cells.get(target, ()):
                persons.setdefault(number, {})[target] = (header, text)
        for header, text, number in cells.get("contact_birthday", ()):
            persons.setdefault(number, {})["contact_birthday"] = (header, text)
        for _number, cells_of in sorted(persons.items()):
            contact = self._prepare_contact(run, row, cells_of, said)
            if contact["name"]:
                said.contacts.append(contact)
            else:
                self._keep_nameless(contact, said)

    @api.model
    def _prepare_contact(self, run, row, cells, said):
        """:param dict cells: target -> (header, text) of one person"""
        contact = {"name": squeeze(cells.get("contact_name", ("", ""))[1])}
        if "contact_function" in cells:
            contact["function"] = squeeze(cells["contact_function"][1])
        if "contact_phone" in cells:
            phones = self._phones(run, row, *cells["contact_phone"], said)
            contact["phone"] = ", ".join(phones)
        if "contact_email" in cells:
            contact["email"] = ", ".join(self._emails(row, *cells["contact_email"], said))
        if "contact_birthday" in cells:
            birthday = self._birthday_of(row, *cells["contact_birthday"], said)
            if birthday:
                contact["birthdate_date"] = birthday
        return contact

    @api.model
    def _birthday_of(self, row, header, text, said):
        """:return: the birthday, also one without a year; False, and an error of the row, if it is none"""
        try:
            return parse_birthday(text, fields.Date.context_today(self))
        except (ValueError, OverflowError):
            said.errors.append(
                self._sentence(
                    row,
                    header,
                    self.env._(
                        "“%s” is no birthday. Write 25.04.1980, or 25.04 if the year is not known, or leave "
                        "the cell empty.",
                        text[:60],
                    ),
                )
            )
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
        errors = len(said.errors)
        date = self._date(row, cells, "step_date", said, low=2000)
        if len(said.errors) > errors:
            return
        if not date:
            said.warnings.append(self.env._("The next step has no date: it is planned for today."))
        said.step = {
            "summary": summary or self.env._("Next step"),
            "date": date or fields.Date.context_today(self),
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
        phones = [values.get("phone"), *(contact.get("phone") for contact in said.contacts)]
        emails = [values.get("email"), *(contact.get("email") for contact in said.contacts)]
        keys = [f"tax {tax_key(values['vat'])}"] if values.get("vat") else []
        if values.get("name") and name_key(values["name"]):
            keys.append(f"name {name_key(values['name'])}")
        region = run.region_of(values.get("country_id"))
        for cell in filter(None, phones):
            found = [phone_key(part, region) for part in split_phones(cell)]
            keys += [f"phone {key}" for key in found if key]
        for cell in filter(None, emails):
            keys += [f"mail {email}" for email in split_emails(cell)]
        return list(dict.fromkeys(keys))

    @api.model
    def _new_state(self, run, said):
        """:return: ClientState of a client that the row will create"""
        state = ClientState(region=run.region_of(said.values.get("country_id")))
        state.apply(state.compare(said))
        return state
