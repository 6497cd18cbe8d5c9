from datetime import datetime, time, timedelta
from io import BytesIO

import pytz
from openpyxl import load_workbook

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...tools.moment import to_char_format
from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestHistoryMoments(CreditCase):
    def _events(self, *domain, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        History = self.env["sales.client.history"].with_user(user or self.manager)
        return History.search([("client_id", "=", self.client.id), *domain])

    def _money(self):
        return self._events(("kind", "in", ["invoice", "refund", "payment"]))

    # ------------------------------------------------------
    # Money stands in the order in which it was posted
    # ------------------------------------------------------

    def test_one_after_the_other(self):
        posted = [self._owe(100), self._pay(100), self._owe(50), self._owe(20, move_type="out_refund")]
        posted += [self._pay(30), self._owe(10)]
        events = self._money()
        self.assertEqual(events.mapped("amount"), [10, 30, -20, 50, 100, 100])
        self.assertEqual(events.mapped("res_id"), [document.id for document in reversed(posted)])
        moments = [event.date for event in events]
        self.assertEqual(moments, sorted(moments, reverse=True))

    def test_posted_again_is_later(self):
        invoice = self._owe(100)
        self._pay(70)
        self.assertEqual(self._money().mapped("amount"), [70, 100])
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._money().mapped("amount"), [100, 70])

    def test_on_its_own_day(self):
        """What was posted later than its date stands on its date, with no hour that nobody knows; among
        its like in the order of posting.
        """
        first = self._owe(100, days_ago=10)
        payment = self.env["account.payment"].create(
            {
                "amount": 60,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.client.id,
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.today - timedelta(days=10),
            }
        )
        payment.action_post()
        self._owe(40, days_ago=10)
        today = self._owe(7)
        events = self._money()
        self.assertEqual(events.mapped("amount"), [7, 40, 60, 100])
        self.assertEqual(events.mapped("day_only"), [False, True, True, True])
        self.assertEqual(
            events[0].date, today.datetime_posted.replace(microsecond=events[0].date.microsecond)
        )
        self.assertEqual(
            events[3].recorded.replace(microsecond=0), first.datetime_posted.replace(microsecond=0)
        )

    def test_the_day_is_the_company_s(self):
        """Far in the east an invoice doesn't slip into the next day, nor one of the evening into the day
        before.
        """
        for name in ("Asia/Kamchatka", "America/Los_Angeles", "UTC"):
            zone = pytz.timezone(name)
            with self.subTest(name), self.cr.savepoint() as savepoint:
                self.company.resource_calendar_id.tz = name
                self.env.registry.clear_cache()
                old = self._owe(100, days_ago=20)
                fresh = self._owe(50)
                day = fresh.invoice_date
                for hour in (time(0, 5), time(23, 55)):
                    moment = zone.localize(datetime.combine(day, hour)).astimezone(pytz.utc)
                    fresh.datetime_posted = moment.replace(tzinfo=None)
                    events = self._money()
                    local = [pytz.utc.localize(event.date).astimezone(zone) for event in events]
                    self.assertEqual([one.date() for one in local], [day, old.invoice_date])
                    self.assertEqual(local[0].time(), hour)
                    self.assertEqual(events.mapped("day_only"), [False, True])
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_nobody_says_when_it_was_posted(self):
        invoice = self._owe(100, post=False)
        self.env.user.group_ids += self.env.ref("account.group_account_invoice")
        self.manager.group_ids += self.env.ref("account.group_account_invoice")
        with self.assertRaises(AccessError):
            invoice.with_user(self.manager).write({"datetime_posted": "2020-01-01 00:00:00"})
        invoice.with_user(self.manager).action_post()
        self.assertTrue(invoice.datetime_posted)
        self.assertFalse(invoice.copy().datetime_posted)

    # ------------------------------------------------------
    # One amount, and dates as the user writes them
    # ------------------------------------------------------

    def test_an_order_and_its_quotation_are_one_amount(self):
        order = self._order(3)
        events = self._events(("res_model", "=", "sale.order"))
        self.assertEqual([(event.kind, event.amount) for event in events], [("quotation", 300)])
        order.action_confirm()
        events = self._events(("kind", "in", ["order", "quotation"]))
        self.assertEqual(sum(events.mapped("amount")), 300)
        self.assertEqual({event.kind: event.amount for event in events}, {"quotation": 0, "order": 300})
        order._action_cancel()
        events = self._events(("kind", "in", ["order", "quotation"]))
        self.assertEqual([(event.kind, event.amount) for event in events], [("quotation", 300)])

    def test_dates_in_the_user_s_format(self):
        due = self.today + timedelta(days=5)
        self.env["sales.promise"].with_user(self.manager).create(
            {"client_id": self.client.id, "company_id": self.company.id, "amount": 10, "date_due": due}
        )
        activity = self._plan(self.client, self.today)
        self.env["sales.carry.log"].create(
            {
                "activity_id": activity.id,
                "client_id": self.client.id,
                "user_id": self.manager.id,
                "date_from": self.today,
                "date_to": due,
                "counted": True,
            }
        )
        lang = self.env["res.lang"]._lang_get("en_US")
        for date_format in ("%d.%m.%Y", "%m/%d/%Y", "%Y年%m月%d日", "%d %b %y"):
            lang.date_format = date_format
            told = date_format.replace("%b", "%m")
            [promise] = self._events(("kind", "=", "promise"))
            self.assertIn(due.strftime(told), promise.summary)
            [carry] = self._events(("kind", "=", "carry"))
            self.assertIn(f"{self.today.strftime(told)} → {due.strftime(told)}", carry.summary)

    def test_formats_of_languages(self):
        self.assertEqual(to_char_format("%d.%m.%Y"), 'DD"."MM"."YYYY')
        self.assertEqual(to_char_format('%-d"%%%Y'), 'FMDD"\\"""%"YYYY')

    def test_promise_and_its_day(self):
        """Made today it has its hour; one that was written down for an earlier day has none."""
        Promise = self.env["sales.promise"]
        values = {"client_id": self.client.id, "company_id": self.company.id, "amount": 10}
        Promise.create({**values, "date_due": self.today + timedelta(days=1)})
        Promise.create(
            {
                **values,
                "date_due": self.today - timedelta(days=3),
                "date_made": self.today - timedelta(days=5),
            }
        )
        events = self._events(("kind", "=like", "promise%"))
        self.assertEqual(events.mapped("kind"), ["promise", "promise_broken", "promise"])
        self.assertEqual(events.mapped("day_only"), [False, True, True])

    # ------------------------------------------------------
    # The head's file
    # ------------------------------------------------------

    def test_the_head_s_file(self):
        self._owe(100, days_ago=10)
        self._pay(100)
        events = self._events(user=self.head)
        Report = self.env["report.sales_crm.sales_client_history_xlsx"].with_user(self.head)
        report = Report.with_context(active_model="sales.client.history", tz="UTC")
        content, kind = report.create_xlsx_report(events.ids, {})
        self.assertEqual(kind, "xlsx")
        head, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
        table = [dict(zip(head, row, strict=True)) for row in rows]
        self.assertEqual(head[:3], ("Date", "Time", "Kind"))
        self.assertIn("Who Did It", head)
        money = [(row["Kind"], row["Amount"], bool(row["Time"])) for row in table]
        self.assertEqual(money, [("Payment", 100, True), ("Invoice", 100, False)])
        self.assertEqual(table[1]["Date"].date(), self.today - timedelta(days=10))
