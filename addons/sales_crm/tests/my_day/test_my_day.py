from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

TODAY = "2026-11-23"  # a Monday
TOMORROW = "2026-11-24"
YESTERDAY = "2026-11-22"
MORNING = f"{TODAY} 08:30"


@tagged("post_install", "-at_install")
class TestMyDay(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.env.ref("sales_crm.mail_activity_type_visit")

    def _day(self, user=None, moment=MORNING, **kwargs):
        """What the screen of ``user`` shows at ``moment`` (UTC)."""
        with self._at(moment):
            return self.env["sales.my.day"].with_user(user or self.manager).get_day(**kwargs)

    def _finish(self, activities, moment=MORNING, user=None):
        with self._at(moment):
            for activity in activities.with_user(user or self.manager):
                activity.action_finish(self.outcome.id, "Agreed")

    def _rows(self, day):
        return [(row["section"], row["id"]) for row in day["rows"]]

    # ------------------------------------------------------
    # Whose day
    # ------------------------------------------------------

    def test_manager_sees_only_his_own_day(self):
        mine = self._plan(self.client, TODAY)
        self._plan(self.client, TODAY, user=self.colleague)
        day = self._day()
        self.assertEqual(self._rows(day), [("today", mine.id)])
        self.assertFalse(day["managers"])
        with self.assertRaises(AccessError):
            self._day(user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self._day(user_id=self.head.id)

    def test_head_chooses_a_manager(self):
        his = self._plan(self.client, TODAY, user=self.colleague)
        day = self._day(self.head, user_id=self.colleague.id)
        self.assertEqual(self._rows(day), [("today", his.id)])
        self.assertEqual(day["user"], {"id": self.colleague.id, "name": self.colleague.name})
        offered = {manager["id"] for manager in day["managers"]}
        self.assertLessEqual({self.head.id, self.manager.id, self.colleague.id}, offered)

    def test_users_outside_the_department_have_no_day(self):
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self._day(stranger)
        with self.assertRaises(AccessError):
            self._day(self.head, user_id=stranger.id)

    def test_changes_say_what_the_whole_day_says(self):
        done, moved, left = (self._plan(self.client, TODAY) for _number in range(3))
        self._run_morning(MORNING)
        self._day()
        with self._at(MORNING):
            next_step = done.with_user(self.manager).action_finish(
                self.outcome.id, "Agreed", {"date_deadline": TODAY, "priority": "1"}
            )
            moved.with_user(self.manager).action_move(TOMORROW)
            changes = (
                self.env["sales.my.day"]
                .with_user(self.manager)
                .get_changes(self.manager.id, TODAY, [moved.id, left.id])
            )
        day = self._day()
        self.assertEqual(changes["figures"], day["figures"])
        self.assertEqual(changes["open"], [row["id"] for row in day["rows"]])
        self.assertEqual(changes["open"], [next_step, left.id])
        self.assertEqual(changes["done"], done.ids)
        sent = {row["id"]: row for row in changes["rows"]}
        self.assertEqual(set(sent), {next_step, done.id})
        self.assertTrue(sent[done.id]["may_reopen"])
        self.assertFalse(sent[next_step]["may_reopen"])
        self.assertEqual(sent[next_step], next(row for row in day["rows"] if row["id"] == next_step))
        with self.assertRaises(AccessError):
            self.env["sales.my.day"].with_user(self.colleague).get_changes(self.manager.id, TODAY, [])

    # ------------------------------------------------------
    # Figures
    # ------------------------------------------------------

    def test_progress_of_a_day_counted_by_hand(self):
        """60 planned: 41 done, 10 moved to tomorrow, 3 cancelled, so 6 are left."""
        clients = [self._create_client(f"Client {number}", self.manager) for number in range(30)]
        activities = self.env["mail.activity"].union(
            *(self._plan(client, TODAY) for client in clients for _again in range(2))
        )
        self._run_morning(MORNING)
        self.assertEqual(
            self._day()["figures"],
            {"total": 60, "done": 0, "moved": 0, "cancelled": 0, "left": 60},
        )
        self._finish(activities[:41])
        with self._at(MORNING):
            activities[41:51].with_user(self.manager).action_move(TOMORROW)
            activities[51:54].with_user(self.manager).action_cancel_with_reason("Shop closed")
        day = self._day()
        self.assertEqual(day["figures"], {"total": 60, "done": 41, "moved": 10, "cancelled": 3, "left": 6})
        self.assertEqual(len(day["rows"]), 6)
        self.assertEqual(len(day["done"]), 41)

    def test_moving_and_cancelling_does_not_improve_the_progress(self):
        activities = self._plan(self.client, TODAY) | self._plan(self.client, TODAY)
        self._run_morning(MORNING)
        with self._at(MORNING):
            activities[0].with_user(self.manager).action_move(TOMORROW)
            activities[1].with_user(self.manager).action_cancel_with_reason("No time")
        figures = self._day()["figures"]
        self.assertEqual((figures["done"], figures["total"]), (0, 2))

    def test_unplanned_work_counts_in_both(self):
        self._plan(self.client, TODAY)
        self._run_morning(MORNING)
        self._finish(self._plan(self.client, "2026-11-27"))
        figures = self._day()["figures"]
        self.assertEqual((figures["done"], figures["total"], figures["left"]), (1, 2, 1))

    def test_before_the_plan_is_frozen(self):
        done, _open = self._plan(self.client, TODAY), self._plan(self.client, YESTERDAY)
        self._finish(done)
        figures = self._day()["figures"]
        self.assertEqual((figures["done"], figures["total"], figures["left"]), (1, 2, 1))

    def test_done_yesterday_is_not_done_today(self):
        activity = self._plan(self.client, TODAY)
        self._run_morning(MORNING)
        self._finish(activity, moment=f"{YESTERDAY} 12:00")
        figures = self._day()["figures"]
        self.assertEqual((figures["done"], figures["total"]), (0, 1))

    def test_planned_and_handed_over(self):
        """What a colleague took over and did was planned here: it counts as done here."""
        planned = self._plan(self.client, TODAY) | self._plan(self.client, TODAY)
        self._run_morning(MORNING)
        planned.with_context(mail_activity_quick_update=True).user_id = self.colleague
        self._let_see(self.colleague, self.client)
        self.assertEqual(self._day()["figures"]["moved"], 2)
        self._finish(planned[0], user=self.colleague)
        figures = self._day()["figures"]
        self.assertEqual((figures["done"], figures["moved"], figures["total"]), (1, 1, 2))

    # ------------------------------------------------------
    # Time zones
    # ------------------------------------------------------

    def test_today_is_where_the_manager_is(self):
        self.manager.tz = "Asia/Vladivostok"  # UTC+10
        activity = self._plan(self.client, TODAY)
        self.assertFalse(self._day(moment=f"{YESTERDAY} 13:59")["rows"])
        day = self._day(moment=f"{YESTERDAY} 14:00")
        self.assertEqual((day["today"], self._rows(day)), (TODAY, [("today", activity.id)]))

    def test_done_in_the_last_hour_of_the_managers_day(self):
        self.manager.tz = "America/New_York"  # UTC-5
        activity = self._plan(self.client, TODAY)
        self._finish(activity, moment=f"{TOMORROW} 04:59")
        self.assertEqual(self._day(moment=f"{TOMORROW} 04:59")["figures"]["done"], 1)
        self.assertEqual(self._day(moment=f"{TOMORROW} 05:00")["figures"]["done"], 0)
        self.assertEqual(self._day(moment=f"{TOMORROW} 05:00", date=TODAY)["figures"]["done"], 1)

    def test_head_sees_the_day_of_the_managers_time_zone(self):
        self.manager.tz = "Asia/Vladivostok"
        moment = f"{YESTERDAY} 20:00"
        self.assertEqual(self._day(self.head, moment)["today"], YESTERDAY)
        day = self._day(self.head, moment, user_id=self.manager.id)
        self.assertEqual((day["today"], day["timezone"]), (TODAY, "Asia/Vladivostok"))

    # ------------------------------------------------------
    # Rows
    # ------------------------------------------------------

    def test_sections_and_order(self):
        beta = self._create_client("Beta", self.manager)
        later = self._plan(beta, TODAY)
        plain = self._plan(self.client, TODAY)
        late = self._plan(self.client, YESTERDAY)
        timed = self._plan(beta, TODAY, datetime_planned=f"{TODAY} 11:00:00")
        urgent = self._plan(beta, TODAY, priority="1")
        self.assertEqual(
            self._rows(self._day()),
            [
                ("urgent", urgent.id),
                ("today", timed.id),
                ("today", later.id),  # beside the others of the same client
                ("carried", late.id),
                ("today", plain.id),
            ],
        )

    def test_carried_over_row(self):
        activity = self._plan(self.client, "2026-11-20")
        self._run_morning(MORNING)
        [row] = self._day()["rows"]
        self.assertEqual(row["id"], activity.id)
        self.assertEqual(
            (row["section"], row["carry_count"], row["date_planned"], row["date_deadline"]),
            ("carried", 1, "2026-11-20", TODAY),
        )

    def test_exact_time_moves_with_the_day(self):
        """What was to be done on Friday at 10 stands at 10 today."""
        self._plan(self.client, "2026-11-20", datetime_planned="2026-11-20 10:00:00")
        self._run_morning(MORNING)
        [row] = self._day()["rows"]
        self.assertEqual(row["datetime_planned"], f"{TODAY} 10:00:00")

    def test_whom_to_call(self):
        self.client.phone = "+1 555 0100"
        contact = self.env["res.partner"].create(
            {"name": "Bob", "parent_id": self.client.id, "phone": "+1 555 0101"}
        )
        silent = self.env["res.partner"].create({"name": "Eve", "parent_id": self.client.id})
        buyer = self.env["res.partner"].create({"name": "Tom", "parent_id": self.client.id})
        deal = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": buyer.id, "phone": "+1 555 0102", "user_id": self.manager.id}
        )
        for record in (self.client, contact, silent, deal):
            self._plan(record, TODAY)
        phones = {
            (row["contact"], row["phone"], row["document"] and row["document"]["name"])
            for row in self._day()["rows"]
        }
        self.assertEqual(
            phones,
            {
                ("", "+1 555 0100", False),
                ("Bob", "+1 555 0101", False),
                ("Eve", "+1 555 0100", False),
                ("Tom", "+1 555 0102", "Deal"),
            },
        )

    def test_activity_on_a_document_out_of_reach(self):
        """The manager learns what to do and for whom; the deal and its phone stay closed."""
        self.client.phone = "+1 555 0100"
        self.env["ir.rule"].create(
            {
                "name": "No deals",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "domain_force": "[(0, '=', 1)]",
            }
        )
        buyer = self.env["res.partner"].create(
            {"name": "Tom", "parent_id": self.client.id, "phone": "+1 555 0199"}
        )
        deal = self.env["crm.lead"].create({"name": "Secret", "partner_id": buyer.id})
        self._plan(deal, TODAY)
        [row] = self._day()["rows"]
        self.assertEqual(row["client"]["name"], "Alpha")
        self.assertFalse(row["document"]["readable"])
        self.assertEqual((row["contact"], row["phone"]), ("", "+1 555 0100"))

    def test_queries_do_not_grow_with_the_day(self):
        def queries():
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self._day()
            return counted.queries

        clients = [self._create_client(f"Client {number}", self.manager) for number in range(30)]
        deals = self.env["crm.lead"].create(
            [{"name": client.name, "partner_id": client.id, "user_id": self.manager.id} for client in clients]
        )
        for record in (*clients[:3], *deals[:2]):
            self._plan(record, TODAY)
        for _call in range(2):
            queries()  # warms up what is cached for every request
        few = queries()
        for record in (*clients[3:], *deals[2:]):
            self._plan(record, TODAY)
        self.assertEqual(len(self._day()["rows"]), 60)
        self.assertEqual(queries(), few)

    # ------------------------------------------------------
    # Choices
    # ------------------------------------------------------

    def test_quick_dates_know_the_working_days(self):
        dates = self._day(moment="2026-11-20 09:00")["dates"]  # a Friday
        self.assertEqual(dates["tomorrow"], {"date": "2026-11-21", "working": False})
        self.assertEqual(dates["in_3_workdays"], {"date": "2026-11-25", "working": True})
        self.assertEqual(dates["next_monday"], {"date": "2026-11-23", "working": True})
        self.assertEqual(dates["next_week"], {"date": "2026-11-27", "working": True})

    def test_quick_dates_pass_by_a_holiday(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-11-24 00:00:00",
                "date_to": "2026-11-24 23:59:59",
            }
        )
        dates = self._day()["dates"]
        self.assertFalse(dates["tomorrow"]["working"])
        self.assertEqual(dates["in_3_workdays"]["date"], "2026-11-27")

    # ------------------------------------------------------
    # Moving
    # ------------------------------------------------------

    def _move(self, activity, *args, moment=MORNING):
        with self._at(moment):
            activity.with_user(self.manager).action_move(*args)

    def test_move_keeps_the_first_plan(self):
        activity = self._plan(self.client, TODAY)
        self._move(activity, TOMORROW)
        self.assertEqual(str(activity.date_deadline), TOMORROW)
        self.assertEqual(str(activity.date_planned), TODAY)

    def test_move_into_the_past_is_refused(self):
        activity = self._plan(self.client, TODAY)
        with self.assertRaises(UserError):
            self._move(activity, YESTERDAY)
        self.assertEqual(str(activity.date_deadline), TODAY)

    def test_past_is_what_is_over_for_the_manager(self):
        self.manager.tz = "Asia/Vladivostok"
        activity = self._plan(self.client, TODAY)
        with self.assertRaises(UserError):
            self._move(activity, YESTERDAY, moment=f"{YESTERDAY} 20:00")

    def test_move_of_a_closed_activity_is_refused(self):
        activity = self._plan(self.client, TODAY)
        self._finish(activity)
        with self.assertRaises(UserError):
            self._move(activity, TOMORROW)

    def test_move_keeps_the_hour(self):
        """10:00 in Berlin stays 10:00 in Berlin, also over a change of the clocks."""
        self.manager.tz = "Europe/Berlin"
        activity = self._plan(self.client, "2026-10-23", datetime_planned="2026-10-23 08:00:00")
        self._move(activity, "2026-10-26", moment="2026-10-22 09:00")
        self.assertEqual(str(activity.datetime_planned), "2026-10-26 09:00:00")

    def test_drag_to_an_hour_and_back_to_the_day(self):
        self.manager.tz = "Asia/Vladivostok"
        activity = self._plan(self.client, TODAY)
        self._move(activity, TODAY, f"{TODAY} 23:00:00", moment=f"{YESTERDAY} 20:00")
        self.assertEqual(str(activity.date_deadline), TOMORROW, "It is tomorrow where he is")
        self.assertEqual(str(activity.datetime_planned), f"{TODAY} 23:00:00")
        self._move(activity, TOMORROW, False, moment=f"{YESTERDAY} 20:00")
        self.assertFalse(activity.datetime_planned)

    # ------------------------------------------------------
    # Work Calendar and the form of a new activity
    # ------------------------------------------------------

    def test_work_calendar_begins_with_the_managers_own_work(self):
        action = self.env.ref("sales_crm.mail_activity_action_calendar")
        of_manager = action.with_user(self.manager).run()
        self.assertIn("search_default_filter_user_id_uid", str(of_manager["context"]))
        of_head = action.with_user(self.head).run()
        self.assertNotIn("search_default_filter_user_id_uid", str(of_head["context"]))
        self.assertEqual(of_head["path"], "work-calendar")

    def test_only_the_head_filters_by_manager(self):
        view = self.env.ref("sales_crm.mail_activity_view_calendar_work")
        Activity = self.env["mail.activity"]
        for user, offered in ((self.manager, False), (self.head, True)):
            arch = Activity.with_user(user).get_view(view.id, "calendar")["arch"]
            self.assertEqual('name="user_id"' in arch, offered)

    def test_plan_for_the_chosen_day_and_manager(self):
        """The type's own delay and user do not replace what was clicked."""
        Activity = (
            self.env["mail.activity"]
            .with_user(self.head)
            .with_context(
                default_res_model="res.partner",
                default_date_deadline=TODAY,
                default_user_id=self.manager.id,
                mail_activity_quick_update=True,
            )
        )
        with Form(Activity, view="sales_crm.mail_activity_view_form_plan") as form:
            form.activity_type_id = self.visit
            form.plan_client_id = self.client
            form.summary = "Look at the shop"
        activity = form.record
        self.assertEqual(
            (activity.client_id, activity.user_id, activity.date_deadline, activity.res_id),
            (self.client, self.manager, date(2026, 11, 23), self.client.id),
        )
