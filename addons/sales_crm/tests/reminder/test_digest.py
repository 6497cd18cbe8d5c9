from odoo.fields import Command
from odoo.tests import tagged

from .common import MORNING, TODAY, TOMORROW, ReminderCommon


@tagged("post_install", "-at_install")
class TestDigest(ReminderCommon):
    """What is told in the morning beside the plan, in the browser and by mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.email = "manager_a@sales.example"
        cls.other = cls._create_client("Other", cls.colleague)

    def _contact(self, client, name, born):
        return self.env["res.partner"].create(
            {"name": name, "parent_id": client.id, "function": "Director", "birthdate_date": born}
        )

    def _promise(self, client, due):
        values = {"client_id": client.id, "amount": 1500, "description": "By card", "date_due": due}
        return self.env["sales.promise"].create(values)

    def _owe(self, client, due, amount=100):
        """An invoice that is due; made without a product, as the chart of the test's company is the least"""
        self.env.company.country_id = self.env.company.country_id or self.env.ref("base.us")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_date": "2026-10-01",
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "price_unit": amount, "tax_ids": [Command.clear()]})
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _fill(self):
        """Something of each kind, once of the manager and once of somebody else."""
        for client in (self.client, self.other):
            self._contact(client, f"Ann of {client.name}", "1980-11-23")
            self._contact(client, f"Bob of {client.name}", "1904-11-25")
            with self._at("2026-11-20 09:00"):
                self._promise(client, TODAY)
                self._promise(client, TOMORROW)
                self._owe(client, "2026-11-13")
                self.env.flush_all()

    def test_birthdays_promises_and_debts_of_ones_own_clients(self):
        self._fill()
        digest = self._reminders()["digest"]
        self.assertEqual(digest["birthdays"], ["Ann of Alpha"])
        self.assertEqual(digest["promises"], 1)
        self.assertEqual(digest["debtors"], 1)
        self.assertEqual(len(digest["debts"]), 1)
        self.assertEqual(
            [line.split(":")[0] for line in digest["lines"]][1:-1], ["Birthdays", "Promises due"]
        )
        self.assertIn("clients: 1", digest["lines"][-1])

    def test_birthdays_of_days_off_are_told_before_them(self):
        for day, name in ((27, "Fri"), (28, "Sat"), (29, "Sun"), (30, "Mon")):
            self._contact(self.client, name, f"1904-11-{day}")
        digest = self._reminders(moment="2026-11-27 09:00")["digest"]
        self.assertEqual(digest["birthdays"], ["Fri", "Sat", "Sun"])

    def test_nothing_to_tell(self):
        self.assertFalse(self._reminders()["digest"])

    def test_mail(self):
        self._fill()
        self.manager.with_user(self.manager).sales_digest_mail = True
        self.manager.tz = False  # the company's
        self.calendar.tz = "Asia/Tbilisi"  # UTC + 4
        self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00", summary="Ring about the price")
        self._plan(self.client, TODAY, summary="Of yesterday").sudo().carry_count = 1
        mail = self._mailed()
        body = mail.body_html
        self.assertIn("Of yesterday", body)
        self.assertIn("(carried over)", body)
        self.assertIn("02:00 PM", body.replace("\u202f", " "), "Where the manager is")
        for words in ("Ann of Alpha, Director", "By card", "10 days overdue"):
            self.assertIn(words, body)
        self.assertNotIn("of Other", body)
        self.assertIn(f"/odoo/res.partner/{self.client.id}", body)

    def test_mail_without_a_plan(self):
        self.manager.with_user(self.manager).sales_digest_mail = True
        self._contact(self.client, "Ann", "1980-11-23")
        self.env["res.company"].search([]).sales_birthday_days = 0
        mail = self._mailed()
        self.assertIn("Ann", mail.body_html)

    def _mailed(self):
        Mail = self.env["mail.mail"].sudo()
        before = Mail.search([])
        self._run_morning(MORNING)
        mails = (Mail.search([]) - before).filtered(lambda mail: "manager_a@" in (mail.email_to or ""))
        self.assertEqual(len(mails), 1)
        return mails
