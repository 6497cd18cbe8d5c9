"""The example company itself: its people, products and clients."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from odoo.fields import Command

from .past import Past

# Up to which orders are let past the credit limit
HEAD_LIMIT = 500_000
CONTROLLER_LIMIT = 1_500_000
VAT_22_SINCE = date(2026, 1, 1)
QUANTITIES = {"A": (12, 40), "B": (5, 20), "C": (2, 10)}  # tens of a product in one order
FORMER = ((1, 85), (3, 20))  # of each 5 clients, and how many working days ago it was handed over


@dataclass
class Client:
    """A client with whom the history is written."""

    partner: object
    manager: object  # of today
    client_class: str
    contacts: list  # of (partner, how the person is called)
    former: object = None  # the manager before
    handed_over: int = 0  # index of the working day on which the manager changed
    deals: list = field(default_factory=list)  # the open ones

    def manager_on(self, index):
        """:return: the user who was the manager on the working day ``index``"""
        return self.former if index < self.handed_over else self.manager


class Company(Past):
    """Creates users, products and clients; the parts of the history read what is here."""

    def __init__(self, env, book, days):
        self.env = env
        self.book = book
        self.days = days
        self.price_rate = 1
        self.managers = self.former = env["res.users"]
        self.head = self.accountant = self.controller = self.team = self.products = None
        self.clients = []
        self.orders = []  # of (client, confirmed order, index of its working day)
        self.promised = []  # of (invoice that was paid late, day of the payment, its amount)
        self.campaign = []  # of (Planned, activity): calls that a mass plan has brought
        self.away = {}  # manager -> set of the working days of his last leave
        self._refs = {}

    def load(self):
        self._introduce_company()
        self._create_users()
        self._create_products()
        self._create_clients()

    def ref(self, xmlid):
        """:return: the record; core would ask the database each time"""
        if xmlid not in self._refs:
            self._refs[xmlid] = self.env.ref(xmlid)
        return self._refs[xmlid]

    def taxes_on(self, day):
        """:return: taxes of a delivery of ``day`` where they are not those of today, else None"""
        if self.env.company.chart_template != "ru" or day >= VAT_22_SINCE:
            return None
        return self.env["account.chart.template"].ref("sale_vat_20")

    def prepare_order(self, client, user, index, big=False):
        """:param int index: of the working day on which it is confirmed
        :param bool big: the client orders like one of the best
        :return: values of an order; the better the client, the more it is
        """
        taxes = self.taxes_on(self.days.past[index])
        products = self.book.random.sample(list(self.products), self.book.random.randrange(2, 4))
        return {
            "partner_id": client.partner.id,
            "user_id": user.id,
            "team_id": self.team.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": self.quantity(client, big),
                        **({"tax_ids": [Command.set(taxes.ids)]} if taxes else {}),
                    }
                )
                for product in products
            ],
        }

    def quantity(self, client, big=False):
        """:return: how much the client takes of one product"""
        return self.book.random.randrange(*QUANTITIES["A" if big else client.client_class]) * 10

    # ------------------------------------------------------
    # Company and people
    # ------------------------------------------------------

    def _introduce_company(self):
        """Name the main company if nobody did, and price in its currency."""
        company = self.env.ref("base.main_company")
        if company._sales_is_unnamed():
            company.name = self.book["company"]
        currency = self.book.texts.get("currency")
        if currency and company.currency_id.name != currency:
            self.price_rate = self.book["foreign_rate"]

    def _country(self):
        return self.env["res.country"].search([("code", "=", self.book["country"])])

    def _create_users(self):
        names = {f"manager{n}": name for n, name in enumerate(self.book["managers"], 1)}
        self.managers = self._create_staff(names, "sales_crm.group_manager")
        self.head = self._create_staff({"head": self.book["head"]}, "sales_crm.group_head")
        self.head.group_ids |= self.env.ref("sales_crm.group_credit_controller")
        self.head.sales_release_limit = round(HEAD_LIMIT * self.price_rate)
        self.accountant = self._create_staff(
            {"accountant": self.book["accountant"]}, "account.group_account_user"
        )
        self.controller = self._create_staff(
            {"controller": self.book["controller"]}, "sales_crm.group_credit_controller"
        )
        # He reads the invoices and payments that he judges by
        self.controller.group_ids |= self.env.ref("account.group_account_readonly")
        self.controller.sales_release_limit = round(CONTROLLER_LIMIT * self.price_rate)
        self._create_staff({"rules": self.book["rules"]}, "sales_crm.group_admin")
        self.former = self._create_staff(dict(self.book["former"]), "sales_crm.group_manager", active=False)
        self.team = self.env["crm.team"].create(
            {
                "name": self.book["team"],
                "company_id": self.env.company.id,
                "user_id": self.head.id,
                "member_ids": [Command.set(self.managers.ids)],
            }
        )

    def _create_staff(self, names, group, active=True):
        """:param dict names: login -> name
        :return: users with these names; those who work here have their login as the password
        """
        country = self._country()
        return self.env["res.users"].create(
            [
                {
                    "name": name,
                    "login": login,
                    **({"password": login} if active else {}),
                    "email": self.book.staff_email(name),
                    "phone": self.book.phone(self.book.mobile()),
                    "country_id": country.id,
                    "lang": self.env.context.get("lang"),
                    "tz": self.book["tz"],
                    "notification_type": "inbox",
                    "group_ids": [Command.set(self.env.ref(group).ids)],
                    "active": active,
                }
                for login, name in names.items()
            ]
        )

    def _create_products(self):
        categories = self._create_categories()
        self.products = self.env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": code,
                    "categ_id": categories[code].id,
                    "type": "consu",
                    "list_price": round(price * self.price_rate, 2),
                }
                for code, name, price, _unit in self.book["products"]
            ]
        )

    def _create_categories(self):
        """:return: dict code of a product -> its category"""
        groups = self.book["categories"]
        categories = self.env["product.category"].create([{"name": name} for name, _codes in groups])
        return {
            code: category
            for category, (_name, codes) in zip(categories, groups, strict=True)
            for code in codes
        }

    # ------------------------------------------------------
    # Clients
    # ------------------------------------------------------

    def _create_clients(self):
        """Thirty clients for each manager, with tags and contact persons."""
        companies = self.book.companies()
        per_manager = len(companies) // len(self.managers)
        managers = [manager for manager in self.managers for _n in range(per_manager)]
        tags = self._create_tags()
        country = self._country()
        first = [self._first_manager(index, manager) for index, manager in enumerate(managers)]
        partners = self.env["res.partner"].create(
            [
                self._prepare_client(company, manager, country, tags)
                for company, manager in zip(companies, first, strict=True)
            ]
        )
        contacts = self.env["res.partner"].create(
            [
                self._prepare_contact(contact, partner, manager)
                for company, partner, manager in zip(companies, partners, first, strict=True)
                for contact in company["contacts"]
            ]
        )
        self._remember_clients(companies, partners, managers, contacts)
        for index, client in enumerate(self.clients):
            self._let_former_manager_work(client, index % per_manager)
        self._backdate_partners(partners, contacts)

    def _first_manager(self, index, manager):
        """:return: the manager of the client until the last hand-over, which is done by the product itself"""
        return self.former[-1] if index % 5 == FORMER[-1][0] else manager

    def _create_tags(self):
        """:return: dict name -> tag"""
        names = [*self.book["industries"], *self.book["category_tags"]]
        tags = self.env["res.partner.category"].create(
            [{"name": name, "color": number % 12} for number, name in enumerate(names)]
        )
        return dict(zip(names, tags, strict=True))

    def _prepare_client(self, company, manager, country, tags):
        names = [company["industry"]]
        names += self.book.random.sample(self.book["category_tags"], self.book.random.choice((0, 1, 1, 2)))
        return {
            **{key: company[key] for key in ("name", "client_class", "email", "phone")},
            **{key: company[key] for key in ("street", "street2", "zip", "vat")},
            **company["requisites"],
            "city": company["city"]["name"],
            "country_id": country.id,
            "is_company": True,
            "is_client": True,
            "user_id": manager.id,
            "category_id": [Command.set([tags[name].id for name in names])],
        }

    def _prepare_contact(self, contact, partner, manager):
        return {
            **{key: value for key, value in contact.items() if key != "salutation"},
            "parent_id": partner.id,
            "type": "contact",
            "user_id": manager.id,
        }

    def _remember_clients(self, companies, partners, managers, contacts):
        contacts = iter(contacts)
        for company, partner, manager in zip(companies, partners, managers, strict=True):
            self.clients.append(
                Client(
                    partner=partner,
                    manager=manager,
                    client_class=company["client_class"],
                    contacts=[(next(contacts), c["salutation"]) for c in company["contacts"]],
                )
            )

    def _let_former_manager_work(self, client, position):
        """Two of five clients were worked with by somebody who has left since."""
        for former, (place, days_ago) in zip(self.former, FORMER, strict=True):
            if position % 5 == place:
                client.former = former
                client.handed_over = len(self.days.past) - days_ago

    def _backdate_partners(self, partners, contacts):
        known = {
            partner: self.days.moment(
                self.days.past[0] - timedelta(days=self.book.random.randrange(10, 400)),
                self.book.random.randrange(480),
            )
            for partner in partners
        }
        self.backdate(partners, known.values())
        self.backdate(contacts, [known[contact.parent_id] for contact in contacts])
