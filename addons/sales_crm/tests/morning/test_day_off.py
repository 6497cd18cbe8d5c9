from datetime import date, datetime

from odoo.tests import tagged

from ..common import SalesCrmCommon

FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (20, 21, 22))
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))


@tagged("post_install", "-at_install")
class TestDayOff(SalesCrmCommon):
    """What falls on a day off moves to the next working day as planned, and is nobody's failure."""

    def _log(self, activity):
        return self.env["sales.carry.log"].search([("activity_id", "=", activity.id)])

    def _origin(self, activity, day=MONDAY):
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id), ("date", "=", day)])
        return line.origin

    def _take_leave(self, first, last):
        self.env["res.users"]._action_managers_working_time()
        resource = self.manager._sales_resource()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": datetime.combine(first, datetime.min.time()),
                "date_to": datetime.combine(last, datetime.min.time()).replace(hour=23, minute=59),
            }
        )

    def test_weekend(self):
        friday, saturday, sunday = (self._plan(self.client, day) for day in (FRIDAY, SATURDAY, SUNDAY))
        self._run_morning("2026-11-23 09:00")
        moved = friday | saturday | sunday
        self.assertEqual(set(moved.mapped("date_deadline")), {MONDAY})
        self.assertEqual(moved.mapped("carry_count"), [1, 0, 0])
        self.assertEqual([self._log(one).counted for one in moved], [True, False, False])
        self.assertEqual([self._origin(one) for one in moved], ["carried", "planned", "planned"])

    def test_it_counts_from_then_on(self):
        activity = self._plan(self.client, SATURDAY)
        self._run_morning("2026-11-23 09:00")
        self._run_morning("2026-11-24 09:00")
        self.assertEqual((activity.date_deadline, activity.carry_count), (TUESDAY, 1))
        self.assertEqual(self._log(activity).mapped("counted"), [True, False])

    def test_history_tells_of_failures_only(self):
        activity = self._plan(self.client, SATURDAY)
        self._run_morning("2026-11-23 09:00")
        History = self.env["sales.client.history"]
        of_client = [("client_id", "=", self.client.id), ("kind", "=", "carry")]
        self.assertFalse(History.search(of_client))
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(len(History.search(of_client)), 1)
        self.assertEqual(activity.carry_count, 1)

    def test_leave(self):
        self._take_leave(MONDAY, TUESDAY)
        before, within = self._plan(self.client, FRIDAY), self._plan(self.client, MONDAY)
        self._run_morning("2026-11-25 09:00")
        self.assertEqual((before.carry_count, within.carry_count), (1, 0))
        self.assertEqual((before | within).mapped("date_deadline"), [WEDNESDAY, WEDNESDAY])

    def test_long_leave(self):
        """Longer than the calendar is looked back at: the day that was frozen tells."""
        activity = self._plan(self.client, date(2026, 6, 1))
        self._run_morning("2026-06-01 09:00")
        self._take_leave(date(2026, 6, 2), date(2026, 11, 20))
        self._run_morning("2026-11-23 09:00")
        self.assertEqual((activity.date_deadline, activity.carry_count), (MONDAY, 1))

    def test_leave_entered_after_the_day_has_begun(self):
        """The day was frozen, so it was a working day of his."""
        activity = self._plan(self.client, MONDAY)
        self._run_morning("2026-11-23 09:00")
        self._take_leave(MONDAY, MONDAY)
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(activity.carry_count, 1)

    def test_what_expires_waits_for_a_working_day(self):
        expire = self.call.copy({"name": "Expires", "carry_policy": "expire"})
        activity = self._plan(self.client, SATURDAY, activity_type_id=expire.id)
        self._run_morning("2026-11-23 09:00")
        self.assertTrue(activity.active)
        self.assertEqual(activity.date_deadline, MONDAY)
        self._run_morning("2026-11-24 09:00")
        self.assertFalse(activity.active)

    def test_no_alarm_from_days_off(self):
        self.company.sales_carry_escalation = 1
        told = [("model", "=", False), ("subject", "ilike", "carried over")]
        before = self.env["mail.message"].search_count(told)
        self._plan(self.client, SUNDAY)
        self._run_morning("2026-11-23 09:00")
        self.assertEqual(self.env["mail.message"].search_count(told), before)
        self._run_morning("2026-11-24 09:00")
        self.assertGreater(self.env["mail.message"].search_count(told), before)

    def test_flexible_calendar(self):
        flexible = self.env["resource.calendar"].create(
            {"name": "Flexible", "tz": "UTC", "flexible_hours": True, "hours_per_day": 8}
        )
        self.env["res.users"]._action_managers_working_time()
        self.manager._sales_resource().calendar_id = flexible
        activity = self._plan(self.client, SATURDAY)
        self._run_morning("2026-11-22 12:00")
        self.assertEqual(activity.date_deadline, SATURDAY)
        self._run_morning("2026-11-23 09:00")
        self.assertEqual((activity.date_deadline, activity.carry_count), (MONDAY, 0))
