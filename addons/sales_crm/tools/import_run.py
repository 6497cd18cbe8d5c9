"""What an import knows while it runs: users, countries, the client base, what earlier rows said.

Everything is fetched once per run or once per batch, never per row.
"""

import difflib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from .channel import BY_PHONE
from .client_state import CONTACT_FIELDS, ClientState
from .filling import Filling
from .import_cells import marks_of, read_phones
from .normalise import name_key, person_key, plain, tax_key
from .phone import phone_key, phone_tail, split_phones

CLOSE = 0.8  # how like must a misspelt word be to what was meant
FILLED = (
    "res.partner",
    "crm.lead",
    "sales.stage.move",
    "mail.activity",
    "mail.message",
    "mail.followers",
    "sales.partner.key",
    "sales.contact.channel",
)
# Words for industries that Odoo calls otherwise
INDUSTRY_WORDS = {
    "technology": "base.res_partner_industry_J",
    "software": "base.res_partner_industry_J",
    "telecommunications": "base.res_partner_industry_J",
    "it": "base.res_partner_industry_J",
    "medical": "base.res_partner_industry_Q",
    "health": "base.res_partner_industry_Q",
    "retail": "base.res_partner_industry_G",
    "wholesale": "base.res_partner_industry_G",
    "trade": "base.res_partner_industry_G",
    "finance": "base.res_partner_industry_K",
    "insurance": "base.res_partner_industry_K",
    "services": "base.res_partner_industry_S",
    "logistics": "base.res_partner_industry_H",
    "медицина": "base.res_partner_industry_Q",
    "торговля": "base.res_partner_industry_G",
    "розничная торговля": "base.res_partner_industry_G",
    "оптовая торговля": "base.res_partner_industry_G",
    "услуги": "base.res_partner_industry_S",
    "связь": "base.res_partner_industry_J",
    "логистика": "base.res_partner_industry_H",
}


@dataclass
class PlainRow:
    """What a row says: values by name, and what is wrong with them."""

    values: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    warnings: list = field(default_factory=list)


class WordLookup:
    """Records by their words, a misspelt one found by likeness."""

    def __init__(self, words):
        """:param dict words: plain text -> record id"""
        self.words = words

    def find(self, text):
        """:return: tuple (id or False, the word it was read as if it is misspelt, else None)"""
        key = plain(text)
        if key in self.words:
            return self.words[key], None
        close = difflib.get_close_matches(key, self.words, n=1, cutoff=CLOSE) if len(key) > 4 else []
        return (self.words[close[0]], close[0]) if close else (False, None)


class UserLookup:
    """Internal users by name, login, e-mail, or surname with initials."""

    def __init__(self, users):
        self.ids = defaultdict(set)
        self.surnames = defaultdict(set)  # and first names: one word of a name
        for user in users:
            self.add(user)

    def add(self, user):
        for key in (plain(user.login), plain(user.email), *self.name_keys(user.name)):
            if key:
                self.ids[key].add(user.id)
        for word in plain(user.name).split():
            if len(word) > 2:
                self.surnames[word].add(user.id)

    @staticmethod
    def name_keys(name):
        words = person_key(name)
        tokens = plain(name).replace(".", " ").split()
        keys = {words}
        if len(tokens) > 1:
            keys.add(" ".join(sorted(tokens[:2])))
            for position, token in enumerate(tokens):
                others = sorted(t[0] for n, t in enumerate(tokens) if n != position)
                keys.add(f"{token} {' '.join(others)}")
                keys.add(f"{token} {others[0]}")
        return keys

    def find(self, text):
        """:return: set of user ids: one is found, none is unknown, several are namesakes"""
        for key in (plain(text), person_key(text)):
            if key in self.ids:
                return self.ids[key]
        tokens = plain(text).replace(".", " ").split()
        if len(tokens) > 1:
            initials = sorted(token for token in tokens if len(token) == 1)
            words = [token for token in tokens if len(token) > 1]
            if initials and len(words) == 1:
                return self.ids.get(f"{words[0]} {' '.join(initials)}", set())
        return self.surnames.get(plain(text), set())


class ImportRun:
    """:param sales_import: the ``sales.import``; its environment is the importing user's"""

    def __init__(self, sales_import):
        self.sales_import = sales_import
        self.env = sales_import.env
        company = sales_import.company_id or self.env.company
        self.region = company.country_id.code
        self.filling = Filling(self.env, *FILLED)
        self.executing = False  # as against planning, which creates nothing
        self.replayed = False
        self.batch_number = None  # of the batches that all imports have done
        self.forget()

    def region_of(self, country_id, company_id=None):
        """:return: ISO code of the country that phones without +… belong to: the client's, else that of his
        company, else that of the import's
        """
        if not country_id and company_id:
            country_id = self.env["res.company"].browse(company_id).country_id.id
        return self.env["res.country"].browse(country_id or ()).code or self.region

    def forget(self):
        """Forget what was found in the database: it may have been rolled back."""
        for name in ("users", "clients", "products"):
            self.__dict__.pop(name, None)
        self.states = {}  # ("partner" or "row", id) -> ClientState
        self.claims = {}  # client id -> row that spoke for the client first
        self.file_keys = defaultdict(list)  # key -> ids of the rows that create it
        self.seen = {}  # (role, key) -> row that brings it in
        self.__dict__.pop("own_clients", None)
        self.known_deals = {}  # external name -> deal
        self.tags = {}  # name -> id

    # ------------------------------------------------------
    # Small tables
    # ------------------------------------------------------

    @cached_property
    def columns(self):
        """dict file id -> list of columns that are imported, as tuples"""
        columns = defaultdict(list)
        for column in self.sales_import.column_ids.sorted("position"):
            if column.target != "skip":
                columns[column.file_id.id].append(
                    (column.target, column.position, column.header or "", column.contact_number)
                )
        return columns

    @cached_property
    def headers(self):
        """dict file id -> tuple (number of the row with the headers, plain texts of its cells)"""
        found = {}
        for file in self.sales_import.file_ids:
            cells = {column.position: plain(column.header) for column in file.column_ids}
            width = max(cells, default=-1) + 1
            found[file.id] = (file.header_number, [cells.get(position, "") for position in range(width)])
        return found

    @cached_property
    def managers(self):
        """dict file id -> user who has all its clients, unless a row says otherwise"""
        return {file.id: file.manager_id.id for file in self.sales_import.file_ids}

    @cached_property
    def currency(self):
        return (self.sales_import.company_id or self.env.company).currency_id.name

    @cached_property
    def _marks(self):
        return {}

    def marks(self, file_id, target):
        """:return: what separators say in this column, as :func:`~.import_cells.marks_of`"""
        if (file_id, target) not in self._marks:
            position = next(position for of, position, *_rest in self.columns[file_id] if of == target)
            rows = self.env["sales.import.row"].search_fetch([("file_id", "=", file_id)], ["cells"])
            texts = [cells[position] for cells in rows.mapped("cells") if position < len(cells)]
            self._marks[file_id, target] = marks_of(texts)
        return self._marks[file_id, target]

    @cached_property
    def users(self):
        return UserLookup(self.env["res.users"].search([("share", "=", False)]))

    @cached_property
    def chosen(self):
        """dict (kind, plain text) -> ``sales.import.value`` that the person has decided on"""
        return {(value.kind, plain(value.name)): value for value in self.sales_import.value_ids}

    @cached_property
    def countries(self):
        words = {}
        for lang in ("en_US", self.env.lang or "en_US"):
            for country in self.env["res.country"].with_context(lang=lang).search([]):
                words[plain(country.name)] = country.id
        codes = {plain(c.code): c.id for c in self.env["res.country"].search([]) if c.code}
        usa = codes.get("us")
        words.update({"usa": usa, "сша": usa, "рф": codes.get("ru"), "россия": codes.get("ru")})
        return WordLookup({**codes, **words})

    @cached_property
    def industries(self):
        words = {}
        for lang in ("en_US", self.env.lang or "en_US"):
            for industry in self.env["res.partner.industry"].with_context(lang=lang).search([]):
                for word in [industry.name, *industry.name.split("/")]:
                    words.setdefault(plain(word), industry.id)
        for word, xmlid in INDUSTRY_WORDS.items():
            industry = self.env.ref(xmlid, raise_if_not_found=False)
            if industry:
                words.setdefault(word, industry.id)
        return WordLookup(words)

    @cached_property
    def may_create_users(self):
        return self.sales_import.create_users and self.env["res.users"].has_access("create")

    @cached_property
    def products(self):
        """dict name's or code's key -> product id"""
        products = {}
        query = self.env["product.product"].search_fetch([], ["name", "default_code"], order="id desc")
        for product in query:
            products[name_key(product.name)] = product.id
            if product.default_code:
                products[f"code {plain(product.default_code)}"] = product.id
        return products

    # ------------------------------------------------------
    # The client base
    # ------------------------------------------------------

    @cached_property
    def clients(self):
        """dict key -> list of client ids, for every key by which a row may be a duplicate.

        One query: names are compared in a form that the database can't make. Phones are parsed only
        where their last digits occur in the file.
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        # Users are not clients, their cards are left alone
        query = Partner._search([("partner_share", "=", True)])
        names = (
            "id",
            "commercial_partner_id",
            "name",
            "vat",
            "phone",
            "email_normalized",
            "country_id",
            "company_id",
            "active",
        )
        rows = self.env.execute_query(
            query.select(*[Partner._field_to_sql(query.table, name, query) for name in names])
        )
        clients = defaultdict(list)
        channels = self._phones_of_channels(query)
        countries = {partner: country for partner, _client, *_rest, country, _company, _active in rows}
        for partner, client, name, vat, phone, email, country, company, active in sorted(
            rows, key=lambda row: not row[-1]
        ):
            if not active and partner != client:
                continue
            keys = [f"mail {email}"] if email else []
            if partner == client:
                keys.append(f"name {name_key(name or '')}")
                if vat:
                    keys.append(f"tax {tax_key(vat)}")
            region = self.region_of(country or countries.get(client), company)
            for part in [*split_phones(phone), *channels.get(partner, ())]:
                if phone_tail(part) in self.phone_tails:
                    keys += [f"phone {key}" for key in filter(None, [phone_key(part, region)])]
            for key in keys:
                if client not in clients[key]:
                    clients[key].append(client)
        return clients

    def _phones_of_channels(self, query):
        """:param query: of the clients and contacts
        :return: dict id -> list of their further phones
        """
        Channel = self.env["sales.contact.channel"]
        domain = [("partner_id", "in", query), ("kind", "in", list(BY_PHONE))]
        found = defaultdict(list)
        for channel in Channel.search_fetch(domain, ["partner_id", "value"]):
            found[channel.partner_id.id].append(channel.value)
        return found

    @cached_property
    def own_clients(self):
        """Ids of the clients that this import has created"""
        rows = self.env["sales.import.row"].search_fetch(
            [
                ("import_id", "=", self.sales_import.id),
                ("res_model", "=", "res.partner"),
                ("result", "=", "created"),
            ],
            ["res_id"],
        )
        return set(rows.mapped("res_id"))

    def add_client(self, client_id, keys):
        """Remember a client that this import has created."""
        self.own_clients.add(client_id)
        for key in keys:
            self.clients[key].append(client_id)

    @cached_property
    def phone_tails(self):
        """The last digits of every phone in the files"""
        tails = set()
        for file, columns in self.columns.items():
            positions = [position for target, position, _header, _no in columns if target.endswith("phone")]
            if not positions:
                continue
            rows = self.sales_import.env["sales.import.row"].search_fetch(
                [("file_id", "=", file)], ["cells"], order="id"
            )
            for row in rows:
                for position in positions:
                    if position < len(row.cells) and row.cells[position]:
                        cell = row.cells[position]
                        phones = [shown for _key, shown, _words in read_phones(cell, self.region)]
                        tails.update(phone_tail(part) for part in [cell, *phones])
            rows.invalidate_recordset(["cells"])
        return tails

    def load_states(self, partner_ids):
        """Fetch the clients that are not known yet, in a number of queries that does not depend on
        how many they are.
        """
        missing = [pid for pid in dict.fromkeys(partner_ids) if ("partner", pid) not in self.states]
        partners = self.env["res.partner"].with_context(active_test=False).browse(missing).exists()
        steps = self._load_steps(partners)
        fields = self.env["sales.import.role.client"]._client_fields()
        for partner in partners:
            values = {name: partner[name].id if name.endswith("_id") else partner[name] for name in fields}
            contacts = [
                {
                    "id": contact.id,
                    "name": contact.name or "",
                    **{n: contact[n] for n in CONTACT_FIELDS},
                }
                for contact in partner.child_ids
            ]
            self.states["partner", partner.id] = ClientState(
                {**values, "active": partner.active, "is_client": partner.is_client},
                contacts,
                partner.comment.striptags() if partner.comment else "",
                steps.get(partner.id, ()),
                self.region_of(partner.country_id.id, partner.company_id.id),
                [(channel.kind, channel.value) for channel in partner.contact_channel_ids],
            )

    def _load_steps(self, partners):
        activities = self.env["mail.activity"].with_context(active_test=False)
        found = activities.search_fetch(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids)],
            ["res_id", "summary", "date_planned"],
        )
        steps = defaultdict(set)
        for activity in found:
            steps[activity.res_id].add((plain(activity.summary), activity.date_planned))
        return steps
