"""What columns may be called, in Russian and in English.

A header is looked up in its plain form (:func:`~.normalise.header_key`): small letters, no punctuation, no
number.
"""

import difflib
import re

from .import_layouts import layout_of
from .normalise import header_key

# role -> target -> headers
SYNONYMS = {
    "client": {
        "name": "клиент, название, наименование, название клиента, наименование клиента, контрагент, "
        "организация, компания, название компании, название организации, наименование организации, "
        "покупатель, заказчик, партнер, фирма, юр лицо, юридическое лицо, client, client name, company, "
        "company name, account, account name, customer, customer name, organization, organisation, name",
        "vat": "инн, инн клиента, инн кпп, бин, иин, бин инн, бин иин, унп, tax id, tax number, "
        "taxpayer number, vat, vat number, vat id, tin, inn",
        "phone": "телефон, телефоны, тел, номер телефона, телефон клиента, телефон компании, рабочий "
        "телефон, мобильный, мобильный телефон, моб, сотовый, phone, phones, phone number, telephone, "
        "tel, mobile, company phone, work phone",
        "email": "почта, эл почта, электронная почта, e mail, email, mail, мейл, имейл, емейл, email "
        "клиента, адрес электронной почты, email address, e mail address",
        "street": "адрес, юридический адрес, фактический адрес, адрес доставки, улица, address, "
        "street, street address",
        "city": "город, населенный пункт, city, town",
        "zip": "индекс, почтовый индекс, zip, zip code, postal code, postcode",
        "country": "страна, country, office location, location, headquarters",
        "industry": "отрасль, сфера, сфера деятельности, вид деятельности, сектор, industry, sector",
        "website": "сайт, веб сайт, website, site, web, url",
        "manager": "менеджер, ответственный, ответственный менеджер, ведущий менеджер, куратор, "
        "торговый представитель, продавец, manager, responsible, owner, account owner, salesperson, "
        "account manager",
        "class": "класс, класс клиента, категория, категория клиента, abc, class, client class, "
        "abc class, category",
        "contact_name": "контакт, контакты, контактное лицо, контактные лица, фио контакта, лпр, "
        "фио, фио контактного лица, имя контакта, contact, contact person, contact name, contact persons",
        "contact_last_name": "фамилия, last name, surname, family name",
        "contact_first_name": "имя, first name, given name",
        "contact_middle_name": "отчество, middle name, additional name",
        "contact_function": "должность, должность контакта, должность контактного лица, position, job "
        "title, job position, title, contact position",
        "contact_phone": "телефон контакта, телефон контактного лица, мобильный контакта, телефон лпр, "
        "contact phone, contact mobile",
        "contact_email": "почта контакта, email контакта, e mail контакта, почта контактного лица, email "
        "контактного лица, contact email, contact e mail",
        "contact_birthday": "др, день рождения, дата рождения, дни рождения, др контакта, дата рождения "
        "контакта, день рождения контакта, birthday, date of birth, birth date, dob, birthdate",
        "step": "следующий шаг, следующее действие, следующий контакт, задача, next step, next action, task",
        "step_date": "дата следующего шага, дата следующего действия, дата следующего контакта, когда "
        "следующий шаг, срок следующего шага, дата шага, next step date, next action date, due date, "
        "next contact date",
        "note": "комментарий, комментарии, примечание, примечания, заметки, описание, comment, comments, "
        "note, notes, description",
        "skip": "п п, номер, номер п п, no, n, number, row, id",
    },
    "product": {
        "product": "product, товар, продукт, номенклатура, наименование, название, product name",
        "product_category": "series, серия, категория, группа, category, product category, product group",
        "product_price": "sales price, price, цена, цена продажи, list price, стоимость",
        "product_code": "артикул, код, sku, code, internal reference, product code",
    },
    "agent": {
        "agent": "sales agent, agent, менеджер, агент, продавец, salesperson, сотрудник, торговый "
        "представитель, manager name, sales rep, фио",
        "agent_email": "e mail, email, почта, электронная почта, mail, login, логин",
        "team_leader": "manager, team leader, supervisor, руководитель, начальник, head, sales manager",
        "team_office": "regional office, office, region, регион, офис, филиал, отдел, team, команда",
    },
    "deal": {
        "deal_number": "opportunity id, deal id, deal number, номер сделки, id сделки, номер, id, код сделки",
        "deal_name": "deal, сделка, название сделки, opportunity, opportunity name, deal name, тема",
        "deal_agent": "sales agent, agent, менеджер, агент, ответственный, owner, salesperson, sales rep",
        "deal_product": "product, товар, продукт, номенклатура, product name",
        "deal_account": "account, client, клиент, контрагент, организация, компания, company, customer, "
        "account name",
        "deal_contact": "контакт, основной контакт, контактное лицо, контакт имя, фио, contact, contact "
        "name, contact person, person",
        "deal_phone": "телефон, телефоны, рабочий телефон, мобильный телефон, мобильный, контакт рабочий "
        "телефон, телефон контакта, телефон компании, phone, mobile, phone number",
        "deal_email": "e mail, email, почта, электронная почта, рабочий e mail, рабочий email, контакт "
        "рабочий email, email контакта, mail",
        "deal_city": "город, город клиента, city",
        "deal_stage": "deal stage, stage, стадия, этап, статус, статус сделки, стадия сделки, этап "
        "сделки, status",
        "deal_open_date": "engage date, open date, created, created on, creation date, start date, дата "
        "начала, дата создания, дата открытия",
        "deal_close_date": "close date, closed on, closed date, дата закрытия, дата завершения",
        "deal_value": "close value, value, amount, revenue, сумма, сумма сделки, бюджет, стоимость, "
        "expected revenue",
        "deal_note": "комментарий, примечание, описание, comment, note, notes, description",
    },
}
# A file is of a role only with these columns; the first role that fits best takes it
REQUIRED = {
    "client": {"name"},
    "agent": {"agent"},
    "product": {"product"},
    "deal": {"deal_stage"},
}
# Targets that several columns may fill; the others take one column only
REPEATABLE = frozenset(["phone", "email", "note", "street", "deal_phone", "deal_email", "deal_note", "skip"])
# What a file of deals says of their clients, and what it is in a file of clients
CLIENT_OF_DEAL = {
    "deal_account": "name",
    "deal_contact": "contact_name",
    "deal_phone": "phone",
    "deal_email": "email",
    "deal_city": "city",
}
# With one of these a client can be reached
REACHED_BY = frozenset(["deal_contact", "deal_phone", "deal_email"])
NAME_TARGETS = ("contact_last_name", "contact_name", "contact_first_name", "contact_middle_name")
NAMES_OF_CLIENT = frozenset(["contact_name", "contact_last_name", "contact_first_name"])  # without a firm
CONTACT_TARGETS = (
    *NAME_TARGETS,
    "contact_function",
    "contact_phone",
    "contact_email",
    "contact_birthday",
)
# Where a column goes whose header says nothing: nothing that was entered is lost
FALLBACK = {"client": "note", "deal": "deal_note"}

_CONTACT_WORDS = re.compile(r"\b(контакт\w*|лица|лпр|contact|person)\b")
_CONTACT_PARTS = (
    ("contact_birthday", re.compile(r"рожд|\bдр\b|birth")),
    ("contact_email", re.compile(r"mail|почт|мейл|мэйл")),
    ("contact_phone", re.compile(r"тел|моб|сотов|phone|mobile|tel")),
    ("contact_function", re.compile(r"должн|position|title|function")),
    ("contact_name", re.compile(r"фио|имя|name|лицо|лпр|person|контакт|contact")),
)


def occurrence_keys(headers):
    """:return: the plain headers, the second of the same marked as such: "телефон", "телефон#2" """
    seen, keys = {}, []
    for header in headers:
        key, number = header_key(header)
        key = f"{key} {number}" if number else key
        seen[key] = seen.get(key, 0) + 1
        keys.append(key if seen[key] == 1 else f"{key}#{seen[key]}")
    return keys


class HeaderWords:
    """What the columns of each role may be called.

    :param dict synonyms: role -> target -> headers with commas between them, like ``SYNONYMS``
    :param dict required: role -> targets without which a file is none of it
    :param repeatable: targets that several columns may fill
    :param dict fallback: role -> target of the columns whose headers say nothing
    :param dict layouts: files known as a whole, like ``LAYOUTS``
    """

    def __init__(self, synonyms, required, repeatable, fallback, layouts=None):
        self._lookup = {
            role: {
                header.strip(): target for target, headers in targets.items() for header in headers.split(",")
            }
            for role, targets in synonyms.items()
        }
        self._required = required
        self._repeatable = repeatable
        self._fallback = fallback
        self._layouts = layouts or {}

    @property
    def roles(self):
        """:return: list of the roles; of two that fit a file equally well the later one takes it"""
        return list(self._lookup)

    def guess_target(self, role, key):
        """:param str key: plain form of a header
        :return: the target it names, None if it names none
        """
        lookup = self._lookup[role]
        if key in lookup:
            return lookup[key]
        if role == "client" and _CONTACT_WORDS.search(key):
            for target, pattern in _CONTACT_PARTS:
                if pattern.search(key):
                    return target
        close = difflib.get_close_matches(key, lookup, n=1, cutoff=0.88) if len(key) > 5 else []
        return lookup[close[0]] if close else None

    def recognised(self, role, headers):
        """:return: the targets of this role that the headers name"""
        return {self.guess_target(role, header_key(header)[0]) for header in headers} - {None, "skip"}

    def guess_role(self, headers):
        """:return: the role that most of the headers belong to, None if the file fits none"""
        best, best_score = None, 0
        for role in reversed(self.roles):
            targets = self.recognised(role, headers)
            score = len(targets) if targets >= self._required[role] else 0
            if score > best_score and (score > 1 or len([h for h in headers if h]) <= 2):
                best, best_score = role, score
        return best

    def _claim(self, target, used, contact_seen):
        """:return: the target, or another one if a column before has taken it"""
        if target in ("phone", "email") and target in used and contact_seen:
            return f"contact_{target}"
        if target in used and target not in self._repeatable:
            return None
        return target

    def _layout_columns(self, role, headers, remembered):
        """:return: the columns of a file of a known program, as :meth:`suggest_columns`; None of any other"""
        name, known = layout_of(self._layouts, role, headers)
        if not name:
            return None
        columns, used = [], set()
        for header, occurrence in zip(headers, occurrence_keys(headers), strict=True):
            key = header_key(header)[0]
            target = remembered.get(occurrence) or known.get(key)
            if target is None and key:
                target = self._claim(self.guess_target(role, key), used, False)
            if target in used and target not in self._repeatable:
                target = None
            target = target or (self._fallback.get(role) if key else None) or "skip"
            used.add(target)
            columns.append((target, 1 if target in CONTACT_TARGETS else 0))
        return columns

    def suggest_columns(self, role, headers, remembered):
        """Find what each column is.

        :param list headers: texts of the header row
        :param dict remembered: header as in :func:`occurrence_keys` -> target, of earlier imports
        :return: list of tuples (target or None, number of the contact person or 0)
        """
        layout = self._layout_columns(role, headers, remembered)
        if layout:
            return layout
        columns, used, contacts = [], set(), 0
        filled = {}
        for header, occurrence in zip(headers, occurrence_keys(headers), strict=True):
            key, number = header_key(header)
            target = remembered.get(occurrence)
            if target is None:
                target = self._claim(self.guess_target(role, key), used, contacts)
            if target is None and key:
                target = self._fallback.get(role)
            used.add(target)
            group = 0
            if target in CONTACT_TARGETS:
                full = not contacts or target in filled.get(contacts, ())
                group = number or (contacts + 1 if full else contacts)
                contacts = group
                filled.setdefault(group, set()).add(target)
            columns.append((target or "skip", group))
        return columns
