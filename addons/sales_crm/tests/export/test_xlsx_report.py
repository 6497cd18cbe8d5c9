import io
from datetime import date, datetime

from openpyxl import load_workbook
from xlsxwriter import Workbook

from odoo.tests import tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestXlsxReport(SalesCrmCommon):
    """What all Excel reports have in common."""

    def _written(self, write):
        """:return: the first sheet of what ``write`` does with a report, a workbook and its formats"""
        Report = self.env["sales.xlsx.report"].with_context(tz="Asia/Vladivostok")
        content = io.BytesIO()
        with Workbook(content, {"in_memory": True, **Report.get_workbook_options()}) as workbook:
            write(Report, workbook, Report._add_formats(workbook))
        return load_workbook(content).worksheets[0]

    def test_every_report_of_ours_is_made_of_it(self):
        ours = set(self.env.registry.descendants(["sales.xlsx.report"], "_inherit"))
        reports = self.env.registry.descendants(["report.report_xlsx.abstract"], "_inherit")
        made = {name for name in reports if name.startswith("report.sales_crm.")}
        self.assertGreaterEqual(len(made), 6)
        self.assertFalse(made - ours)

    def test_cells_by_their_kind(self):
        def write(Report, workbook, formats):
            sheet = Report._add_sheet(workbook, formats, "A/B: c", ["H"], [10], freeze=(1, 0))
            cells = [
                ("text", "=1+1"),
                ("text", "https://example.com"),
                ("date", date(2026, 11, 23)),
                ("datetime", datetime(2026, 11, 23, 20)),
                ("number", 0),
                ("total_money", 2.5),
                ("text", False),
                ("date", None),
            ]
            Report._write_row(sheet, formats, 1, cells)

        sheet = self._written(write)
        self.assertEqual((sheet.title, sheet.freeze_panes, sheet["A1"].value), ("AB c", "A2", "H"))
        row = sheet[2]
        self.assertEqual((row[0].value, row[0].data_type), ("=1+1", "s"), "no formula")
        self.assertFalse(row[1].hyperlink)
        self.assertEqual((row[2].value, row[2].number_format), (datetime(2026, 11, 23), "dd.mm.yyyy"))
        self.assertEqual(row[3].value, datetime(2026, 11, 24, 6), "where the user is")
        self.assertEqual((row[4].value, row[5].value), (0, 2.5))
        self.assertTrue(row[5].font.bold)
        self.assertEqual(len(row), 6, "nothing leaves no cell")

    def test_amounts_have_the_decimals_of_their_currency(self):
        Report = self.env["sales.xlsx.report"]
        currency = self.env["res.currency"].new({"rounding": 1})
        self.assertEqual(Report._prepare_formats(currency)["money"]["num_format"], "#,##0")
        self.assertEqual(Report._prepare_formats()["money"]["num_format"], "#,##0.00")
