from datetime import date, datetime
from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import SalesCrmCommon
from ..counting import Counted

# A Monday
MONDAY = "2026-11-23"
FRIDAY = date(2026, 11, 20)


@tagged("post_install", "-at_install")
class TestMorning(SalesCrmCommon):
    def _logs(self, activity):
        return self.env["sales.carry.log"].search([("activity_id", "=", activity.id)])

    def test_carry_to_today(self):
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 23))
        self.assertEqual(activity.date_planned, FRIDAY, "the first date stays")
        self.assertEqual(activity.carry_count, 1)
        log = self._logs(activity)
        self.assertEqual((log.date_from, log.date_to), (FRIDAY, date(2026, 11, 23)))
        self.assertEqual((log.client_id, log.user_id), (self.client, self.manager))
        self.assertEqual(self.client.next_step_date, date(2026, 11, 23))

    def test_run_twice_changes_nothing(self):
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 09:00")
        self._run_morning(f"{MONDAY} 09:10")
        self.assertEqual(activity.carry_count, 1)
        self.assertEqual(len(self._logs(activity)), 1)

    def test_downtime_is_one_jump(self):
        activity = self._plan(self.client, date(2026, 11, 16))
        self._run_morning("2026-11-19 10:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 19))
        self.assertEqual(activity.carry_count, 1)

    def test_before_the_working_day_begins(self):
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 07:59")
        self.assertEqual(activity.date_deadline, FRIDAY)
        self._run_morning(f"{MONDAY} 08:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 23))

    def test_weekend_is_not_a_working_day(self):
        activity = self._plan(self.client, FRIDAY)
        self._run_morning("2026-11-21 12:00")
        self.assertEqual((activity.date_deadline, activity.carry_count), (FRIDAY, 0))

    def test_time_zones(self):
        """08:00 in Vladivostok is 22:00 of the day before in UTC."""
        self.manager.tz = "Asia/Vladivostok"
        self.colleague.tz = "America/New_York"
        east = self._plan(self.client, FRIDAY)
        west = self._plan(self._create_client("Beta", self.colleague), FRIDAY, self.colleague)
        self._run_morning("2026-11-22 21:59")
        self.assertEqual(east.date_deadline, FRIDAY)
        self._run_morning("2026-11-22 22:00")
        self.assertEqual(east.date_deadline, date(2026, 11, 23), "the manager's day, not UTC's")
        self.assertEqual(west.date_deadline, FRIDAY)
        self._run_morning("2026-11-23 12:59")
        self.assertEqual(west.date_deadline, FRIDAY)
        self._run_morning("2026-11-23 13:00")
        self.assertEqual(west.date_deadline, date(2026, 11, 23))

    def test_summer_time_begins(self):
        """Europe/Berlin on 30 March 2026, the first working day after the change: 8:00 is 6:00."""
        self.manager.tz = "Europe/Berlin"
        activity = self._plan(self.client, date(2026, 3, 27))
        self._run_morning("2026-03-30 05:59")
        self.assertEqual(activity.carry_count, 0)
        self._run_morning("2026-03-30 06:00")
        self.assertEqual(activity.date_deadline, date(2026, 3, 30))

    def test_holiday_of_the_company(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "National day",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 11, 23, 0, 0),
                "date_to": datetime(2026, 11, 23, 23, 59, 59),
            }
        )
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 10:00")
        self.assertEqual(activity.date_deadline, FRIDAY)
        self._run_morning("2026-11-24 10:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 24))
        self.assertEqual(activity.carry_count, 1)

    def test_holiday_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        leave = (
            self.env["resource.calendar.leaves"]
            .with_company(other)
            .create(
                {
                    "name": "Their day",
                    "date_from": datetime(2026, 11, 23, 0, 0),
                    "date_to": datetime(2026, 11, 23, 23, 59, 59),
                }
            )
        )
        self.assertEqual(leave.company_id, other)
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 10:00")
        self.assertEqual(activity.carry_count, 1)

    def test_leave_of_one_manager(self):
        self.env["res.users"].with_user(self.head)._action_managers_working_time()
        resource = self.manager._sales_resource()
        self.assertTrue(resource)
        self.env["resource.calendar.leaves"].with_user(self.head).create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": datetime(2026, 11, 23, 0, 0),
                "date_to": datetime(2026, 11, 24, 23, 59, 59),
            }
        )
        on_leave = self._plan(self.client, FRIDAY)
        at_work = self._plan(self._create_client("Beta", self.colleague), FRIDAY, self.colleague)
        self._run_morning(f"{MONDAY} 10:00")
        self.assertEqual((on_leave.carry_count, at_work.carry_count), (0, 1))
        self._run_morning("2026-11-25 10:00")
        self.assertEqual(on_leave.date_deadline, date(2026, 11, 25))
        self.assertEqual((on_leave.carry_count, at_work.carry_count), (1, 2))

    def test_own_calendar(self):
        """A manager who works on weekends only."""
        weekend = self.env["resource.calendar"].create(
            {
                "name": "Weekend",
                "tz": "UTC",
                "attendance_ids": [
                    (5, 0, 0),
                    (0, 0, {"name": "Sa", "dayofweek": "5", "hour_from": 10, "hour_to": 15}),
                ],
            }
        )
        self.env["resource.resource"].create(
            {
                "name": "A",
                "user_id": self.manager.id,
                "company_id": self.company.id,
                "calendar_id": weekend.id,
                "tz": "UTC",
            }
        )
        activity = self._plan(self.client, date(2026, 11, 19))
        self._run_morning("2026-11-20 12:00")
        self.assertEqual(activity.carry_count, 0)
        self._run_morning("2026-11-21 09:59")
        self.assertEqual(activity.carry_count, 0)
        self._run_morning("2026-11-21 10:00")
        self.assertEqual(activity.date_deadline, date(2026, 11, 21))

    def test_morning_off(self):
        """A leave until noon: the working day begins at 13:00."""
        self.env["res.users"]._action_managers_working_time()
        resource = self.manager._sales_resource()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Doctor",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": datetime(2026, 11, 23, 6, 0),
                "date_to": datetime(2026, 11, 23, 12, 30),
            }
        )
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 12:45")
        self.assertEqual(activity.carry_count, 0)
        self._run_morning(f"{MONDAY} 13:00")
        self.assertEqual(activity.carry_count, 1)

    def test_policies(self):
        leave = self.call.copy({"name": "Stays", "carry_policy": "leave"})
        expire = self.call.copy({"name": "Expires", "carry_policy": "expire"})
        stays = self._plan(self.client, FRIDAY, activity_type_id=leave.id)
        expires = self._plan(self.client, FRIDAY, activity_type_id=expire.id)
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual((stays.date_deadline, stays.carry_count), (FRIDAY, 0))
        self.assertFalse(expires.active)
        self.assertEqual(expires.activity_state_final, "cancelled")
        self.assertEqual(expires.cancel_reason, "Not done on its day")
        self.assertEqual(expires.date_deadline, FRIDAY)
        self.assertTrue(expires.datetime_done)
        self.assertFalse(self._logs(stays) | self._logs(expires))
        self.assertEqual(self.client.next_step_date, FRIDAY)

    def test_expired_in_the_plan_of_its_day(self):
        """Set back after the plan was frozen, it expires in the next run of that day, as its plan says."""
        expire = self.call.copy({"name": "Expires", "carry_policy": "expire"})
        activity = self._plan(self.client, MONDAY, activity_type_id=expire.id)
        self._run_morning(f"{MONDAY} 09:00")
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        self.assertEqual((str(line.date), line.result), (MONDAY, "open"))
        with self._at(f"{MONDAY} 10:00"):
            activity.date_deadline = FRIDAY
        self._run_morning(f"{MONDAY} 11:00")
        self.env.invalidate_all()
        self.assertEqual(activity.activity_state_final, "cancelled")
        self.assertEqual(line.result, "cancelled")

    def test_meeting_stays_on_its_day(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Negotiations",
                "start": datetime(2026, 11, 20, 10, 0),
                "stop": datetime(2026, 11, 20, 11, 0),
                "user_id": self.manager.id,
            }
        )
        activity = self._plan(self.client, FRIDAY, calendar_event_id=event.id)
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual((activity.date_deadline, activity.carry_count), (FRIDAY, 0))
        self.assertEqual(event.start, datetime(2026, 11, 20, 10, 0))

    def test_closed_and_future_stay(self):
        done = self._plan(self.client, FRIDAY)
        done.action_done()
        future = self._plan(self.client, date(2026, 12, 1))
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(done.date_deadline, FRIDAY)
        self.assertEqual(future.date_deadline, date(2026, 12, 1))

    def test_others_are_left_alone(self):
        """Activities of people who are not managers are not the department's plan."""
        self.colleague.group_ids = self.env.ref("base.group_user")
        activity = self._plan(self.client, FRIDAY, self.colleague)
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(activity.date_deadline, FRIDAY)

    def test_manager_without_calendar(self):
        self.company.resource_calendar_id = False
        activity = self._plan(self.client, FRIDAY)
        self._run_morning("2026-11-21 00:10")
        self.assertEqual(activity.date_deadline, date(2026, 11, 21), "every day is a working day")

    def test_small_batches(self):
        activities = self.env["mail.activity"]
        for user in (self.manager, self.colleague, self.head):
            for _number in range(5):
                activities |= self._plan(self.client, FRIDAY, user)
        self.patch(type(self.env["sales.morning"]), "_batch_size", 2)
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(set(activities.mapped("date_deadline")), {date(2026, 11, 23)})
        self.assertEqual(set(activities.mapped("carry_count")), {1})
        self.assertEqual(len(self._logs(activities[0])), 1)

    def test_out_of_time_goes_on_in_the_next_run(self):
        activities = self.env["mail.activity"]
        for _number in range(6):
            activities |= self._plan(self.client, FRIDAY)
        self.patch(type(self.env["sales.morning"]), "_batch_size", 2)
        left = iter([60, 0, 0, 0])
        with (
            self._at(f"{MONDAY} 09:00"),
            patch.object(type(self.env["sales.morning"]), "_commit", lambda *args: next(left)),
        ):
            self.env["sales.morning"]._run()
        self.assertEqual(sum(activities.mapped("carry_count")), 2)
        plan = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        self.assertFalse(plan, "the plan is not frozen before the carry-over is complete")
        self._run_morning(f"{MONDAY} 09:10")
        self.assertEqual(activities.mapped("carry_count"), [1] * 6)
        plan = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(len(plan), 6)

    def test_conflict_is_retried(self):
        activity = self._plan(self.client, FRIDAY)
        self.env.flush_all()
        morning = type(self.env["sales.morning"])
        original = morning._carry_batch
        failures = iter([psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected])

        def conflict(records, *args):
            for failure in failures:
                raise failure("could not serialize access due to concurrent update")
            return original(records, *args)

        with (
            patch.object(morning, "_carry_batch", conflict),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch("odoo.addons.sales_crm.models.batch.sales_batch_step.time.sleep"),
        ):
            self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(activity.carry_count, 1)

    def test_escalation(self):
        self.company.sales_carry_escalation = 2
        activities = self._plan(self.client, FRIDAY, summary="Price list")
        activities |= self._plan(self.client, FRIDAY, summary="<b>Tender</b>")
        inbox = [("partner_ids", "in", self.head.partner_id.ids), ("subject", "ilike", "manager_a")]
        self._run_morning(f"{MONDAY} 09:00")
        self.assertFalse(self.env["mail.message"].search(inbox))
        self._run_morning("2026-11-24 09:00")
        message = self.env["mail.message"].search(inbox)
        self.assertEqual(len(message), 1, "one message for both activities")
        self.assertIn("2 activities carried over 2 times", message.subject)
        self.assertIn("Price list", message.body)
        self.assertNotIn("<b>", message.body)
        self._run_morning("2026-11-24 09:10")
        self._run_morning("2026-11-25 09:00")
        self.assertEqual(len(self.env["mail.message"].search(inbox)), 1, "told once")

    def test_escalation_in_the_heads_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.head.lang = "ru_RU"
        self.company.sales_carry_escalation = 1
        self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 09:00")
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.head.partner_id.ids), ("subject", "like", "manager_a")]
        )
        self.assertIn("перенес", message.subject)

    def test_escalation_off(self):
        self.company.sales_carry_escalation = 0
        self._plan(self.client, FRIDAY)
        before = self.env["mail.message"].search_count([])
        self._run_morning(f"{MONDAY} 09:00")
        self.assertEqual(self.env["mail.message"].search_count([]), before)

    def test_heads_without_team(self):
        self.team.member_ids = False
        self.assertIn(self.head, self.manager._sales_superiors())
        self.assertNotIn(self.manager, self.manager._sales_superiors())

    def test_plan_is_frozen_once(self):
        carried = self._plan(self.client, FRIDAY)
        planned = self._plan(self.client, date(2026, 11, 23), priority="1")
        self._plan(self.client, date(2026, 11, 24))
        self._run_morning(f"{MONDAY} 08:00")
        lines = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        origins = {line.activity_id: (line.origin, line.priority) for line in lines}
        self.assertEqual(origins, {carried: ("carried", "0"), planned: ("planned", "1")})
        self.assertEqual(set(lines.mapped("date")), {date(2026, 11, 23)})
        # a plan moved by hand and work added later change nothing
        planned.date_deadline = date(2026, 11, 30)
        self._plan(self.client, date(2026, 11, 23))
        self._run_morning(f"{MONDAY} 12:00")
        self.assertEqual(self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)]), lines)

    def test_empty_plan_is_frozen_too(self):
        self._run_morning(f"{MONDAY} 08:00")
        self._plan(self.client, date(2026, 11, 23))
        self._run_morning(f"{MONDAY} 08:10")
        self.assertFalse(self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)]))

    def test_done_before_work_counts_as_planned(self):
        activity = self._plan(self.client, date(2026, 11, 23))
        with self._at(f"{MONDAY} 07:30"):
            activity.action_done()
        self._run_morning(f"{MONDAY} 08:00")
        lines = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(lines.activity_id, activity)

    def test_done_before_work_in_another_time_zone(self):
        """7:30 in Vladivostok is 21:30 of the day before in UTC."""
        self.manager.tz = "Asia/Vladivostok"
        activity = self._plan(self.client, date(2026, 11, 24))
        with self._at(f"{MONDAY} 21:30"):
            activity.with_user(self.manager).action_done()
        self._run_morning(f"{MONDAY} 22:00")
        lines = self.env["sales.plan.line"].search([("user_id", "=", self.manager.id)])
        self.assertEqual(lines.activity_id, activity)

    def test_nobody_writes_the_trace(self):
        activity = self._plan(self.client, FRIDAY)
        self._run_morning(f"{MONDAY} 09:00")
        log = self._logs(activity)
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        for user in (self.manager, self.head):
            for record in (log, line):
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"user_id": self.colleague.id})
                with self.assertRaises(AccessError):
                    record.with_user(user).copy()
        self.assertTrue(log.with_user(self.manager).read(["date_to"]))
        with self.assertRaises(AccessError):
            log.with_user(self.colleague).read(["date_to"])
        self.assertFalse(self.env["sales.plan.line"].with_user(self.colleague).search([]))

    def test_queries_do_not_grow_with_activities(self):
        def queries(count, day, moment):
            for _number in range(count):
                self._plan(self.client, day)
            self.env.flush_all()
            self.env.invalidate_all()  # a cron starts with nothing in the cache
            with Counted(self.env.cr) as counted:
                self._run_morning(moment)
            return counted.queries

        self.company.sales_carry_escalation = 0
        queries(1, date(2026, 11, 19), "2026-11-20 09:00")  # warms the caches
        few = queries(5, FRIDAY, f"{MONDAY} 09:00")
        many = queries(200, date(2026, 11, 23), "2026-11-24 09:00")
        self.assertEqual(many, few)

    def test_cron(self):
        """The job itself, with its commits and its progress."""
        activity = self._plan(self.client, date(2020, 1, 6))
        self.company.resource_calendar_id = False
        with self.enter_registry_test_mode():
            self.env.ref("sales_crm.ir_cron_morning").method_direct_trigger()
        self.assertEqual(activity.carry_count, 1)
