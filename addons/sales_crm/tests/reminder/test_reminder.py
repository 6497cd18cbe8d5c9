from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..counting import Counted
from .common import MORNING, TODAY, TOMORROW, ReminderCommon


@tagged("post_install", "-at_install")
class TestReminder(ReminderCommon):
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

    def test_the_exact_time_is_of_the_assignees_day_also_for_who_covers(self):
        self.colleague.tz = "Asia/Vladivostok"  # 20:00 UTC is tomorrow there
        activity = self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 20:00:00")
        self._cover()
        self.assertEqual(self._shown(self.colleague), [(activity.id, f"{TODAY} 19:50:00")])

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
        self._cover()
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

    def test_later_in_an_hour_or_tomorrow(self):
        urgent = self._plan(self.client, TODAY, priority="1")
        ordinary = self._plan(self.client, TODAY, datetime_planned=f"{TODAY} 09:00:00")
        key, other = [reminder["key"] for reminder in self._reminders()["reminders"]]
        self._answer(key, later="hour")
        self._answer(other, moment=f"{TODAY} 09:55", later="hour")
        shown = [(urgent.id, f"{TODAY} 09:30:00"), (ordinary.id, f"{TODAY} 10:55:00")]
        self.assertEqual(self._shown(), shown)
        self.assertEqual(self._shown(moment=f"{TODAY} 11:50"), shown, "An hour after what was put off")
        self._answer(key, later="tomorrow")
        self._answer(other, later="tomorrow")
        shown = [(urgent.id, f"{TOMORROW} 08:00:00"), (ordinary.id, f"{TOMORROW} 08:00:00")]
        self.assertEqual(sorted(self._shown()), shown)
        with self.assertRaises(UserError):
            self._answer(key, later="week")

    def test_tomorrow_is_the_next_working_day(self):
        friday = "2026-11-27 09:00"
        activity = self._plan(self.client, "2026-11-27", priority="1")
        [reminder] = self._reminders(moment=friday)["reminders"]
        self._answer(reminder["key"], moment=friday, later="tomorrow")
        self.assertEqual(self._shown(moment=friday), [(activity.id, "2026-11-30 08:00:00")])

    def test_what_was_put_off_comes_though_its_day_is_over(self):
        stays = self.env["mail.activity.type"].create({"name": "Stays", "carry_policy": "leave"})
        activity = self._plan(
            self.client, TODAY, activity_type_id=stays.id, datetime_planned=f"{TODAY} 10:00:00"
        )
        [reminder] = self._reminders()["reminders"]
        self._answer(reminder["key"], later="tomorrow")
        self.assertEqual(self._shown(moment=f"{TOMORROW} 08:00"), [(activity.id, f"{TOMORROW} 08:00:00")])

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
