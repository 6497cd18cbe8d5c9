import io
import zipfile

from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_funnel_moves import FunnelCommon


@tagged("post_install", "-at_install")
class TestFunnelXlsx(FunnelCommon):
    def _make(self, user, options):
        action = self.env["sales.funnel"].with_user(user).get_xlsx_action(options)
        self.assertEqual(action["report_name"], "sales_crm.sales_funnel_xlsx")
        report = self.env["report.sales_crm.sales_funnel_xlsx"].with_user(user)
        return report.create_xlsx_report([], action["data"])[0]

    def test_same_figures_with_charts(self):
        self.head.group_ids |= self.env.ref("base.group_allow_export")
        self._deal(self.offer).action_set_won()
        self._deal(self.interest).action_set_lost()
        options = {"mode": "cohort"}
        content = self._make(self.head, options)
        shown = self.env["sales.funnel"].with_user(self.head).get_funnel(options)
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        rows = list(sheet.iter_rows(min_row=5, max_col=3, values_only=True))
        self.assertEqual(rows[:7], [(bar["name"], bar["count"], bar["amount"]) for bar in shown["bars"]])
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
        self.assertEqual(len(charts), 4)
        log = self.env["sales.export.log"].search([("user_id", "=", self.head.id)], limit=1)
        self.assertEqual((log.kind, log.res_model), ("xlsx", "sales.funnel.report"))

    def test_right_to_export(self):
        self._deal(self.offer)
        with self.assertRaises(AccessError):
            self._make(self.manager, {})
