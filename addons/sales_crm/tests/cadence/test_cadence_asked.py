from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_crm.tools.cadence import Rhythm
from odoo.addons.sales_crm.tools.work_time import Workdays

from ..chance import dice_of
from .test_cadence import MONDAY, WORKDAYS, CadenceCase

TUESDAY = date(2026, 11, 24)
EVERY_DAY = Workdays([date(2026, 1, 1) + timedelta(days=n) for n in range(1500)], date(2026, 1, 1))


@tagged("post_install", "-at_install")
class TestRhythmOfMonths(TransactionCase):
    def test_once_in_each_month_on_its_weekday(self):
        for seed, dice in dice_of(30, 300):
            weekday = dice.randrange(7)
            rhythm = Rhythm("month", 1, weekday, False)
            start = date(2026, 1, 1) + timedelta(days=dice.randrange(365))
            anchor, due = rhythm.first(1, start, EVERY_DAY)
            months = []
            for _turn in range(14):
                self.assertEqual(due.weekday(), weekday)
                months.append(due.year * 12 + due.month)
                due = rhythm.following(anchor, due, EVERY_DAY)
            self.assertEqual(months, list(range(months[0], months[0] + 14)), f"from {start}, {seed}")

    def test_done_early(self):
        monthly = Rhythm("month", 1, None, False)
        due = date(2026, 12, 23)
        for closed, following in (
            (date(2026, 12, 21), date(2027, 1, 25)),  # the 23rd is a Saturday
            (date(2026, 11, 25), due),
        ):
            days = Workdays(
                [day for n in range(500) if (day := date(2026, 10, 1) + timedelta(days=n)).weekday() < 5],
                date(2026, 10, 1),
            )
            self.assertEqual(monthly.done_early(MONDAY, due, closed, days), following)
        call = Rhythm("workday", 5, None, False)
        self.assertEqual(call.done_early(MONDAY, MONDAY, date(2026, 11, 20), WORKDAYS), date(2026, 11, 27))


@tagged("post_install", "-at_install")
class TestCadenceAsked(CadenceCase):
    """What a head says about it beside the interval."""

    def test_hour(self):
        """At this hour where the manager is, and still at it after the carry-over."""
        self.manager.tz = "Asia/Yekaterinburg"
        cadence = self._cadence(hour="09:30", interval_number=1)
        self._run_morning(f"{MONDAY} 04:00")
        activity = self._of(cadence)
        self.assertEqual(str(activity.datetime_planned), f"{MONDAY} 04:30:00")
        self.assertEqual(activity.date_deadline, MONDAY)
        self._run_morning(f"{TUESDAY} 04:00")
        self.assertEqual(str(activity.datetime_planned), f"{TUESDAY} 04:30:00")
        self.assertIn("09:30", cadence.rhythm)

    def test_without_an_hour(self):
        cadence = self._cadence()
        self._mornings(MONDAY)
        self.assertFalse(self._of(cadence).datetime_planned)

    def test_visited_of_his_own_accord(self):
        """Two days before the turn: this was the visit of the month."""
        visit = self.env["mail.activity.type"].search([("is_visit", "=", True)], limit=1)
        cadence = self._cadence(
            activity_type_id=visit.id, interval_unit="month", interval_number=1, date_from=TUESDAY
        )
        self.assertTrue(cadence.is_early_counted)
        self._mornings(TUESDAY)
        self._done(self._of(cadence), TUESDAY)
        own = self._plan(self.client, date(2026, 12, 22), activity_type_id=visit.id)
        self._done(own, date(2026, 12, 22))
        self._mornings(date(2026, 12, 24), 5)
        self.assertEqual(len(self._of(cadence)), 1)
        self._mornings(date(2027, 1, 25))
        self.assertEqual(len(self._of(cadence)), 2)

    def test_another_call_is_about_something_else(self):
        cadence = self._cadence()
        self.assertFalse(cadence.is_early_counted)
        self._done(self._plan(self.client, date(2026, 11, 20)), date(2026, 11, 20))
        self._mornings(MONDAY)
        self.assertEqual(len(self._of(cadence)), 1)

    def test_archived_type(self):
        kind = self.env["mail.activity.type"].create({"name": "Old Kind"})
        cadence = self._cadence(activity_type_id=kind.id)
        with self.assertRaisesRegex(ValidationError, "“Call”"):
            kind.action_archive()
        with self._at("2026-11-20 12:00"):
            cadence.with_user(self.head).action_end()
        kind.action_archive()
        with self.assertRaisesRegex(ValidationError, "archived"):
            cadence.with_user(self.head).action_resume()
        with self.assertRaisesRegex(ValidationError, "archived"):
            self._cadence(activity_type_id=kind.id)

    def test_many_clients_are_asked_about(self):
        with patch("odoo.addons.sales_crm.models.cadence.sales_cadence_begin.MANY", 4):
            cadence = self._cadence(self.clients, start=False).with_user(self.head)
            self.clients[5].user_id = False
            with self._at("2026-11-20 12:00"):
                action = cadence.action_start()
                self.assertEqual(cadence.state, "draft")
                asked = self.env[action["res_model"]].with_user(self.head).browse(action["res_id"])
                self.assertEqual(
                    (asked.client_count, asked.manager_count, asked.per_day, asked.unmanaged_count),
                    (6, 1, 1, 1),
                )
                asked.action_begin()
            self.assertEqual(cadence.state, "running")
            few = self._cadence(self.clients[:3])
            self.assertEqual(few.state, "running", "few are not asked about")

    def test_question_before_a_wider_condition_is_saved(self):
        self.clients[0].client_class = "A"
        cadence = self._cadence(
            self.env["res.partner"], scope="domain", client_domain="[('client_class', '=', 'A')]"
        ).with_user(self.head)
        everybody = {"client_domain": "[('is_client', '=', True)]"}
        self.assertFalse(cadence.question_before_save(everybody), "few clients")
        with patch("odoo.addons.sales_crm.models.cadence.sales_cadence_begin.MANY", 4):
            count = self.env["res.partner"].search_count([("is_client", "=", True)])
            self.assertIn(str(count), cadence.question_before_save(everybody))
            self.assertFalse(cadence.question_before_save({"name": "Another"}))
            self.assertFalse(cadence.question_before_save({"client_domain": "nonsense"}))
            with self.assertRaises(AccessError):
                cadence.with_user(self.manager).question_before_save(everybody)


@tagged("post_install", "-at_install")
class TestCadenceCover(CadenceCase):
    """The manager is away from Monday to Wednesday; the colleague stands in for him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_client("Foreign", cls.colleague)
        cls.manager._sales_create_resources()
        cls.env["resource.calendar.leaves"].create(
            {
                "resource_id": cls.manager._sales_resource().id,
                "calendar_id": cls.calendar.id,
                "date_from": f"{MONDAY} 00:00:00",
                "date_to": "2026-11-25 23:59:59",
            }
        )

    def _stand_in(self, **values):
        with self._at("2026-11-20 13:00"):
            return (
                self.env["sales.access.rule"]
                .with_user(self.head)
                .create(
                    {
                        "is_cover": True,
                        "user_ids": [Command.set(self.colleague.ids)],
                        "manager_ids": [Command.set(self.manager.ids)],
                        "date_from": MONDAY,
                        "date_to": date(2026, 11, 25),
                        "reason": "Vacation",
                        **values,
                    }
                )
            )

    def test_nobody_stands_in(self):
        cadence = self._cadence(interval_number=1)
        self._mornings(MONDAY, 3)
        self.assertFalse(self._of(cadence))
        self._mornings(date(2026, 11, 26))
        self.assertEqual(self._of(cadence).user_id, self.manager)

    def test_cover_gets_what_is_due(self):
        cadence = self._cadence(interval_number=1)
        self._stand_in()
        self._mornings(MONDAY)
        activity = self._of(cadence)
        self.assertEqual((activity.user_id, activity.date_deadline), (self.colleague, MONDAY))
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        self.assertEqual((line.user_id, line.origin), (self.colleague, "cadence"))
        with self._at(f"{MONDAY} 15:00"):
            activity.with_user(self.colleague).action_done()
            self.env.flush_all()
        self._mornings(TUESDAY, 2)
        self.assertEqual(len(self._of(cadence)), 2, "the second one is open and carried")
        self.assertEqual(self._of(cadence)[1].user_id, self.colleague)
        self._mornings(date(2026, 11, 26))
        self.assertEqual(self._of(cadence)[1].user_id, self.manager, "given back with the cover's end")

    def test_day_of_the_cover_is_not_overfilled(self):
        self.company.sales_day_capacity = 2
        self._plan(self.foreign, MONDAY, self.colleague)
        cadence = self._cadence(self.clients)
        self._stand_in()
        self._mornings(MONDAY)
        self.assertEqual(len(self._of(cadence)), 1)

    def test_present_manager_keeps_his_work(self):
        cadence = self._cadence(interval_number=1, date_from=date(2026, 11, 26))
        self._stand_in(date_to=date(2026, 11, 27))
        self._mornings(date(2026, 11, 26))
        self.assertEqual(self._of(cadence).user_id, self.manager)

    def test_named_manager_is_away(self):
        """Clients of somebody else are not among those that the cover sees: they wait."""
        cadence = self._cadence(
            self.client | self.foreign, assign_to="user", user_id=self.manager.id, interval_number=1
        )
        self._let_see(self.manager, self.foreign)
        self._stand_in()
        self._mornings(MONDAY)
        self.assertEqual(self._of(cadence).client_id, self.client)


@tagged("post_install", "-at_install")
class TestCadenceUnsaved(CadenceCase):
    def _shown(self, cadence, values):
        with self._at("2026-11-20 12:00"):
            action = cadence.with_user(self.head).action_preview_unsaved(values)
        self.assertEqual((action["target"], action["views"]), ("new", [(False, "graph")]))
        lines = self.env["sales.plan.preview.line"].with_user(self.head).search(action["domain"])
        return {line.date: line.new_count for line in lines}

    def _values(self, **values):
        return {
            "activity_type_id": self.call.id,
            "client_ids": [Command.link(client.id) for client in self.clients],
            "is_spread": False,
            "date_from": "2026-11-23",
            **values,
        }

    def test_new_one_is_shown_and_not_saved(self):
        shown = self._shown(self.env["sales.cadence"], self._values(name=False, interval_number=10))
        self.assertEqual(shown, {MONDAY: 6, date(2026, 12, 7): 6})
        self.env.flush_all()
        self.assertFalse(self.env["sales.cadence"].search([("name", "=", "Regular Work")]))

    def test_change_of_a_running_one_is_shown_and_not_saved(self):
        cadence = self._cadence(interval_number=10)
        self.assertEqual(list(self._shown(cadence, {})), [MONDAY, date(2026, 12, 7)])
        shown = self._shown(cadence, {"interval_number": 5, "name": False})
        self.assertEqual(list(shown)[:2], [MONDAY, date(2026, 11, 30)])
        cadence.invalidate_recordset()
        self.assertEqual((cadence.interval_number, cadence.name), (10, "Call"))
        self.assertFalse(self._of(cadence))

    def test_bad_input_is_said(self):
        Cadence = self.env["sales.cadence"]
        with self.assertRaisesRegex(UserError, "creates nothing"):
            self._shown(Cadence, self._values(client_ids=[]))
        with self.assertRaises(AccessError):
            Cadence.with_user(self.manager).action_preview_unsaved(self._values())


@tagged("post_install", "-at_install")
class TestCapacityAsked(CadenceCase):
    def test_day_of_nothing(self):
        self.company.sales_day_capacity = 60
        self.manager._sales_create_resources()
        resource = self.manager._sales_resource().with_user(self.head)
        self.assertEqual(resource.sales_day_capacity, 60, "the company's")
        with self.assertRaisesRegex(ValidationError, "one activity at least"):
            resource.sales_day_capacity = 0
        resource.sales_day_capacity = 40
        self.assertEqual(self.manager.sales_day_capacity, 40)
        resource.sales_day_capacity = 60
        self.company.sales_day_capacity = 70
        resource.invalidate_recordset()
        self.assertEqual(resource.sales_day_capacity, 70, "follows the company again")

    def test_limit_in_the_settings(self):
        Settings = self.env["res.config.settings"]
        self.company.sales_day_capacity = 60
        self.assertTrue(Settings.create({}).sales_day_is_limited)
        with self.assertRaisesRegex(ValidationError, "one activity at least"):
            Settings.create({"sales_day_capacity": 0}).execute()
        Settings.create({"sales_day_is_limited": False}).execute()
        self.assertEqual(self.company.sales_day_capacity, 0)
        self.assertFalse(Settings.create({}).sales_day_is_limited)
