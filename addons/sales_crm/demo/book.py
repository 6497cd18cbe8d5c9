"""Names, numbers and sentences of the example company in one language, always the same ones."""

import json
import random
from datetime import date, timedelta

import phonenumbers
from stdnum.ru import inn

from odoo import fields
from odoo.tools import file_open

from ..tools.requisites import valid_account
from .british import iban, vat_number

SEED = 19
CLASSES = "A" * 6 + "B" * 9 + "C" * 15  # of the 30 clients of one manager


class Book:
    """What a language file offers, drawn by chance that repeats itself.

    No number is drawn twice, and none belongs to anybody: the phones are of ranges that are not
    given out, the tax numbers of an inspection that registers nobody, the addresses end with
    ``.example``.
    """

    def __init__(self, language):
        with file_open(f"sales_crm/demo/{language}.json") as stream:
            self.texts = json.load(stream)
        self.random = random.Random(SEED)
        self._drawn = set()

    def __getitem__(self, key):
        return self.texts[key]

    def chance(self, share):
        """:return: True in ``share`` of the cases"""
        return self.random.random() < share

    def choice(self, key):
        """:return: one of the list ``key``"""
        return self.random.choice(self.texts[key])

    def digits(self, pattern):
        """:return: ``pattern`` with digits for ``#``"""
        return "".join(str(self.random.randrange(10)) if c == "#" else c for c in pattern)

    def unique(self, pattern):
        """:return: ``pattern`` with digits for ``#``, never the same twice"""
        while True:
            value = self.digits(pattern)
            if value not in self._drawn:
                self._drawn.add(value)
                return value

    def phone(self, pattern):
        """:return: a phone number as Odoo formats it"""
        number = phonenumbers.parse(self.unique(pattern))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    def mobile(self, city=None):
        """:return: pattern of mobile phones, or of the city's where no range of them is free"""
        return self.texts.get("mobile") or (city or self["cities"][0])["phone"]

    def latin(self, text):
        """:return: ``text`` as it is written in an address of the Internet"""
        letters = self.texts.get("translit", {})
        text = "".join(letters.get(c, c) for c in text.lower().replace("'", "").replace(".", ""))
        return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in text).split())

    # ------------------------------------------------------
    # People
    # ------------------------------------------------------

    def staff_email(self, name):
        """:return: the address of one of our own people"""
        first, last = name.split()
        return f"{self.latin(first)[0]}.{self.latin(last)}@{self['mail_domain']}"

    def person(self):
        """:return: dict of name parts ``first``, ``last``, ``middle``; no two namesakes"""
        while True:
            sex = self.random.choice(("male", "female"))
            part = 0 if sex == "male" else -1
            names = {
                "first": self.choice(sex),
                "last": self.choice("last_names").split("/")[part],
                "middle": self.choice("middle").split("/")[part] if "middle" in self.texts else "",
            }
            key = (names["first"], names["last"])
            if key not in self._drawn:
                self._drawn.add(key)
                return names

    def birthday(self, soon):
        """:param bool soon: within the two weeks that begin today
        :return: the birthday of a grown-up
        """
        year = self.random.randrange(1962, 2001)
        if soon:
            day = fields.Date.today() + timedelta(days=self.random.randrange(14))
            return date(year, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
        return date(year, 1, 1) + timedelta(days=self.random.randrange(365))

    def contact(self, company, position):
        """:param int position: 0 for the one whom the managers talk to first
        :return: dict of what is known about a contact person of ``company``
        """
        names = company["owner"] if company["owner"] and not position else self.person()
        if company["owner"] and not position:
            job = self["sole_job"]
        else:
            job = self.choice("other_job" if position else "first_job")
        return {
            "name": self["person"].format(**names),
            "salutation": self["salutation"].format(**names),
            "function": job,
            "phone": self.phone(self.mobile(company["city"])),
            "email": f"{self.latin(names['first'])[0]}.{self.latin(names['last'])}@{company['domain']}",
            "birthdate_date": self.birthday(soon=self.chance(0.1)),
        }

    # ------------------------------------------------------
    # Companies
    # ------------------------------------------------------

    def companies(self):
        """:return: list of dicts of what is known about a client, in the order of the managers"""
        named = [(industry, name, None) for industry, names in self["industries"].items() for name in names]
        named += [(self["sole_trader_industry"], None, self.person()) for _i in range(self["sole_traders"])]
        self.random.shuffle(named)
        companies = []
        for start in range(0, len(named), len(CLASSES)):
            classes = self.random.sample(CLASSES, len(CLASSES))
            for (industry, name, owner), client_class in zip(
                named[start : start + len(CLASSES)], classes, strict=True
            ):
                companies.append(self._company(industry, name, owner, client_class))
        return companies

    def _company(self, industry, name, owner, client_class):
        cities = self["cities"]
        [city] = self.random.choices(cities, [city["share"] for city in cities])
        domain = f"{self.latin(name or owner['last'])}.example"
        company = {
            "owner": owner,
            "city": city,
            "domain": domain,
            "name": self._company_name(name, owner),
            "industry": industry,
            "client_class": client_class,
            "email": f"{self.choice('mail_boxes')}@{domain}",
            "phone": self.phone(city["phone"]),
            "street": self["address"].format(
                street=self.choice("streets"), house=self.random.randrange(1, 120)
            ),
            "street2": self._office(),
            "zip": self.digits(city["zip"]),
            "vat": self._tax_number(city.get("region"), personal=bool(owner)),
        }
        company["requisites"] = self.requisites(company["vat"], owner, company["name"])
        most = 3 if client_class == "A" else 2
        least = 2 if client_class == "A" else 1
        count = 1 if owner else self.random.choice((least, most, most))
        company["contacts"] = [self.contact(company, position) for position in range(count)]
        return company

    def _company_name(self, name, owner):
        if owner:
            return self["sole_trader"].format(**owner)
        forms, shares = zip(*self["legal_forms"], strict=True)
        [form] = self.random.choices(forms, shares)
        return form.format(name=name)

    def _office(self):
        if not self.chance(0.3):
            return False
        return self["office"].format(office=self.random.randrange(1, 60))

    def _tax_number(self, region, personal):
        """:return: a tax number with right check digits: a British one where there is no region"""
        if not region:
            return vat_number(self.unique("00#####"))
        if not personal:
            number = self.unique(f"{region}00#####")
            return number + inn.calc_company_check_digit(number)
        check = "0"
        while "0" in check:  # Odoo refuses a person's number where a digit is the remainder of ten
            number = self.unique(f"{region}00######")
            check = inn.calc_personal_check_digits(number)
        return number + check

    def requisites(self, vat, owner=None, name=""):
        """Registered in 2001, when neither register was kept yet: so the numbers belong to nobody.

        :param owner: name parts of a sole trader
        :param str name: the firm's
        :return: dict of what a firm is known by beside its tax number ``vat``
        """
        if self["country"] == "GB":
            return self._british_requisites(owner, name)
        number = f"{'3' if owner else '1'}01{vat[:2]}" + self.unique(
            "0" * 3 + "######" if owner else "00#####"
        )
        values = {
            "company_registry": number + str(int(number) % (len(number) - 1) % 10),
            "legal_form": self["form_names"][bool(owner)],
            "director_name": self["person"].format(**(owner or self.person())),
            "director_position": self["director"][bool(owner)],
        }
        return values if owner else {**values, "kpp": f"{vat[:4]}01001"}

    def _british_requisites(self, owner, name):
        """:return: as above; the register has not come to such numbers yet, and sole traders aren't in it"""
        if owner:
            return {"director_name": self["person"].format(**owner), "director_position": self["sole_job"]}
        return {
            "company_registry": self.unique("9#######"),
            "legal_form": name.rpartition(" ")[2],
            "director_name": self["person"].format(**self.person()),
            "director_position": self["director"],
        }

    def bank_account(self, bik, owner=False):
        """:return: a number of a current account in the bank with this BIK or BIC"""
        if self["country"] == "GB":
            return iban(bik[:4], self.unique("00##########00"))
        while True:
            number = self.unique("408028100########00#" if owner else "407028100########00#")
            if valid_account(number, bik):
                return number

    # ------------------------------------------------------
    # Sentences
    # ------------------------------------------------------

    def sentence(self, template, contact):
        """:param str template: a sentence with gaps for contact, product, quantity, number
        :param str contact: how the person is called
        :return: the sentence
        """
        _code, product, _price, unit = self.choice("products")
        label = product.split(",")[0]
        return template.format(
            contact=contact,
            product=label[0].lower() + label[1:],
            qty=self.random.randrange(2, 31) * 10,
            unit=unit,
            number=self.random.randrange(120, 980),
        )
