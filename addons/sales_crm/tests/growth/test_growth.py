from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from ..performance.test_performance_report import PerformanceCase


class GrowthCase(PerformanceCase):
    """Invoices of two years to two managers' clients; the period is the last 30 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.today - timedelta(days=29)
        cls.now = cls.today - timedelta(days=10)
        cls.before = cls.now - relativedelta(years=1)
        cls.long_ago = cls.now - relativedelta(years=2)
        cls.period = {"date_from": str(cls.first), "date_to": str(cls.today)}

    @classmethod
    def _buy(cls, client, day, amount, product=None, quantity=1, **values):
        """An invoice of one line; of less than nothing a credit note."""
        line = {
            "name": "Goods",
            "product_id": product.id if product else False,
            "quantity": quantity,
            "price_unit": abs(amount) / quantity if quantity else 0,
            "tax_ids": False,
        }
        return cls._bill(
            0,
            (cls.today - day).days,
            client,
            "out_invoice" if amount > 0 else "out_refund",
            invoice_line_ids=[Command.create(line)],
            **values,
        )

    @classmethod
    def _product(cls, name, **values):
        """A service as :attr:`service` is."""
        return cls.env["product.product"].create(
            {"name": name, "type": "service", "categ_id": cls.category.id, "taxes_id": False, **values}
        )

    def _growth(self, user=None, method="get_growth", **options):
        self.env.invalidate_all()
        user = user or self.head
        Growth = self.env["sales.growth"].with_user(user)
        Growth = Growth.with_context(allowed_company_ids=self.company.ids)
        return getattr(Growth, method)(**{**self.period, **options})

    def _parts(self, figures):
        """:return: dict part -> (amount, clients), without those that nothing is in"""
        return {
            name: (part["amount"], part["clients"])
            for name, part in figures["parts"].items()
            if part["clients"]
        }


@tagged("post_install", "-at_install")
class TestGrowth(GrowthCase):
    def test_who_is_in_which_part(self):
        for name, long_ago, before, now in (
            ("New", 0, 0, 70),
            ("Came back", 5, 0, 60),
            ("Lost", 0, 50, 0),
            ("Grown", 0, 40, 45.5),
            ("Shrunk", 7, 30, 10.25),
            ("Took back", 0, 20, -5),
            ("Credit only", 100, -3, -4),
            ("Steady", 0, 8, 8),
        ):
            client = self._create_client(name, self.manager)
            for day, amount in ((self.long_ago, long_ago), (self.before, before), (self.now, now)):
                if amount:
                    self._buy(client, day, amount)
        figures = self._growth()
        self.assertEqual(
            self._parts(figures),
            {
                "new": (70, 1),
                "won_back": (60, 1),
                "lost": (-75, 2),
                "grown": (5.5, 2),
                "shrunk": (-19.75, 1),
                "other": (-1, 1),
            },
        )
        self.assertEqual((figures["last"], figures["this"], figures["difference"]), (145, 184.75, 39.75))
        self.assertEqual(figures["clients"], 8)
        self.assertAlmostEqual(figures["percent"], 39.75 / 145 * 100)

    def test_between_the_periods_is_before(self):
        self._buy(self.client, self.now - relativedelta(months=6), 10)
        self._buy(self.client, self.now, 10)
        self.assertEqual(self._parts(self._growth()), {"won_back": (10, 1)})

    def test_price_quantity_and_mix(self):
        """Twice as many pieces: of one thing three times as many and dearer, of the other none."""
        other = self._product("Other")
        self._buy(self.client, self.before, 100, self.service, 10)
        self._buy(self.client, self.before, 50, other, 10)
        self._buy(self.client, self.now, 480, self.service, 40)
        kept = self._growth()["kept"]
        self.assertEqual(
            {name: kept[name] for name in ("price", "quantity", "mix", "rest", "difference")},
            # (12 - 10) * 40; 150 * (40 / 20 - 1); 10 * (40 - 20) - 5 * 20
            {"price": 80, "quantity": 150, "mix": 100, "rest": 0, "difference": 330},
        )

    def test_only_dearer_and_only_more(self):
        self._buy(self.client, self.before, 100, self.service, 10)
        self._buy(self.client, self.now, 130, self.service, 10)
        self._buy(self.other_client, self.before, 100, self.service, 10)
        self._buy(self.other_client, self.now, 70, self.service, 7)
        kept = self._growth()["kept"]
        self.assertEqual((kept["price"], kept["quantity"], kept["mix"], kept["rest"]), (30, -30, 0, 0))

    def test_units_are_not_added_to_others(self):
        """Kilograms and pieces each for themselves; dozens are pieces."""
        pieces = self.service
        dozens = self._product("Eggs", uom_id=self.env.ref("uom.product_uom_dozen").id)
        weighed = self._product("Flour", uom_id=self.env.ref("uom.product_uom_kgm").id)
        self._buy(self.client, self.before, 120, pieces, 12)
        self._buy(self.client, self.before, 1000, weighed, 1000)
        self._buy(self.client, self.now, 240, dozens, 2)
        self._buy(self.client, self.now, 1500, weighed, 1500)
        kept = self._growth()["kept"]
        self.assertEqual(
            (kept["price"], kept["quantity"], kept["mix"], kept["rest"]), (0, 120 + 500, -240 + 240, 0)
        )

    def test_no_product_and_no_quantity(self):
        self._buy(self.client, self.before, 10)
        self._buy(self.client, self.now, 30)
        self.assertEqual(self._growth()["kept"]["rest"], 20)

    def test_other_goods_are_mix(self):
        weighed = self._product("Flour", uom_id=self.env.ref("uom.product_uom_kgm").id)
        self._buy(self.client, self.before, 10, self.service)
        self._buy(self.client, self.now, 30, weighed)
        kept = self._growth()["kept"]
        self.assertEqual((kept["price"], kept["quantity"], kept["mix"], kept["rest"]), (0, 0, 20, 0))

    def test_measures(self):
        order = self._sell(3, days_ago=10)
        order.order_line.qty_delivered = 2
        self.assertEqual(self._growth(measure="ordered")["this"], 300)
        self.assertEqual(self._growth(measure="shipped")["this"], 200)
        self.assertEqual(self._growth(measure="invoiced")["this"], 0)
        self._invoice(order, 5)
        self.assertEqual(self._growth()["this"], 300)
        self.assertEqual(self._parts(self._growth(measure="shipped")), {"new": (200, 1)})

    # ------------------------------------------------------
    # Groups and lists
    # ------------------------------------------------------

    def test_a_client_given_away_is_compared_with_himself(self):
        self._buy(self.client, self.before, 50)
        self.client.user_id = self.colleague
        self._buy(self.client, self.now, 80, invoice_user_id=self.colleague.id)
        [group] = self._growth(group_by="manager")["groups"]
        self.assertEqual((group["value"], group["name"]), (self.colleague.id, self.colleague.name))
        self.assertEqual(self._parts(group), {"grown": (30, 1)})

    def test_by_category_a_client_stays_in_his_part(self):
        tyres = self.env["product.category"].create({"name": "Tyres"})
        other = self._product("Tyres", categ_id=tyres.id)
        self._buy(self.client, self.before, 50, self.service)
        self._buy(self.client, self.before, 50, other)
        self._buy(self.client, self.now, 200, self.service)
        self._buy(self.client, self.now, 3)
        growth = self._growth(group_by="category")
        groups = {group["name"]: group for group in growth["groups"]}
        self.assertEqual(list(groups), ["Advice", "Without a category", "Tyres"])
        self.assertEqual(self._parts(groups["Tyres"]), {"grown": (-50, 1)})
        self.assertEqual(self._parts(growth), {"grown": (103, 1)})
        self.assertIs(groups["Without a category"]["value"], False)

    def test_the_clients_behind_a_bar(self):
        large, small = (self._create_client(name, self.manager) for name in ("Large", "Small"))
        for client, before, now in ((large, 100, 10), (small, 50, 49), (self.client, 1, 5)):
            self._buy(client, self.before, before, self.service)
            self._buy(client, self.now, now, self.service)
        shrunk = self._growth(method="get_clients", bar="shrunk")
        self.assertEqual([row["id"] for row in shrunk["clients"]], [large.id, small.id])
        self.assertEqual((shrunk["count"], shrunk["amount"]), (2, -91))
        row = shrunk["clients"][0]
        self.assertEqual(
            (row["name"], row["last"], row["this"], row["difference"], row["percent"], row["amount"]),
            ("Large", 100, 10, -90, -90, -90),
        )
        page = self._growth(method="get_clients", bar="all", order="name", offset=1, limit=1)
        self.assertEqual((page["clients"][0]["name"], page["count"]), ("Large", 3))
        for order, first in (
            ("percent", "Large"),
            ("-percent", "Alpha"),
            ("last", "Alpha"),
            ("-this", "Small"),
        ):
            rows = self._growth(method="get_clients", bar="all", order=order)["clients"]
            self.assertEqual(rows[0]["name"], first, order)
        price = self._growth(method="get_clients", bar="price")
        self.assertEqual([row["amount"] for row in price["clients"]], [-90, 4, -1])
        self.assertEqual(price["amount"], self._growth()["kept"]["price"])

    def test_a_client_in_the_list_of_an_effect_is_whole(self):
        """Also of what has nothing to do with the effect."""
        for day, amount in ((self.before, 10), (self.now, 15)):
            self._buy(self.client, day, amount, self.service)
            self._buy(self.client, day, 100, self._product("Other"))
            self._buy(self.client, day, 7)
        [row] = self._growth(method="get_clients", bar="price")["clients"]
        self.assertEqual((row["last"], row["this"], row["amount"]), (117, 122, 5))
        self.assertFalse(self._growth(method="get_clients", bar="rest")["clients"])

    def test_lists_of_a_group(self):
        self._buy(self.client, self.now, 5, self.service)
        self._buy(self.other_client, self.now, 6)
        for group, name in ((self.manager.id, "Alpha"), (self.colleague.id, "Beta")):
            rows = self._growth(method="get_clients", bar="new", group_by="manager", group=group)
            self.assertEqual([row["name"] for row in rows["clients"]], [name])
        rows = self._growth(method="get_clients", bar="new", group_by="category", group=False)
        self.assertEqual([row["name"] for row in rows["clients"]], ["Beta"])

    def test_the_documents_behind_a_client(self):
        self._buy(self.client, self.before, 5)
        self._buy(self.client, self.now, 6, self.service)
        self._buy(self.client, self.long_ago, 7)
        self._sell(1, days_ago=10)
        action = self._growth(method="get_documents_action", client_id=self.client.id)
        Report = self.env["sales.performance.report"].with_user(self.manager)
        self.assertEqual(sorted(Report.search(action["domain"]).mapped("invoiced_amount")), [5, 6])
        action = self._growth(
            method="get_documents_action", client_id=self.client.id, group_by="category", group=False
        )
        self.assertEqual(Report.search(action["domain"]).mapped("invoiced_amount"), [5])

    # ------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------

    def test_roles(self):
        self._buy(self.client, self.before, 10)
        self._buy(self.client, self.now, 15)
        self._buy(self.other_client, self.long_ago, 1)
        self._buy(self.other_client, self.now, 100, invoice_user_id=self.colleague.id)
        self.assertEqual(self._parts(self._growth()), {"grown": (5, 1), "won_back": (100, 1)})
        self.assertEqual(self._parts(self._growth(self.manager)), {"grown": (5, 1)})
        self.assertEqual(self._parts(self._growth(self.colleague)), {"won_back": (100, 1)})
        self.assertEqual(len(self._growth(self.manager, group_by="manager")["groups"]), 1)
        rows = self._growth(self.manager, "get_clients", bar="all")
        self.assertEqual([row["id"] for row in rows["clients"]], [self.client.id])
        rows = self._growth(
            self.manager, "get_clients", bar="all", group_by="manager", group=self.colleague.id
        )
        self.assertFalse(rows["clients"])

    def test_a_clients_name_is_not_told(self):
        with self.assertRaises(AccessError):
            self._growth(self.manager, "get_documents_action", client_id=self.other_client.id)

    def test_who_is_no_manager(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user", company_id=self.company.id)
        for method, options in (("get_growth", {}), ("get_clients", {"bar": "all"})):
            with self.assertRaises(AccessError):
                self._growth(clerk, method, **options)

    def test_companies(self):
        """Those with the same currency are added up, others are named; nobody sees those of others."""
        self._buy(self.client, self.now, 10)
        same = self._second_company()
        same.name = "Of the same currency"
        other = self._second_company()
        other.currency_id = self.setup_other_currency("EUR", rates=[])
        self._buy(self.client, self.before, 7, company=same)
        self._buy(self.client, self.now, 1000, company=other)
        both = self.company | same | other
        self.head.company_ids = both
        Growth = self.env["sales.growth"].with_user(self.head).with_context(allowed_company_ids=both.ids)
        growth = Growth.get_growth(**self.period)
        self.assertEqual((growth["last"], growth["this"]), (7, 10))
        self.assertEqual(self._parts(growth), {"grown": (3, 1)})
        self.assertEqual(
            (growth["companies"], growth["left_out"]), ((self.company | same).mapped("name"), [other.name])
        )
        self.assertEqual(self._parts(self._growth()), {"new": (10, 1)})
        with self.assertRaises(AccessError):
            self.env["sales.growth"].with_user(self.manager).with_context(
                allowed_company_ids=both.ids
            ).get_growth(**self.period)

    # ------------------------------------------------------
    # Periods and bad input
    # ------------------------------------------------------

    def test_the_period_of_the_year_before(self):
        for first, last, first_before, last_before in (
            ("2028-01-01", "2028-02-29", "2027-01-01", "2027-02-28"),
            ("2028-02-29", "2028-02-29", "2027-02-28", "2027-02-28"),
            ("2025-02-01", "2025-02-28", "2024-02-01", "2024-02-29"),
            ("2025-02-10", "2025-02-28", "2024-02-10", "2024-02-28"),
            ("2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
            ("2026-04-01", "2026-04-15", "2025-04-01", "2025-04-15"),
        ):
            growth = self._growth(date_from=first, date_to=last)
            self.assertEqual((growth["last_from"], growth["last_to"]), (first_before, last_before))

    def test_this_year_to_today(self):
        for moment, today in (("2028-02-29 12:00", "2028-02-29"), ("2026-01-01 00:30", "2026-01-01")):
            with self._at(moment):
                options = self._growth(date_from=False, date_to=False)["options"]
            self.assertEqual((options["date_from"], options["date_to"]), (f"{today[:4]}-01-01", today))
        self.assertEqual(
            self._growth(date_from="2099-03-01", date_to=False)["options"]["date_to"], "2099-12-31"
        )

    def test_nothing_at_all(self):
        growth = self._growth(date_from=date(2099, 1, 1), date_to=date(2099, 1, 1), group_by="manager")
        self.assertEqual((growth["last"], growth["this"], growth["clients"]), (0, 0, 0))
        self.assertIsNone(growth["percent"])
        self.assertEqual(growth["groups"], [])
        self.assertEqual(growth["kept"]["mix"], 0)

    def test_bad_input(self):
        for options, sentence in (
            (
                {"date_from": "2026-05-01", "date_to": "2026-04-30"},
                "04/30/2026, before it begins on 05/01/2026",
            ),
            ({"date_from": "yesterday"}, "“yesterday” is no day"),
            ({"date_from": "2026-02-30"}, "is no day"),
            ({"date_from": "0001-01-01"}, "is no day"),
            ({"date_to": [1]}, "is no day"),
            ({"group_by": "colour"}, "can't be grouped by “colour”"),
            ({"group_by": ["manager"]}, "can't be grouped"),
            ({"group_by": None}, "can't be grouped"),
            ({"measure": "margin"}, "can't be measured by “margin”"),
            ({"measure": {}}, "can't be measured"),
        ):
            with self.subTest(options), self.assertRaisesRegex(UserError, sentence):
                self._growth(**options)
        for options, sentence in (
            ({"bar": "luck"}, "no such part of growth: luck"),
            ({"bar": None}, "no such part"),
            ({"order": "colour"}, "can't be sorted"),
            ({"order": None}, "can't be sorted"),
            ({"limit": 0}, "is no such number"),
            ({"offset": -1}, "is no such number"),
            ({"offset": True}, "is no such number"),
            ({"group": "x", "group_by": "manager"}, "is no such number"),
        ):
            with self.subTest(options), self.assertRaisesRegex(UserError, sentence):
                self._growth(method="get_clients", **{"bar": "all", **options})

    def test_constant_queries(self):
        def count(call):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                call(self.env["sales.growth"].with_user(self.head))
            return counted.queries

        calls = [
            *(
                lambda Growth, by=by: Growth.get_growth(**self.period, group_by=by)
                for by in ("manager", "category")
            ),
            lambda Growth: Growth.get_clients("all", **self.period),
        ]
        self._buy(self.client, self.before, 5, self.service)
        self._buy(self.other_client, self.now, 5, self.service)
        for call in calls:
            count(call)
        few = [count(call) for call in calls]
        for number in range(4):
            manager = new_test_user(self.env, f"more {number}", "sales_crm.group_manager")
            category = self.env["product.category"].create({"name": f"More {number}"})
            product = self._product(f"More {number}", categ_id=category.id)
            client = self._create_client(f"Client {number}", manager)
            self._buy(client, self.now, 5, product)
        for call in calls:
            count(call)
        self.assertEqual([count(call) for call in calls], few)

    def test_the_menu_opens_the_screen(self):
        action = self.env.ref("sales_crm.sales_growth_action")
        self.assertEqual((action.tag, action.path), ("sales_crm.growth", "growth"))
        visible = self.env["ir.ui.menu"].with_user(self.manager)._visible_menu_ids()
        self.assertIn(self.env.ref("sales_crm.menu_growth").id, visible)
