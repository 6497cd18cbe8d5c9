import io
import zipfile

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_receivable import ReceivableCase


@tagged("post_install", "-at_install")
class TestReceivableKpiXlsx(ReceivableCase):
    def _rows(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        Kpi = self.env["sales.receivable.kpi"].with_user(user)
        Kpi = Kpi.with_context(allowed_company_ids=self.company.ids)
        return Kpi.search([("company_id", "=", self.company.id), ("is_current", "=", True)])

    def _make(self, user):
        rows = self._rows(user)
        return rows.env["report.sales_crm.sales_receivable_kpi_xlsx"].create_xlsx_report(rows.ids, {})[0]

    def test_figures_are_the_reports(self):
        self._bill(300, 70)
        self._bill(200, client=self.other_client)
        content = self._make(self.head)
        sheet = load_workbook(io.BytesIO(content)).active
        told = {row[0]: row[1:] for row in sheet.iter_rows(min_row=5, values_only=True)}
        for row in self._rows(self.head):
            shipments, debt, ratio, overdue, share, *_rest = told[row.manager_id.name]
            self.assertEqual((shipments, debt, overdue), (row.shipments, row.debt, row.overdue))
            self.assertAlmostEqual(ratio, row.debt_ratio)
            self.assertAlmostEqual(share or 0, row.overdue_ratio)
        self.assertEqual((told["Total"][1], told["Total"][3]), (500, 300))
        self.assertAlmostEqual(told["Total"][4], 0.6)
        self.assertIn("chosen records", sheet["A2"].value)
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            self.assertTrue([name for name in book.namelist() if name.startswith("xl/charts/chart")])
        log = self.env["sales.export.log"].search([("user_id", "=", self.head.id)], limit=1)
        self.assertEqual((log.kind, log.res_model), ("xlsx", "sales.receivable.kpi"))

    def test_who_may_export(self):
        self._bill(300, 70)
        with self.assertRaises(AccessError):
            self._make(self.manager)
