from datetime import date, datetime

from odoo.tests import Form, tagged

from ..common import SalesCrmCommon

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))


@tagged("post_install", "-at_install")
class TestExactTime(SalesCrmCommon):
    """An activity's exact time lies on its due date, whoever writes which of them."""

    def _timed(self, moment, day=MONDAY, **values):
        return self._plan(self.client, day, datetime_planned=moment, **values)

    def test_the_time_gives_the_day(self):
        activity = self._timed(datetime(2026, 11, 24, 12))
        self.assertEqual((activity.date_deadline, activity.date_planned), (TUESDAY, TUESDAY))
        activity.with_user(self.manager).datetime_planned = datetime(2026, 11, 25, 12)
        self.assertEqual((activity.date_deadline, activity.date_planned), (WEDNESDAY, TUESDAY))
        self.assertEqual(self.client.next_step_date, WEDNESDAY)

    def test_another_day_by_its_time_leaves_a_trace(self):
        activity = self._timed(datetime(2026, 11, 23, 12))
        activity.with_user(self.manager).datetime_planned = datetime(2026, 11, 25, 12)
        change = self.env["sales.activity.change"].search([("activity_id", "=", activity.id)])
        self.assertEqual((change.kind, change.date_from, change.date_to), ("moved", MONDAY, WEDNESDAY))

    def test_the_day_takes_the_hour_along(self):
        activity = self._timed(datetime(2026, 11, 23, 12))
        activity.with_user(self.manager).date_deadline = WEDNESDAY
        self.assertEqual(activity.datetime_planned, datetime(2026, 11, 25, 12))

    def test_both_at_once(self):
        """The time leads, as the more exact one."""
        activity = self._timed(datetime(2026, 11, 23, 12))
        activity.write({"date_deadline": WEDNESDAY, "datetime_planned": datetime(2026, 11, 24, 9)})
        self.assertEqual(activity.date_deadline, TUESDAY)
        activity.write({"date_deadline": WEDNESDAY, "datetime_planned": False})
        self.assertEqual(activity.date_deadline, WEDNESDAY)

    def test_days_of_the_assignee(self):
        """23:00 UTC is the next day in Vladivostok, whoever writes it."""
        self.manager.tz = "Asia/Vladivostok"
        self._let_see(self.colleague, self.client)
        activity = self._timed(datetime(2026, 11, 23, 23))
        self.assertEqual(activity.date_deadline, TUESDAY)
        activity.with_user(self.head).user_id = self.colleague
        self.assertEqual(activity.date_deadline, MONDAY, "It is Monday there at that moment")

    def test_carried_over_to_the_same_hour(self):
        self.manager.tz = "Europe/Berlin"
        activity = self._timed(datetime(2026, 10, 23, 13), date(2026, 10, 23))
        self._run_morning("2026-10-26 09:00")
        self.assertEqual(activity.date_deadline, date(2026, 10, 26))
        self.assertEqual(activity.datetime_planned, datetime(2026, 10, 26, 14), "15:00 in summer and winter")

    def test_form(self):
        self.manager.tz = "Asia/Vladivostok"
        Activity = self.env["mail.activity"].with_user(self.manager)
        with Form(
            Activity.with_context(default_res_model="res.partner"),
            view="sales_crm.mail_activity_view_form_plan",
        ) as form:
            form.plan_client_id = self.client
            form.activity_type_id = self.call
            form.datetime_planned = datetime(2026, 11, 23, 23)
            self.assertEqual(form.date_deadline, TUESDAY)
            form.date_deadline = WEDNESDAY
            self.assertEqual(form.datetime_planned, datetime(2026, 11, 24, 23))
        self.assertEqual(form.record.date_deadline, WEDNESDAY)

    def test_in_bulk(self):
        activities = self._timed(datetime(2026, 11, 23, 12)) | self._plan(self.client, MONDAY)
        with self._at("2026-11-23 08:00"):
            activities.with_user(self.head).sales_bulk_move(TUESDAY)
        self.assertEqual(activities.mapped("datetime_planned"), [datetime(2026, 11, 24, 12), False])

    def test_next_step_at_an_hour(self):
        activity = self._plan(self.client, MONDAY)
        following = activity.with_user(self.manager).action_finish(
            self.outcome.id,
            next_step={"date_deadline": WEDNESDAY, "datetime_planned": "2026-11-25 10:00:00"},
        )
        following = self.env["mail.activity"].browse(following)
        self.assertEqual(following._get_exact_time(self.manager), datetime(2026, 11, 25, 10))
