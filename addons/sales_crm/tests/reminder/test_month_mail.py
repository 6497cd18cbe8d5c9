import base64
import io
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..performance.test_performance_report import PerformanceCase
from ..performance.test_performance_xlsx import table

MORNING = "odoo.addons.sales_crm.models.fault.sales_morning"


@tagged("post_install", "-at_install")
class TestMonthMail(PerformanceCase):
    """October 2026 ends with a Saturday: the first working day of November is Monday, the 2nd."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.calendar
        cls.calendar.tz = "UTC"
        cls.head.write({"email": "head@example.com", "company_ids": [Command.set(cls.company.ids)]})
        cls.env["res.users"]._sales_heads().filtered(lambda head: head != cls.head).sales_month_mail = False

    def _run(self, moment):
        """:return: the mails that this run has made"""
        Mail = self.env["mail.mail"].sudo()
        before = Mail.search([])
        with self._at(moment), self._no_commits():
            self.env["sales.month.mail"]._cron_mail()
            self.env.flush_all()
        return Mail.search([]) - before

    @contextmanager
    def _no_commits(self):
        with ExitStack() as stack:
            for name in ("sales.month.mail", "sales.morning"):
                stack.enter_context(patch.object(self.env.registry[name], "_commit", return_value=600))
            yield

    def _cron(self, moment):
        """As :meth:`_run`, the job with its commits and rollbacks."""
        Mail = self.env["mail.mail"].sudo()
        before = Mail.search([])
        self.env.flush_all()
        with self.enter_registry_test_mode(), self._at(moment):
            self.env.ref("sales_crm.ir_cron_month_mail").method_direct_trigger()
        self.env.invalidate_all()
        return Mail.search([]) - before

    def _book(self, mail):
        return load_workbook(io.BytesIO(base64.b64decode(mail.attachment_ids.datas)))

    def test_on_the_first_working_day_once(self):
        for moment in ("2026-10-31 12:00", "2026-11-01 12:00", "2026-11-02 07:00"):
            self.assertFalse(self._run(moment), moment)
        [mail] = self._run("2026-11-02 09:00")
        self.assertIn("head@example.com", mail.email_to)
        self.assertIn("October 2026", mail.subject)
        self.assertIn(self.company.name, mail.subject)
        for words in ("Ordered", "Paid", "Overdue", "Month Before"):
            self.assertIn(words, mail.body_html)
        for moment in ("2026-11-02 10:00", "2026-11-03 09:00", "2026-11-20 09:00", "2026-11-30 09:00"):
            self.assertFalse(self._run(moment), moment)
        [mail] = self._run("2026-12-01 09:00")
        self.assertIn("November 2026", mail.subject)

    def test_a_server_that_was_down(self):
        [mail] = self._run("2026-11-05 03:00")
        self.assertIn("October 2026", mail.subject)
        self.assertFalse(self._run("2026-11-05 09:00"))

    def test_too_late_is_of_no_use(self):
        self.assertFalse(self._run("2026-11-21 12:00"))

    def test_the_workbook(self):
        invoice = self._bill(300, move_type="out_invoice")
        invoice.button_draft()
        day = "2026-10-15"
        invoice.write({"invoice_date": day, "date": day})
        invoice.action_post()
        [mail] = self._run("2026-11-02 09:00")
        book = self._book(mail)
        self.assertEqual(table(book.worksheets[0])["Total"][2], 300)
        self.assertIn("Debt", book.sheetnames)
        self.assertIn("Plan against Fact", book.sheetnames)
        log = self.env["sales.export.log"].search([("user_id", "=", self.head.id)], limit=1)
        self.assertEqual((log.kind, log.res_model), ("xlsx", "sales.performance.report"))

    def test_who_gets_none(self):
        self.head.sales_month_mail = False
        self.assertFalse(self._run("2026-11-02 09:00"))
        self.head.sales_month_mail = True
        group = self.env.ref("sales_crm.group_head")
        group.implied_ids = [Command.unlink(self.env.ref("base.group_allow_export").id)]
        self.assertFalse(self._run("2026-11-02 09:00"), "who may not export")

    def test_managers_get_none(self):
        self.manager.email = "manager@example.com"
        self.assertTrue(self.manager.sales_month_mail)
        self.assertEqual(len(self._run("2026-11-02 09:00")), 1)

    def test_a_head_sets_it_himself(self):
        self.head.with_user(self.head).sales_month_mail = False
        self.assertFalse(self.head.sales_month_mail)

    def test_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.head.lang = "ru_RU"
        [mail] = self._run("2026-11-02 09:00")
        self.assertIn("октябрь 2026", mail.subject)

    def test_in_the_companys_zone(self):
        self.calendar.tz = self.company.resource_calendar_id.tz = "Asia/Vladivostok"
        self.assertTrue(self._run("2026-11-01 23:00"), "the 2nd, 9 o'clock there")

    def test_each_company(self):
        second = self._second_company()
        second.resource_calendar_id = self.calendar.copy({"company_id": second.id})
        self.head.company_ids |= second
        mails = self._run("2026-11-02 09:00")
        self.assertEqual(len(mails), 2)
        self.assertEqual(len(set(mails.mapped("subject"))), 2)

    def test_one_persons_fault_stops_nobody(self):
        other = new_test_user(
            self.env,
            "another_head",
            "sales_crm.group_head",
            email="another@example.com",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        Month = self.env.registry["sales.month.mail"]
        prepare = Month._prepare_mail

        def broken(model, env, company, month):
            if env.user == self.head:
                raise ValueError("His data is broken")
            return prepare(model, env, company, month)

        with patch.object(Month, "_prepare_mail", broken), mute_logger(MORNING):
            mails = self._cron("2026-11-02 09:00")
        self.assertEqual(len(mails), 1)
        self.assertIn(other.email, mails.email_to)
        fault = self.env["sales.morning.fault"].search([("step", "=", "_mail_months")])
        self.assertEqual((fault.user_id, fault.error), (self.head, "His data is broken"))
        self.assertEqual(fault.step_label, "Mail with the workbook of the month")
        [mail] = self._cron("2026-11-02 10:00")
        self.assertIn(self.head.email, mail.email_to)
        self.assertTrue(fault.date_mended)
