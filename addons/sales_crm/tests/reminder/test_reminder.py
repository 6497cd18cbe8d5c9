from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SalesCrmCommon
from ..counting import Counted

TODAY = "2026-11-23"  # a Monday
TOMORROW = "2026-11-24"
MORNING = f"{TODAY} 08:30"  # the working day begins at 8


@tagged("post_install", "-at_install")
class TestReminder(SalesCrmCommon):
    def _reminders(self, user=None, moment=MORNING):
        with self._at(moment):
            return self.env["sales.reminder"].with_user(user or self.manager).get_reminders()

    def _shown(self, user=None, moment=MORNING):
        reminders = self._reminders(user, moment)["reminders"]
        return [(reminder["activity_id"], reminder["at"]) for reminder in reminders]

    def _answer(self, key, user=None, moment=MORNING, **kwargs):
        with self._at(moment):
            self.env["sales.reminder"].with_user(user or self.manager).answer(key, **kwargs)

    # ------------------------------------------------------
    # When
    # ------------------------------------------------------

    def test_before_the_exact_time_by_the_users_preference(self):
        activity = self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        self._plan(self.client, TODAY)
        self.assertEqual(self._shown(), [(activity.id, f"{TODAY} 09:50:00")])
        self.manager.with_user(self.manager).sales_reminder_minutes = 30
        self.assertEqual(self._shown(), [(activity.id, f"{TODAY} 09:30:00")])
        self.manager.with_user(self.manager).sales_reminder_minutes = 0
        self.assertFalse(self._shown())
        activity.priority = "1"
        self.assertEqual(self._shown(), [(activity.id, f"{TODAY} 10:00:00")])

    def test_urgent_at_the_start_of_the_working_day(self):
        urgent = self._plan(self.client, TODAY, priority="1")
        late = self._plan(self.client, "2026-11-20", priority="1")
        self._plan(self.client, TOMORROW, priority="1")
        self.assertEqual(self._shown(), [(urgent.id, f"{TODAY} 08:00:00"), (late.id, f"{TODAY} 08:00:00")])

    def test_the_start_is_that_of_the_managers_own_calendar_and_time_zone(self):
        urgent = self._plan(self.client, TODAY, priority="1")
        self.manager.tz = "Asia/Vladivostok"  # UTC+10
        self.calendar.tz = "Asia/Vladivostok"
        self.assertEqual(self._shown(moment="2026-11-22 22:30"), [(urgent.id, "2026-11-22 22:00:00")])

    def test_a_day_off_is_quiet(self):
        self._plan(self.client, "2026-11-21", priority="1")
        reminders = self._reminders(moment="2026-11-22 09:00")  # a Sunday
        self.assertFalse(reminders["reminders"])
        self.assertFalse(reminders["digest"])

    def test_ordinary_is_of_no_use_an_hour_later_but_urgent_stays(self):
        ordinary = self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        urgent = self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 10:00:00", priority="1")
        both = [(ordinary.id, f"{TODAY} 09:50:00"), (urgent.id, f"{TODAY} 09:50:00")]
        self.assertEqual(self._shown(moment=f"{TODAY} 10:59"), both)
        self.assertEqual(self._shown(moment=f"{TODAY} 11:01"), both[1:])

    def test_a_constant_number_of_queries(self):
        self._plan(self.client, TODAY, priority="1")
        self._reminders()

        def count():
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self._reminders()
            return counted.queries

        few = count()
        for number in range(20):
            self._plan(self._create_client(f"Client {number}", self.manager), TODAY, priority="1")
        self.env.flush_all()
        self.assertLessEqual(count(), few)

    def test_closed_and_other_peoples_activities_do_not_remind(self):
        activity = self._plan(self.client, TODAY, priority="1")
        self.assertFalse(self._shown(self.colleague))
        activity.with_user(self.manager).action_finish(self.outcome.id)
        self.assertFalse(self._shown())

    def test_who_covers_is_reminded(self):
        activity = self._plan(self.client, TODAY, priority="1")
        self.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "manager_ids": [Command.set(self.manager.ids)],
                "user_ids": [Command.set(self.colleague.ids)],
                "date_from": TODAY,
                "date_to": TODAY,
                "reason": "Holiday",
            }
        )
        reminders = self._reminders(self.colleague)
        self.assertEqual([r["activity_id"] for r in reminders["reminders"]], activity.ids)
        self.assertEqual(reminders["digest"]["covers"], [{"name": self.manager.name, "total": 1}])

    # ------------------------------------------------------
    # Answers
    # ------------------------------------------------------

    def test_answered_is_answered_for_every_browser(self):
        activity = self._plan(self.client, TODAY, priority="1")
        [reminder] = self._reminders()["reminders"]
        self._answer(reminder["key"])
        self.assertFalse(self._shown())
        self._answer(reminder["key"])
        self.assertEqual(self._shown(moment=f"{TODAY} 17:00"), [])
        with self._at(MORNING):
            activity.with_user(self.manager).action_move(TOMORROW)
        self.assertEqual(self._shown(moment=f"{TOMORROW} 08:30"), [(activity.id, f"{TOMORROW} 08:00:00")])

    def test_later(self):
        activity = self._plan(self.client, TODAY, priority="1")
        [reminder] = self._reminders()["reminders"]
        self._answer(reminder["key"], later=True)
        self.assertEqual(self._shown(), [(activity.id, f"{TODAY} 08:45:00")])
        self._answer(reminder["key"], moment=f"{TODAY} 08:45")
        self.assertFalse(self._shown())

    def test_another_user_answers_for_himself_only(self):
        self._plan(self.client, TODAY, priority="1")
        [reminder] = self._reminders()["reminders"]
        with self.assertRaises(AccessError):
            self._answer(reminder["key"], self.colleague)
        self._answer(reminder["key"], self.head)
        self.assertTrue(self._shown())

    def test_bad_keys(self):
        for key in ("", "0:x", "no", "999999999:x", "digest", "1" * 70, "digest:" + "1" * 70):
            with self.assertRaises(UserError, msg=key):
                self._answer(key)

    def test_old_answers_are_forgotten(self):
        self._answer("digest:2026-01-01")
        answer = self.env["sales.reminder"].search([("key", "=", "digest:2026-01-01")])
        with self._at(MORNING):
            self.env["sales.reminder"]._gc_answers()
        self.assertTrue(answer.exists())
        self.env.cr.execute("UPDATE sales_reminder SET create_date = '2020-01-01' WHERE id = %s", answer.ids)
        self.env["sales.reminder"]._gc_answers()
        self.assertFalse(answer.exists())

    # ------------------------------------------------------
    # The digest
    # ------------------------------------------------------

    def test_digest_once_a_day(self):
        self._plan(self.client, TODAY)
        self._plan(self.client, TODAY, priority="1")
        self._plan(self.client, TODAY, activity_type_id=self.env.ref("sales_crm.mail_activity_type_visit").id)
        self._plan(self.client, "2026-11-20").sudo().carry_count = 1
        self.assertFalse(self._reminders(moment=f"{TODAY} 07:59")["digest"], "Before the day begins")
        digest = self._reminders()["digest"]
        self.assertEqual([digest[name] for name in ("total", "urgent", "carried", "visits")], [4, 1, 1, 1])
        self._answer(digest["key"])
        self.assertFalse(self._reminders()["digest"])
        self.assertTrue(self._reminders(moment=f"{TOMORROW} 08:30")["digest"])

    def test_digest_by_mail_once_and_only_if_wanted(self):
        Mail = self.env["mail.mail"].sudo()
        for user in (self.manager, self.colleague):
            user.email = f"{user.login}@sales.example"
        self.manager.with_user(self.manager).sales_digest_mail = True
        self._plan(self.client, TODAY, summary="Send the price list")
        self._plan(self.client, TODAY, user=self.head)
        before = Mail.search([])
        self._run_morning(f"{TODAY} 07:00")
        self.assertFalse(Mail.search([]) - before)
        self._run_morning(MORNING)
        self._run_morning(f"{TODAY} 09:00")
        mails = (Mail.search([]) - before).filtered(lambda mail: "sales.example" in (mail.email_to or ""))
        self.assertEqual(len(mails), 1)
        self.assertIn("Send the price list", mails.body_html)
        self.assertIn("manager_a@sales.example", mails.email_to)

    # ------------------------------------------------------
    # The bus
    # ------------------------------------------------------

    def _told(self, work):
        """:return: logins of the users whose browsers hear of it"""
        told = set()

        def bus_send(users, kind, _message, **_kwargs):
            if kind == "sales_crm.reminders":
                told.update(users.mapped("login"))

        with patch.object(type(self.env["res.users"]), "_bus_send", bus_send), self._at(MORNING):
            work()
        return told

    def test_browsers_hear_of_what_concerns_them_only(self):
        plain = self._plan(self.client, TODAY)
        with self._at(MORNING):
            urgent = self._plan(self.client, TODAY, priority="1")
            far = self._plan(self.client, "2027-01-11", priority="1")
        self.assertEqual(self._told(lambda: plain.write({"summary": "Other"})), set())
        self.assertEqual(self._told(lambda: far.write({"summary": "Other"})), set())
        self.assertEqual(self._told(lambda: urgent.write({"note": "Other"})), set())
        self.assertEqual(self._told(lambda: urgent.write({"date_deadline": TOMORROW})), {"manager_a"})
        self.assertEqual(
            self._told(lambda: urgent.write({"user_id": self.colleague.id})), {"manager_a", "manager_b"}
        )
        self.assertEqual(self._told(urgent.action_feedback), {"manager_b"})

    def test_a_frozen_plan_is_told(self):
        self.assertIn("manager_a", self._told(lambda: self._run_morning(MORNING)))

    # ------------------------------------------------------
    # Preferences
    # ------------------------------------------------------

    def test_preferences_are_ones_own(self):
        with self.assertRaises(AccessError):
            self.colleague.with_user(self.manager).sales_reminder_minutes = 5
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.manager.sales_reminder_minutes = -1
            self.env.flush_all()

    def test_working_time_chosen_on_the_user(self):
        late = self.calendar.copy({"name": "Late"})
        late.attendance_ids.unlink()
        late.attendance_ids = [
            Command.create(
                {
                    "name": "Day",
                    "dayofweek": str(day),
                    "hour_from": 12,
                    "hour_to": 20,
                    "day_period": "afternoon",
                }
            )
            for day in range(5)
        ]
        self.assertEqual(self.manager.sales_calendar_id, self.calendar)
        self.manager.sales_calendar_id = late
        self.assertEqual(self.manager._sales_calendar(), late)
        day = datetime(2026, 11, 23).date()
        self.assertEqual(self.manager._sales_workday_start(day), datetime(2026, 11, 23, 12))
        self.manager.sales_calendar_id = False
        self.assertEqual(self.manager._sales_calendar(), self.calendar)

    def test_the_employees_working_time_comes_first(self):
        other = self.calendar.copy({"name": "Employee's"})
        self.manager._sales_create_resources()
        of_employee = self.env["resource.resource"].create(
            {"name": "Employee", "user_id": self.manager.id, "calendar_id": other.id, "tz": "UTC"}
        )
        self.manager.invalidate_recordset(["resource_ids"])
        resource = type(self.env["resource.resource"])
        with patch.object(resource, "_sales_of_employees", lambda self: self & of_employee):
            self.assertEqual(self.manager._sales_calendar(), other)
        with patch.object(resource, "_sales_of_employees", lambda self: self - of_employee):
            self.assertEqual(self.manager._sales_calendar(), self.calendar)


@tagged("post_install", "-at_install")
class TestReminderTour(HttpCase):
    def test_popup(self):
        """An urgent one stays until it is answered, here with Later; no reload repeats it."""
        manager = new_test_user(
            self.env, "tour_manager", "sales_crm.group_manager", tz="UTC", lang="en_US", name="Tour manager"
        )
        client = self.env["res.partner"].create(
            {"name": "Tour client", "is_company": True, "is_client": True, "user_id": manager.id}
        )
        moment = fields.Datetime.now() + timedelta(minutes=5)
        activity = self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": client.id,
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "summary": "Ring the director",
                "priority": "1",
                "date_deadline": moment.date(),
                "datetime_planned": moment,
                "user_id": manager.id,
            }
        )
        self.start_tour("/odoo/my-day", "sales_crm_reminder", login="tour_manager")
        answer = self.env["sales.reminder"].search([("activity_id", "=", activity.id)])
        self.assertEqual(answer.user_id, manager)
        self.assertGreater(answer.remind_at, fields.Datetime.now())
