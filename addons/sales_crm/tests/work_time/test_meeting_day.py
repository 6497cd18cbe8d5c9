from datetime import date, datetime

from odoo.tests import tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestMeetingDay(SalesCrmCommon):
    """The activity of a meeting has a day of its assignee, whoever plans or moves the meeting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.tz = "Asia/Vladivostok"
        cls.head.tz = "Europe/Moscow"

    def _meeting(self, start="2026-11-23 20:00", **values):
        """The head plans a meeting of the manager: late in Moscow, the next morning in Vladivostok."""
        return (
            self.env["calendar.event"]
            .with_user(self.head)
            .with_context(tz=self.head.tz)
            .create(
                {
                    "name": "Talk",
                    "start": start,
                    "stop": start[:-2] + "30",
                    "user_id": self.manager.id,
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": self.client.id,
                    **values,
                }
            )
        )

    def test_planned(self):
        activity = self._meeting().activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, date(2026, 11, 24))
        self.assertEqual(activity.date_planned, date(2026, 11, 24))

    def test_planned_together(self):
        values = {"name": "Talk", "start": "2026-11-23 20:00", "stop": "2026-11-23 20:30"}
        document = {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": self.client.id}
        events = self.env["calendar.event"].create(
            [
                {**values, **document, "user_id": user.id}
                for user in (self.manager, self.colleague, self.manager)
            ]
        )
        self.assertEqual([event.user_id for event in events], [self.manager, self.colleague, self.manager])
        self.assertEqual([event.activity_ids.date_deadline.day for event in events], [24, 23, 24])

    def test_moved_by_somebody_else(self):
        event = self._meeting()
        event.write({"start": "2026-11-25 20:00", "stop": "2026-11-25 20:30"})
        self.assertEqual(event.activity_ids.date_deadline, date(2026, 11, 26))

    def test_its_activity_moved_by_somebody_else(self):
        event = self._meeting()
        event.activity_ids.date_deadline = date(2026, 11, 26)
        self.assertEqual(event.start, datetime(2026, 11, 25, 20))
        self.assertEqual(event.activity_ids.date_deadline, date(2026, 11, 26))

    def test_a_whole_day(self):
        event = self._meeting(
            "2026-11-24 08:00", allday=True, start_date="2026-11-24", stop_date="2026-11-24"
        )
        self.assertEqual(event.activity_ids.date_deadline, date(2026, 11, 24))
        event.activity_ids.date_deadline = date(2026, 11, 26)
        self.assertEqual(event.start_date, date(2026, 11, 26))

    def test_what_is_scheduled_without_a_day(self):
        """By a cron or a head elsewhere: it is today of whom it is for."""
        for user in (self.env.ref("base.user_root"), self.head):
            with self._at("2026-11-23 20:00"):
                activity = self.client.with_user(user).activity_schedule(
                    "mail.mail_activity_data_todo", user_id=self.manager.id
                )
            self.assertEqual(activity.date_deadline, date(2026, 11, 24))
