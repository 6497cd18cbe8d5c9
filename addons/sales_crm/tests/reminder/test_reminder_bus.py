from datetime import datetime, timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MORNING, TODAY, TOMORROW, ReminderCommon


@tagged("post_install", "-at_install")
class TestReminderBus(ReminderCommon):
    # ------------------------------------------------------
    # The bus
    # ------------------------------------------------------

    def _said(self, work):
        """:return: what the browsers hear"""
        said = []

        def bus_send(_users, kind, message, **_kwargs):
            if kind == "sales_crm.reminders":
                said.append(message)

        with patch.object(type(self.env["res.users"]), "_bus_send", bus_send):
            work()
        return said

    def test_other_tabs_hear_the_answer_and_ask_nothing(self):
        self._plan(self.client, TODAY, priority="1")
        [reminder] = self._reminders()["reminders"]
        said = self._said(lambda: self._answer(reminder["key"], later="hour"))
        self.assertEqual(said, [{"answered": reminder["key"], "at": f"{TODAY} 09:30:00"}])
        said = self._said(lambda: self._answer(reminder["key"]))
        self.assertEqual(said, [{"answered": reminder["key"], "at": False}])

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

    def test_a_mass_plan_of_urgent_ones_is_told(self):
        def plan(priority):
            mass = (
                self.env["sales.mass.plan"]
                .with_user(self.head)
                .create(
                    {
                        "client_ids": self.client.ids,
                        "activity_type_id": self.call.id,
                        "summary": "Price list",
                        "priority": priority,
                    }
                )
            )
            mass.action_preview()
            mass.action_run()

        self.assertEqual(self._told(lambda: plan("0")), set())
        self.assertEqual(self._told(lambda: plan("1")), {"manager_a"})

    def test_a_cover_is_told(self):
        self.assertEqual(self._told(self._cover), {"manager_a", "manager_b"})

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

    def test_the_mail_of_heads_is_offered_to_heads(self):
        for user, is_head in ((self.manager, False), (self.head, True)):
            self.assertEqual(user.with_user(user).read(["sales_is_head"])[0]["sales_is_head"], is_head)

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
