from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from ..receivable.test_receivable import ReceivableCase


@tagged("post_install", "-at_install")
class TestLedgerCheck(ReceivableCase):
    """Who sees the page, and what a click opens for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._user("an_accountant", "account.group_account_readonly")
        cls.billing = cls._user("billing", "account.group_account_invoice")

    @classmethod
    def _user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )

    def _check(self, user, **values):
        self.env.flush_all()
        Check = self.env["sales.ledger.check"].with_user(user)
        return Check.with_context(allowed_company_ids=self.company.ids).create(values)

    def _row(self, check, figure, kind):
        return check.row_ids.filtered(lambda row: (row.figure, row.kind) == (figure, kind))

    def _amounts(self, check, figure):
        return {row.kind: row.amount for row in check.row_ids if row.figure == figure}

    def test_who_sees_it(self):
        self._bill(100)
        for user in (self.head, self.accountant, self.billing):
            check = self._check(user)
            self.assertEqual(self._amounts(check, "revenue"), {"ours": 100, "ledger": 100, "left": 0})
            self.assertTrue(check.is_explained)
        for groups in ("sales_crm.group_manager", "sales_crm.group_manager,account.group_account_invoice"):
            with self.assertRaises(AccessError):
                self._check(self._user(f"m{len(groups)}", groups))
        with self.assertRaises(AccessError):
            self._check(self._user("clerk", "base.group_user"))

    def test_other_companies_are_nobodys(self):
        elsewhere = self._second_company()
        with self.assertRaisesRegex(AccessError, "Choose one of yours"):
            self._check(self.accountant, company_id=elsewhere.id)

    def test_menus(self):
        crm, accounting = (
            self.env.ref(f"sales_crm.{name}").id
            for name in ("menu_ledger_check", "menu_ledger_check_accounting")
        )
        for user, menus in ((self.head, {crm}), (self.accountant, {accounting}), (self.manager, set())):
            seen = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertEqual({crm, accounting} & set(seen), menus)
        action = self.env.ref("sales_crm.sales_ledger_check_action")
        self.assertEqual(
            action.with_user(self.head).with_context(allowed_company_ids=self.company.ids).run()["res_model"],
            "sales.ledger.check",
        )
        with self.assertRaises(AccessError):
            action.with_user(self.manager).run()

    def test_the_period_ends_before_it_begins(self):
        with self.assertRaisesRegex(ValidationError, "ends before it begins"):
            self._check(self.head, date_from=self.today, date_to=self.today - timedelta(days=1))

    def test_an_accountant_opens_exactly_these_entries(self):
        account = self.company_data["default_account_deferred_revenue"]
        line = {"name": "Goods", "price_unit": 70, "quantity": 1, "account_id": account.id, "tax_ids": False}
        bill = self._bill(0, invoice_line_ids=[Command.create(line)])
        self._bill(30)
        check = self._check(self.accountant)
        self.assertEqual(
            self._amounts(check, "revenue"), {"ours": 100, "other_account": -70, "ledger": 30, "left": 0}
        )
        action = self._row(check, "revenue", "other_account").action_open_documents()
        found = self.env[action["res_model"]].with_user(self.accountant).search(action["domain"])
        self.assertEqual(found, bill.invoice_line_ids)
        everything = self._row(check, "revenue", "ledger").action_open_documents()
        found = self.env["account.move.line"].with_user(self.accountant).search(everything["domain"])
        self.assertEqual(-sum(found.mapped("balance")), 30)

    def test_a_head_opens_what_he_may(self):
        account = self.company_data["default_account_deferred_revenue"]
        line = {"name": "Goods", "price_unit": 70, "quantity": 1, "account_id": account.id, "tax_ids": False}
        bill = self._bill(0, invoice_line_ids=[Command.create(line)])
        self._bill(30, days_ago=0)
        self._money(90, self.other_client)
        check = self._check(self.head)
        for figure, kind, model, number in (
            ("revenue", "other_account", "sales.performance.report", bill.name),
            ("revenue", "ours", "sales.performance.report", bill.name),
            ("receivable", "prepaid", "sales.receivable.report", None),
            ("payment", "unmatched", "sales.receivable.report", None),
        ):
            action = self._row(check, figure, kind).action_open_documents()
            self.assertEqual(action["res_model"], model)
            found = self.env[model].with_user(self.head).search(action["domain"])
            self.assertIn(number or found.number, found.mapped("number"))
            self.assertEqual(len(found), 2 if kind == "ours" else 1)
        for figure, kind in (("payment", "ledger"), ("revenue", "ledger")):
            with self.assertRaisesRegex(UserError, "Ask the accountant"):
                self._row(check, figure, kind).action_open_documents()

    def test_drafts_are_shown_and_not_counted(self):
        self._bill(100).button_draft()
        check = self._check(self.accountant)
        self.assertEqual(self._amounts(check, "revenue"), {"ours": 0, "ledger": 0, "left": 0, "draft": 100})
        action = self._row(check, "revenue", "draft").action_open_documents()
        self.assertEqual(self.env["account.move.line"].search(action["domain"]).parent_state, "draft")
        with self.assertRaisesRegex(UserError, "Ask the accountant"):
            self._row(self._check(self.head), "revenue", "draft").action_open_documents()

    def test_rows_stay_when_the_period_changes(self):
        self._bill(100, 3)
        check = self._check(self.head, date_from=self.today - timedelta(days=9))
        rows = check.row_ids
        check.write({"date_to": self.today - timedelta(days=5)})
        self.assertLessEqual(rows, check.row_ids)
        self.assertEqual(self._amounts(check, "revenue")["ours"], 0)
        self.assertEqual(self._amounts(check, "receivable")["ours"], 0)

    def test_nobody_writes_a_sum(self):
        check = self._check(self.head)
        with self.assertRaises(AccessError):
            check.row_ids[0].write({"amount": 1})

    def test_constant_queries(self):
        def count():
            check = self._check(self.head)
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                check.sudo()._write_rows()
                self.env.flush_all()
            return counted.queries

        self._bill(10)
        self._money(5, self.other_client)
        count()
        few = count()
        for number in range(6):
            self._bill(10 + number)
            self._money(5, self.other_client)
        self.assertEqual(count(), few)
