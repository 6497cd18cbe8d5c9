import json
import re

from odoo.tests import HttpCase, tagged

from odoo.addons.sales_crm.tests.common import SalesCrmCommon

from . import walk

XMLID = "sales_crm_dashboard.dashboard_department"
CALL = re.compile(r'PIVOT(?:\.VALUE|\.HEADER)?\((\d+)(?:,"(\w+)")?(?:,"(\w+)")?')


@tagged("post_install", "-at_install")
class TestDepartmentDashboard(SalesCrmCommon):
    """The dashboard asks for what there is, and for what a head may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(XMLID)
        cls.content = json.loads(cls.dashboard.spreadsheet_data)
        cls.as_head = cls.env(user=cls.head)

    def _seen_by(self, user):
        return self.env["spreadsheet.dashboard"].with_user(user).search([("id", "=", self.dashboard.id)])

    def test_head_sees_it(self):
        self.assertEqual(self._seen_by(self.head), self.dashboard)
        group = self.dashboard.dashboard_group_id.with_user(self.head)
        self.assertIn(self.dashboard, group.published_dashboard_ids)

    def test_manager_does_not_see_it(self):
        self.assertFalse(self._seen_by(self.manager))
        group = self.dashboard.dashboard_group_id.with_user(self.manager)
        self.assertNotIn(self.dashboard, group.published_dashboard_ids)

    def test_each_pivot_and_chart_can_be_read_by_a_head(self):
        for name, model, domain, groupby, measures, _links in walk.sources(self.content):
            with self.subTest(name):
                fields = self.as_head[model]._fields
                aggregates = [
                    measure if measure == "__count" else f"{measure}:{fields[measure].aggregator}"
                    for measure in measures
                ]
                rows = self.as_head[model].formatted_read_group(domain, groupby, aggregates)
                self.assertTrue(all(set(aggregates) <= set(row) for row in rows))
                self.as_head[model].search_count(domain)

    def test_a_manager_reads_no_error_either(self):
        for name, model, domain, _groupby, _measures, _links in walk.sources(self.content):
            with self.subTest(name):
                self.env[model].with_user(self.manager).search_count(domain)

    def test_each_filter_hits_a_field_of_its_kind(self):
        filters = {found["id"]: found for found in self.content["globalFilters"]}
        values = {
            "period": ("2026-01-01", ">="),
            "team": (self.team.ids, "in"),
            "manager": (self.head.ids, "in"),
        }
        self.assertEqual(set(values), set(filters))
        for name, model, domain, _groupby, _measures, links in walk.sources(self.content):
            self.assertLessEqual({"team", "manager"}, set(links), name)
            for key, link in links.items():
                with self.subTest(name, filter=key):
                    field = self._field(model, link["chain"])
                    self.assertEqual(field.type, link["type"])
                    self.assertEqual(field.comodel_name, filters[key].get("modelName"))
                    value, operator = values[key]
                    self.as_head[model].search_count([*domain, (link["chain"], operator, value)])

    def _field(self, model, chain):
        *path, last = chain.split(".")
        for name in path:
            model = self.env[model]._fields[name].comodel_name
        return self.env[model]._fields[last]

    def test_each_formula_asks_a_pivot_for_what_it_has(self):
        pivots = self.content["pivots"]
        calls = [call for formula in walk.formulas(self.content) for call in CALL.findall(formula)]
        self.assertEqual({number for number, _name, _value in calls}, set(pivots))
        for number, name, value in calls:
            asked = value if name == "measure" else name
            parts = pivots[number]["rows"] + pivots[number]["measures"]
            if asked:
                self.assertIn(asked, [part["fieldName"] for part in parts], f"pivot {number}")

    def test_each_level_of_the_funnel_stands_in_it(self):
        levels = self.env["sales.funnel.report"]._fields["level"].get_values(self.env)
        asked = [
            found[1]
            for formula in walk.formulas(self.content)
            if (found := re.search(r'PIVOT\.HEADER\(5,"level","(\w+)"\)', formula))
        ]
        self.assertEqual(asked, levels)

    def test_each_link_opens_a_menu_that_a_head_has(self):
        visible = {menu.get("xmlid") for menu in self.as_head["ir.ui.menu"].load_menus(False).values()}
        self.assertTrue(walk.menus(self.content))
        self.assertLessEqual(walk.menus(self.content), visible)


@tagged("post_install", "-at_install")
class TestDepartmentDashboardServed(HttpCase, SalesCrmCommon):
    """What the web client gets."""

    def _answer(self, user):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/spreadsheet/dashboard/data/{self.env.ref(XMLID).id}")

    def test_head_gets_it_with_our_translations(self):
        answer = self._answer(self.head).json()
        self.assertEqual(answer["translation_namespace"], "sales_crm_dashboard")
        self.assertEqual(answer["snapshot"]["sheets"][0]["id"], "dashboard")

    def test_a_russian_gets_the_labels_of_filters_in_russian(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.head.lang = "ru_RU"
        filters = self._answer(self.head).json()["snapshot"]["globalFilters"]
        self.assertEqual([found["label"] for found in filters], ["Период", "Команда", "Менеджер"])

    def test_manager_is_refused(self):
        self.assertEqual(self._answer(self.manager).status_code, 403)
