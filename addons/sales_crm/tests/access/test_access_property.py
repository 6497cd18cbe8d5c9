import tempfile
from collections import Counter
from datetime import date, timedelta
from pprint import pformat
from unittest import skipUnless
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...tools import granted
from ..chance import SEED, how_many
from ..common import SalesCrmCommon

try:
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st
    from hypothesis.configuration import set_hypothesis_home_dir
except ImportError:
    given = None

TODAY = date(2026, 12, 1)
CLIENTS = 6
MANAGERS = 4  # the first is the one whose access is tried
SCOPES = ("own", "team", "managers", "domain", "clients", "all")
CLASSES = ("A", "B")


def _worlds():
    """Who has which clients, where they are, and which rules are there."""
    managers = st.integers(0, MANAGERS - 1)
    client = st.fixed_dictionaries(
        {
            "manager": st.none() | managers,
            "state": st.integers(0, 1),
            "tags": st.frozensets(st.integers(0, 1)),
            "client_class": st.sampled_from(CLASSES),
        }
    )
    day = st.none() | st.integers(-1, 1)
    rule = st.fixed_dictionaries(
        {
            "scope": st.sampled_from(SCOPES),
            "to_users": st.frozensets(managers, max_size=2),
            "to_teams": st.frozensets(st.integers(0, 2), max_size=2),
            "managers": st.frozensets(managers, min_size=1, max_size=2),
            "condition": st.sampled_from([("state", 0), ("state", 1), ("tags", 0), ("client_class", "A")]),
            "clients": st.frozensets(st.integers(0, CLIENTS - 1), max_size=3),
            "days": st.tuples(day, day).filter(lambda days: None in days or days[0] <= days[1]),
            "write": st.booleans(),
            "export": st.booleans(),
            "active": st.sampled_from([True, True, True, False]),
        }
    ).filter(lambda rule: rule["to_users"] or rule["to_teams"])
    return st.fixed_dictionaries(
        {
            "clients": st.lists(client, min_size=CLIENTS, max_size=CLIENTS),
            "rules": st.lists(rule, max_size=3),
            "free": st.booleans(),
            "leads": st.booleans(),
            "many": st.booleans(),
        }
    )


class Model:
    """The rules of access as one would tell them, without a database.

    :param dict world: as :func:`_worlds` makes them
    """

    # Team -> its members; the manager is in the first one, and leads the third one in some worlds
    MEMBERS = ({0, 1}, {2}, {3})

    def __init__(self, world):
        self.world = world
        self.teams = {0, 2} if world["leads"] else {0}
        self.mates = {0}.union(*(self.MEMBERS[team] for team in self.teams))

    def clients(self, mode):
        """:return: set of the numbers of the clients with whom the manager may do ``mode``"""
        return {
            number
            for number, client in enumerate(self.world["clients"])
            if self._by_himself(client["manager"], mode)
            or any(self._matches(rule, number, client) for rule in self._rules(mode))
        }

    def without_client(self, manager):
        """:return: whether he sees a document without a client, of this manager"""
        return self._by_himself(manager, "read") or any(
            rule["scope"] == "all"
            or (rule["scope"] not in ("domain", "clients") and self._is_of(rule, manager))
            for rule in self._rules("read")
        )

    def _by_himself(self, manager, mode):
        return (manager == 0 and mode != "export") or (
            manager is None and self.world["free"] and mode == "read"
        )

    def _rules(self, mode):
        for rule in self.world["rules"]:
            first, last = rule["days"]
            addressed = 0 in rule["to_users"] or self.teams & rule["to_teams"]
            in_force = (first is None or first <= 0) and (last is None or last >= 0)
            if rule["active"] and addressed and in_force and (mode == "read" or rule[mode]):
                yield rule

    def _matches(self, rule, number, client):
        if rule["scope"] == "all":
            return True
        if rule["scope"] == "clients":
            return number in rule["clients"]
        if rule["scope"] == "domain":
            name, value = rule["condition"]
            return value in client[name] if name == "tags" else client[name] == value
        return self._is_of(rule, client["manager"])

    def _is_of(self, rule, manager):
        whose = {"own": {0}, "team": self.mates, "managers": rule["managers"]}
        return manager in whose[rule["scope"]]


@tagged("post_install", "-at_install")
@skipUnless(given, "needs hypothesis, which requirements-dev.txt of the project installs")
class TestAccessProperty(SalesCrmCommon):
    """Random rules and clients: each route shows what the plain model says, no more and no less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # It keeps its files there, and else in whatever folder the tests run
        set_hypothesis_home_dir(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.env["ir.config_parameter"].set_param("sales_team.membership_multi", True)
        cls.managers = [cls.manager, cls.colleague] + [
            new_test_user(cls.env, f"manager_{letter}", "sales_crm.group_manager", tz="UTC")
            for letter in "cd"
        ]
        cls.teams = [cls.team] + [
            cls.env["crm.team"].create({"name": name, "member_ids": [Command.set(user.ids)]})
            for name, user in zip(("Second", "Third"), cls.managers[2:], strict=True)
        ]
        cls.states = cls.env.ref("base.ru").state_ids[:2]
        cls.tags = cls.env["res.partner.category"].create([{"name": "One"}, {"name": "Two"}])
        cls.product = cls.env["product.product"].create({"name": "Thing", "list_price": 10})
        cls.clients = [cls._create_client(f"Pool {number}", cls.manager) for number in range(CLIENTS)]
        cls.all_clients = cls.env["res.partner"].union(*cls.clients)
        cls.number_of = {client.id: number for number, client in enumerate(cls.clients)}
        for client in cls.clients:
            cls._create_dossier(client)
        cls.loose_leads = {
            number: cls.env["crm.lead"].create(
                {"name": f"Loose {number}", "user_id": number is not None and cls.managers[number].id}
            )
            for number in (None, 0, 1, 2, 3)
        }
        cls.open_to_all = cls.head.partner_id | cls.managers[1].partner_id | cls.company.partner_id
        cls.open_to_all |= cls.env["res.partner"].create({"name": "A supplier"})

    @classmethod
    def _create_dossier(cls, client):
        contact = cls.env["res.partner"].create({"name": f"Contact of {client.name}", "parent_id": client.id})
        cls.env["crm.lead"].create({"name": "Deal", "partner_id": contact.id})
        cls.env["sale.order"].create(
            {"partner_id": client.id, "order_line": [Command.create({"product_id": cls.product.id})]}
        )
        cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_line_ids": [Command.create({"product_id": cls.product.id})],
            }
        )
        # Assigned to him whoever's client it is
        cls._plan(client, "2026-12-01")
        client.message_post(body="Note", subtype_xmlid="mail.mt_comment")

    @classmethod
    def _routes(cls, env):
        """:return: dict name -> the numbers of the clients that the route shows, as it gives them"""
        ids = cls.all_clients.ids
        pool = [("id", "in", ids)]
        Partner, Lead, Order = env["res.partner"], env["crm.lead"], env["sale.order"]
        Activity, Message, Report = env["mail.activity"], env["mail.message"], env["sale.report"]
        by_partner = [("partner_id", "child_of", ids)]
        messages = [("model", "=", "res.partner"), ("res_id", "in", ids), ("body", "ilike", "Note")]
        orders = [("order_id.partner_id", "in", ids)]

        def group(model, domain, field):
            rows = model.formatted_read_group(domain, [field], ["__count"])
            return [row[field][0] for row in rows if row[field]]

        def related(records, path="partner_id"):
            return records.mapped(path).sudo().commercial_partner_id.ids

        return {
            "search": lambda: Partner.search(pool).ids,
            "search_read": lambda: [row["id"] for row in Partner.search_read(pool, ["name"])],
            "web_search_read": lambda: [
                row["id"] for row in Partner.web_search_read(pool, {"display_name": {}})["records"]
            ],
            "name_search": lambda: [row[0] for row in Partner.name_search("Pool", pool)],
            "web_name_search": lambda: [
                row["id"] for row in Partner.web_name_search("Pool", {"display_name": {}}, pool)
            ],
            "client_id": lambda: group(Partner, [("client_id", "in", ids)], "client_id"),
            "contacts": lambda: Partner.search([("parent_id", "in", ids)]).parent_id.ids,
            "through contacts": lambda: Partner.search([*pool, ("child_ids.name", "ilike", "Contact")]).ids,
            "deals": lambda: related(Lead.search(by_partner)),
            "deals read": lambda: related(
                Partner.browse(row["partner_id"][0] for row in Lead.search_read(by_partner, ["partner_id"]))
                .sudo()
                .commercial_partner_id,
                "commercial_partner_id",
            ),
            "orders": lambda: group(Order, by_partner, "partner_id"),
            "order lines": lambda: related(env["sale.order.line"].search(orders), "order_id.partner_id"),
            "sales report": lambda: group(Report, by_partner, "partner_id"),
            "invoices": lambda: group(env["account.move"], by_partner, "partner_id"),
            "activities": lambda: Activity.search([("client_id", "in", ids)]).client_id.ids,
            "activities by client": lambda: group(Activity, [("client_id", "in", ids)], "client_id"),
            "activity view": lambda: list(
                Activity.get_activity_data("res.partner", pool)["grouped_activities"]
            ),
            "messages": lambda: Message.search(messages).mapped("res_id"),
            "followed": lambda: [
                row["res_id"]
                for row in env["mail.followers"].search_read(
                    [("res_model", "=", "res.partner"), ("res_id", "in", ids)], ["res_id"]
                )
            ],
        }

    def test_every_route_shows_what_the_rules_say(self):
        self.all_clients.message_subscribe(self.head.partner_id.ids)

        @seed(SEED)
        @settings(
            max_examples=how_many(15, 200),
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(_worlds())
        def check(world):
            with self.cr.savepoint() as savepoint, self._at(f"{TODAY} 12:00"):
                self._build(world)
                try:
                    # As if there were many clients: the database is asked in another form
                    with patch.object(granted, "FEW_CLIENTS", -1 if world["many"] else 1000):
                        self._compare(Model(world))
                except AssertionError as error:
                    raise AssertionError(f"{error}\n{pformat(world)}") from None
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

        check()

    def _build(self, world):
        self.company.sales_free_visible = world["free"]
        self.teams[2].user_id = world["leads"] and self.manager
        for client, values in zip(self.clients, world["clients"], strict=True):
            client.write(
                {
                    "user_id": values["manager"] is not None and self.managers[values["manager"]].id,
                    "state_id": self.states[values["state"]].id,
                    "category_id": [Command.set([self.tags[tag].id for tag in values["tags"]])],
                    "client_class": values["client_class"],
                }
            )
        self.env["sales.access.rule"].create([self._rule_values(rule) for rule in world["rules"]])
        self.env.flush_all()
        self.env.invalidate_all()

    def _rule_values(self, rule):
        name, value = rule["condition"]
        condition = {
            "state": ("state_id", "=", self.states[value if name == "state" else 0].id),
            "tags": ("category_id", "in", [self.tags[value if name == "tags" else 0].id]),
            "client_class": ("client_class", "=", value),
        }[name]
        first, last = (day is not None and TODAY + timedelta(days=day) for day in rule["days"])
        return {
            "reason": "Random",
            "scope": rule["scope"],
            "user_ids": [Command.set([self.managers[number].id for number in rule["to_users"]])],
            "team_ids": [Command.set([self.teams[number].id for number in rule["to_teams"]])],
            "manager_ids": [Command.set([self.managers[number].id for number in rule["managers"]])],
            "client_domain": str([condition]),
            "client_ids": [Command.set([self.clients[number].id for number in rule["clients"]])],
            "date_from": first,
            "date_to": last,
            "perm_write": rule["write"],
            "perm_export": rule["export"],
            "active": rule["active"],
        }

    def _compare(self, model):
        env = self.env(user=self.manager)
        readable = model.clients("read")
        for name, route in self._routes(env).items():
            self.assertEqual({self.number_of[id_] for id_ in route()}, readable, name)
        Partner = env["res.partner"]
        self._compare_sums(Partner, [model.world["clients"][number] for number in readable])
        for operation in ("read", "write"):
            allowed = self.all_clients.with_env(env)._filtered_access(operation)
            self.assertEqual(
                {self.number_of[id_] for id_ in allowed._ids}, model.clients(operation), operation
            )
        self.assertEqual(self._exported(env), model.clients("export") & readable, "export")
        loose = {
            number
            for number, lead in self.loose_leads.items()
            if env["crm.lead"].search([("id", "=", lead.id)])
        }
        self.assertEqual(loose, {number for number in self.loose_leads if model.without_client(number)})
        self.assertEqual(Partner.search([("id", "in", self.open_to_all.ids)]), self.open_to_all)

    def _compare_sums(self, Partner, readable):
        """:param list readable: the clients that the manager may see, as the world describes them"""
        pool = [("id", "in", self.all_clients.ids)]
        self.assertEqual(Partner.search_count(pool), len(readable))
        for field, name, records in (
            ("user_id", "manager", self.managers),
            ("state_id", "state", self.states),
            ("client_class", "client_class", None),
        ):
            rows = Partner.formatted_read_group(pool, [field], ["__count"])
            shown = {
                row[field] and (row[field][0] if records else row[field]): row["__count"] for row in rows
            }
            keys = [client[name] for client in readable]
            if records:
                keys = [key is not None and records[key].id for key in keys]
            self.assertEqual(shown, Counter(keys), field)
        rows = Partner.web_read_group(pool, ["category_id"], ["__count"])["groups"]
        shown = {row["category_id"] and row["category_id"][0]: row["__count"] for row in rows}
        tags = [tag for client in readable for tag in client["tags"] or {None}]
        self.assertEqual(shown, Counter(tag is not None and self.tags[tag].id for tag in tags), "tags")

    def _exported(self, env):
        """:return: set of the numbers of the clients whose names an export takes out"""
        exported = set()
        for number, client in enumerate(self.clients):
            try:
                if client.with_env(env).export_data(["name"])["datas"]:
                    exported.add(number)
            except AccessError:
                continue
        return exported
