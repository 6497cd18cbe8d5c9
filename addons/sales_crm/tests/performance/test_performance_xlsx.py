import io
import zipfile
from datetime import timedelta

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_performance_report import PerformanceCase

FIRST_ROW = 5


def table(sheet):
    """:return: dict of the first cell -> the other cells of a row, as numbers"""
    rows = sheet.iter_rows(min_row=FIRST_ROW, values_only=True)
    return {name: [cell for cell in cells if cell is not None] for name, *cells in rows if name}


def charts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return len([name for name in book.namelist() if name.startswith("xl/charts/chart")])


@tagged("post_install", "-at_install")
class TestPerformanceXlsx(PerformanceCase):
    def _domain(self, *conditions):
        ours = (self.client | self.other_client).ids
        return [["client_id", "in", ours], ["company_id", "=", self.company.id], *conditions]

    def _make(self, user, domain):
        """Through the button of the screen."""
        self.env.flush_all()
        self.env.invalidate_all()
        Report = self.env["sales.performance.report"].with_user(user)
        Report = Report.with_context(allowed_company_ids=user.company_ids.ids, lang=user.lang)
        action = Report.get_xlsx_action(domain)
        self.assertEqual(action["report_name"], "sales_crm.sales_performance_xlsx")
        Xlsx = Report.env["report.sales_crm.sales_performance_xlsx"]
        return Xlsx.create_xlsx_report([], action["data"])[0]

    def _sales(self):
        self._settle(self._invoice(self._sell(3)), 120)
        self._invoice(self._sell(2, self.other_client, user_id=self.colleague.id), days_ago=40)

    def test_figures_are_the_reports(self):
        self._sales()
        content = self._make(self.head, self._domain())
        managers, months, clients, products = load_workbook(io.BytesIO(content)).worksheets
        told = table(managers)
        self.assertEqual(told[self.manager.name], [300, 0, 300, 0, 120])
        self.assertEqual(told[self.colleague.name], [200, 0, 200, 0, 0])
        self.assertEqual(told["Total"], [*self._sums(self.head)])
        self.assertEqual(table(clients)["Total"], [*self._sums(self.head)])
        self.assertEqual(table(products)["Total"], [*self._sums(self.head)])
        self.assertEqual(table(products)[self.service.display_name][5:], [5, 0, 5])
        self.assertEqual(table(months)["Total"], [200, 300, 500])
        self.assertEqual(charts(content), 4)

    def test_the_filter_is_told_in_words(self):
        self._sales()
        since = str(self.today - timedelta(days=5))
        content = self._make(self.head, self._domain(["date", ">=", since]))
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        words = sheet["A2"].value
        self.assertIn("Date >= ", words)
        self.assertIn(self.client.name, words)
        self.assertEqual(table(sheet)[self.manager.name][2], 300)
        self.assertEqual(table(sheet)["Total"][2], 300)

    def test_relative_days_and_nothing_found(self):
        content = self._make(self.head, self._domain(["date", ">=", "today =1d"]))
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        self.assertNotIn("today", sheet["A1"].value)

    def test_each_company_has_its_sheets(self):
        self._sales()
        second = self._second_company()
        self.head.company_ids |= second
        self._bill(50, company=second)
        content = self._make(self.head, [["client_id", "in", (self.client | self.other_client).ids]])
        book = load_workbook(io.BytesIO(content))
        self.assertEqual(len(book.worksheets), 8)
        titles = {sheet["A1"].value.split(": ")[1] for sheet in book.worksheets}
        self.assertEqual(titles, {f"{one.name}, {one.currency_id.name}" for one in self.company | second})

    def test_who_may_export(self):
        self._sales()
        for name in ("manager", "colleague"):
            self.assertFalse(getattr(self, name).has_group("base.group_allow_export"), "no button")
            with self.assertRaisesRegex(AccessError, "no right to export"):
                self._make(getattr(self, name), self._domain())
        self.assertFalse(self.env["sales.export.log"].search([("kind", "=", "xlsx")]))
        group = self.env.ref("sales_crm.group_head")
        group.implied_ids = [Command.unlink(self.env.ref("base.group_allow_export").id)]
        with self.assertRaises(AccessError):
            self._make(self.head, self._domain())

    def test_a_manager_with_a_rule_takes_his_own_out(self):
        self._sales()
        self._let_see(self.manager, self.client, perm_export=True)
        self.assertTrue(self.manager.has_group("base.group_allow_export"))
        self._let_see(self.manager, self.other_client)
        with self.assertRaisesRegex(AccessError, "aren't yours to export"):
            self._make(self.manager, self._domain())
        content = self._make(self.manager, [["client_id", "=", self.client.id]])
        told = table(load_workbook(io.BytesIO(content)).worksheets[0])
        self.assertEqual(told["Total"], [300, 0, 300, 0, 120])

    def test_it_is_written_down(self):
        self._sales()
        self._make(self.head, self._domain())
        log = self.env["sales.export.log"].search([("user_id", "=", self.head.id)], limit=1)
        self.assertEqual((log.kind, log.res_model), ("xlsx", "sales.performance.report"))
        self.assertIn(self.client.name, log.filter_description)

    def test_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self._sales()
        self.head.lang = "ru_RU"
        content = self._make(self.head, self._domain())
        heads = [cell.value for cell in load_workbook(io.BytesIO(content)).worksheets[0][FIRST_ROW - 1]]
        Report = self.env["sales.performance.report"].with_context(lang="ru_RU")
        self.assertIn(Report._fields["invoiced_amount"]._description_string(Report.env), heads)

    def test_chosen_rows(self):
        self._sales()
        rows = self._rows(self.head, [("kind", "=", "ordered"), ("user_id", "=", self.manager.id)])
        Xlsx = self.env["report.sales_crm.sales_performance_xlsx"].with_user(self.head)
        Xlsx = Xlsx.with_context(allowed_company_ids=self.head.company_ids.ids)
        content = Xlsx.create_xlsx_report(rows.ids, {})[0]
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        self.assertEqual(table(sheet)["Total"], [300, 0, 0, 0, 0])
        self.assertIn("1 chosen records", sheet["A2"].value)
