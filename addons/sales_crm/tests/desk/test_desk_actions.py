from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskActions(DeskCase):
    """What opens behind a figure is what was counted."""

    def _records(self, action, user):
        Model = self.env[action["res_model"]].with_user(user)
        return Model.with_context(allowed_company_ids=self.company.ids).search(action["domain"])

    def test_attention(self):
        self._bill_of(self.manager, 100, self.client, self.today - timedelta(days=50))
        self.contract.date_end = self.today + timedelta(days=5)
        deal = self.env["crm.lead"].create(
            {
                "name": "Slow",
                "type": "opportunity",
                "partner_id": self.client.id,
                "user_id": self.manager.id,
                "expected_revenue": 700,
            }
        )
        deal.write({"is_stuck": True, "stuck_since": self.today})
        self.client.is_asleep = True
        for user in (self.head, self.manager, self.colleague):
            for line in self._desk(user)["attention"]:
                with self.subTest(user.login, figure=line["name"]):
                    if line["name"] == "exports":
                        continue
                    records = self._records(self._open(line["name"], user), user)
                    self.assertEqual(len(records), line["count"])
        lines = {line["name"]: line for line in self._desk(self.manager)["attention"]}
        for name in ("overdue", "stuck", "asleep", "no_next_step", "contracts"):
            self.assertEqual(lines[name]["count"], 1, name)
        self.assertEqual(lines["overdue"]["amount"], 100)
        self.assertEqual(lines["stuck"]["amount"], 700)
        for name in ("overdue", "stuck", "asleep"):
            count = {line["name"]: line["count"] for line in self._desk(self.colleague)["attention"]}
            self.assertEqual(count[name], 0, name)

    def test_exports(self):
        self.company.sales_export_day_limit = 1
        Log = self.env["sales.export.log"].with_user(self.manager)
        Log.sudo()._record("list", self.env["res.partner"], 5)
        self.env.flush_all()
        self.env.cr.precommit.run()
        line = next(line for line in self._desk()["attention"] if line["name"] == "exports")
        days = self.env["sales.export.day"].search([("is_told", "=", True), ("date", "=", self.today)])
        self.assertEqual(line["count"], len(days))
        logs = self._records(self._open("exports"), self.head)
        self.assertEqual(sum(logs.mapped("row_count")), line["amount"])
        with self.assertRaises(UserError):
            self._open("exports", self.manager)

    def test_sales(self):
        self._bill_both()
        for user in (self.head, self.manager, self.colleague):
            desk = self._desk(user)
            rows = self._records(self._open("sales", user), user)
            self.assertEqual(sum(rows.mapped("invoiced_amount")), desk["target"]["total"]["fact"])
            month = desk["sales"]["months"][-1]
            rows = self._records(self._open("month", user, month["month"]), user)
            self.assertEqual(sum(rows.mapped("invoiced_amount")), month["amount"])
            rows = self._records(self._open("clients", user), user)
            self.assertEqual(
                sum(rows.mapped("invoiced_amount")), desk["sales"]["amount"] + desk["sales"]["before"]
            )
        for row in self._desk()["target"]["rows"]:
            rows = self._records(self._open("sales", value=row["user_id"]), self.head)
            self.assertEqual(sum(rows.mapped("invoiced_amount")), row["fact"])

    def test_debt(self):
        self._bill_both()
        desk = self._desk()
        for figure, name in (("debt", "left_to_pay"), ("overdue_debt", "overdue")):
            rows = self._records(self._open(figure), self.head)
            self.assertAlmostEqual(sum(rows.mapped(name)), desk["debt"][figure.split("_")[0]])
            for user_id, debt in desk["debt"]["by_user"].items():
                rows = self._records(self._open(figure, value=user_id), self.head)
                self.assertAlmostEqual(sum(rows.mapped(name)), debt[figure.split("_")[0]])
        self._records(self._open("indicators"), self.head)

    def test_another_managers_figures(self):
        """A manager asks for nobody else's, whatever his client sends."""
        self._bill_both()
        for figure in ("sales", "debt", "overdue_debt", "visits"):
            with self.assertRaises(UserError):
                self._open(figure, self.manager, self.colleague.id)

    def test_funnel_and_work(self):
        self.assertEqual(self._open("today")["tag"], "sales_crm.team_day")
        self.assertEqual(self._open("today", self.manager)["tag"], "sales_crm.my_day")
        for level in self._desk()["funnel"]:
            deals = self._records(self._open("level", value=level["level"]), self.head)
            self.assertEqual(len(deals), level["count"])
        visits = self._records(self._open("visits"), self.head)
        self.assertEqual(len(visits), self._desk()["visits"]["due"])

    def test_unknown(self):
        with self.assertRaises(UserError):
            self._open("anything")
        with self.assertRaises(UserError):
            self._open("month", value="never")
        with self.assertRaises(UserError):
            self._open("month")
