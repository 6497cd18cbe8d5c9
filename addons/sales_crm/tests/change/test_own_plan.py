from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SalesCrmCommon

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 20)


class OwnPlanCase(SalesCrmCommon):
    """A manager against his own plan: by the calls of the web client, seen by the head."""

    def setUp(self):
        super().setUp()
        self._let_see(self.colleague, self.client)
        self._run_morning("2026-11-20 09:00")
        self.activity = self._plan(self.client, MONDAY, summary="Call")
        self.mine = self.activity.with_user(self.manager)

    def _changes(self, *kinds):
        """As the head reads them."""
        Change = self.env["sales.activity.change"].with_user(self.head)
        return Change.search([("kind", "in", kinds)], order="id")

    def _lines(self, user=None, day=MONDAY):
        return self.env["sales.plan.line"].search(
            [("user_id", "=", (user or self.manager).id), ("date", "=", day)]
        )

    def _figures(self, day=MONDAY):
        """Of the manager, as the head sees them."""
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env["sales.activity.report"].with_user(self.head)
        domain = [("user_id", "=", self.manager.id), ("date", "=", day)]
        rows = sorted((row.activity_id.id, row.result, row.origin) for row in report.search(domain))
        team = self.env["sales.team.day"].with_user(self.head).get_team_day(day)
        line = next(line for line in team["managers"] if line["id"] == self.manager.id)
        return rows, line["figures"]

    def _inbox(self, user):
        return self.env["mail.message"].search([("partner_ids", "in", user.partner_id.ids)])


@tagged("post_install", "-at_install")
class TestOwnPlan(OwnPlanCase):
    """Put away before the freeze, back afterwards."""

    # ------------------------------------------------------
    # The assignee
    # ------------------------------------------------------

    def test_nobodys(self):
        for vals in ({"user_id": False}, {"user_id": None}):
            with self.assertRaisesRegex(UserError, "nobody's"), self.cr.savepoint():
                self.mine.write(vals)
        with self.assertRaisesRegex(UserError, "nobody's"), self.cr.savepoint():
            self.mine.web_save({"user_id": False}, {"user_id": {}})

    def test_lent_until_after_the_freeze(self):
        with self._at("2026-11-23 07:00"):
            self.mine.user_id = self.colleague
        self._run_morning("2026-11-23 09:00")
        self.assertFalse(self._lines())
        with self._at("2026-11-23 10:00"):
            self.mine.user_id = self.manager
            line = self._lines()
            self.assertEqual(line.activity_id, self.activity)
            self.assertEqual((line.result, line.origin), ("open", "planned"))
            rows, figures = self._figures()
            self.assertEqual(figures["planned"], 1)
            self.assertEqual(rows, [(self.activity.id, "open", "planned")])
        there, back = self._changes("assigned")
        self.assertEqual(
            (there.create_uid, there.user_id, there.user_to_id), (self.manager, self.manager, self.colleague)
        )
        self.assertEqual((back.user_id, back.user_to_id), (self.colleague, self.manager))
        self.assertEqual((there.client_id, there.activity_name), (self.client, "Call"))

    def test_lent_and_taken_back_by_the_colleague(self):
        with self._at("2026-11-23 07:00"):
            self.mine.user_id = self.colleague
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.activity.with_user(self.colleague).user_id = self.manager
        self.assertEqual(self._lines().activity_id, self.activity)

    def test_overdue_lent_over_the_morning(self):
        self.activity.date_deadline = FRIDAY
        with self._at("2026-11-23 07:00"):
            self.mine.user_id = self.colleague
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.user_id = self.manager
        self._run_morning("2026-11-23 10:10")
        self.assertEqual(self._lines().activity_id, self.activity)
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(self._lines().result, "carried")

    def test_moved_away_until_after_the_freeze(self):
        with self._at("2026-11-20 17:00"):
            self.mine.action_move(TUESDAY)
        self._run_morning("2026-11-23 09:00")
        self.assertFalse(self._lines())
        with self._at("2026-11-23 10:00"):
            self.mine.action_move(MONDAY)
            self.mine.action_done()
        self.assertEqual((self._lines().activity_id, self._lines().result), (self.activity, "done"))
        self.assertFalse(self.activity.unplanned_date)
        self.assertEqual(
            [(change.date_from, change.date_to) for change in self._changes("moved")],
            [(MONDAY, TUESDAY), (TUESDAY, MONDAY)],
        )

    def test_moved_for_good_is_in_the_plan_of_its_new_day(self):
        with self._at("2026-11-20 17:00"):
            self.mine.date_deadline = TUESDAY
        self._run_morning("2026-11-23 09:00")
        self._run_morning("2026-11-24 09:00")
        self.assertFalse(self._lines())
        self.assertEqual(self._lines(day=TUESDAY).activity_id, self.activity)

    def test_work_of_later_pulled_forward_is_beside_the_plan(self):
        self.activity.date_deadline = date(2026, 11, 30)
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.date_deadline = MONDAY
            self.mine.action_done()
        self.assertFalse(self._lines())
        self.assertEqual(self.activity.unplanned_date, MONDAY)

    def test_given_by_the_head_is_no_mans_guilt(self):
        """It counts for him from the moment at which the head gave it back."""
        with self._at("2026-11-23 07:00"):
            self.activity.with_user(self.head).user_id = self.colleague
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.activity.with_user(self.head).user_id = self.manager
        self.assertEqual(self._lines().origin, "received")

    def test_honest_work_is_as_before(self):
        """Given away for good, and moved after the freeze: the plans are those that were frozen."""
        other = self._plan(self.client, MONDAY)
        with self._at("2026-11-23 07:00"):
            other.with_user(self.manager).user_id = self.colleague
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.action_move(TUESDAY)
            self.mine.action_move(MONDAY)
        self.assertEqual(self._lines().activity_id, self.activity)
        self.assertEqual(self._lines(self.colleague).activity_id, other)

    def test_nobody_writes_or_reads_the_trace_but_the_head(self):
        self.mine.date_deadline = TUESDAY
        change = self._changes("moved")
        self.assertTrue(change)
        for user in (self.manager, self.head):
            for call in (
                lambda record: record.write({"kind": "meeting"}),
                lambda record: record.unlink(),
                lambda record: record.copy(),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    call(change.with_user(user))
        with self.assertRaises(AccessError):
            change.with_user(self.manager).read(["kind"])

    # ------------------------------------------------------
    # Meetings
    # ------------------------------------------------------

    def _event(self, user=None, **values):
        return (
            self.env["calendar.event"]
            .with_user(user or self.manager)
            .create(
                {
                    "name": "Negotiations",
                    "start": datetime(2026, 12, 20, 10, 0),
                    "stop": datetime(2026, 12, 20, 11, 0),
                    **values,
                }
            )
        )

    def test_another_meeting(self):
        event = self._event()
        Activity = self.env["mail.activity"].with_user(self.manager)
        values = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client.id,
            "date_deadline": MONDAY,
            "activity_type_id": self.call.id,
        }
        for call in (
            lambda: self.mine.write({"calendar_event_id": event.id}),
            lambda: self.mine.web_save({"calendar_event_id": event.id}, {}),
            lambda: self.mine.with_context(is_calendar_event_new=True).write({"calendar_event_id": event.id}),
            lambda: event.write({"activity_ids": [(4, self.activity.id)]}),
            lambda: self._event(activity_ids=[(6, 0, self.activity.ids)]),
            lambda: Activity.create({**values, "calendar_event_id": event.id}),
        ):
            with self.assertRaisesRegex(UserError, "can't be tied"), self.cr.savepoint():
                call()
        self.assertFalse(
            Activity.with_context(default_calendar_event_id=event.id).create(values).calendar_event_id
        )
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(self.activity.carry_count, 1)

    def test_a_meeting_of_its_own(self):
        meeting = self.env.ref("mail.mail_activity_data_meeting")
        activity = self._plan(self.client, MONDAY, activity_type_id=meeting.id)
        action = activity.with_user(self.manager).action_create_calendar_event()
        context = {key: value for key, value in action["context"].items() if value}
        event = (
            self.env["calendar.event"]
            .with_user(self.manager)
            .with_context(**context)
            .create(
                {
                    "name": "Negotiations",
                    "start": datetime(2026, 11, 25, 10, 0),
                    "stop": datetime(2026, 11, 25, 11, 0),
                }
            )
        )
        self.assertEqual(activity.calendar_event_id, event)
        self.assertEqual(activity.date_deadline, date(2026, 11, 25))
        self.assertTrue(self._changes("meeting"))
        with self.assertRaisesRegex(UserError, "can't be tied"), self.cr.savepoint():
            self._event(activity_ids=[(6, 0, activity.ids)])

    def test_a_meeting_made_in_the_calendar_makes_its_activity(self):
        event = self._event(res_model_id=self.env["ir.model"]._get_id("res.partner"), res_id=self.client.id)
        self.assertEqual(event.sudo().activity_ids.client_id, self.client)


@tagged("post_install", "-at_install")
class TestClosedStays(OwnPlanCase):
    def setUp(self):
        super().setUp()
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.action_finish(outcome_id=self.no_answer.id, feedback="Nobody there")
        self.activity.note = "<p>Ask for the price</p>"

    def test_not_opened_by_a_write(self):
        for call in (
            lambda: self.mine.write({"active": True}),
            lambda: self.mine.web_save({"active": True}, {}),
            lambda: self.mine.write({"active": True, "date_deadline": TUESDAY}),
            lambda: self.activity.with_user(self.head).write({"active": True}),
        ):
            with self.assertRaisesRegex(UserError, "Undo"), self.cr.savepoint():
                call()
        self.assertEqual(self._lines().result, "done")

    def test_undo(self):
        with self._at("2026-11-23 11:00"):
            self.mine.action_sales_reopen()
        self.assertTrue(self.activity.active)
        self.assertFalse(self.activity.activity_state_final)
        self.assertEqual(self._lines().result, "open")
        change = self._changes("reopened")
        self.assertEqual(
            (change.create_uid, change.user_id, change.activity_id),
            (self.manager, self.manager, self.activity),
        )
        self.assertIn("Done", change.text_from)
        self.assertIn("Opened again", self.client.message_ids[:1].body)

    def test_undo_is_offered_to_who_may(self):
        for user, offered in ((self.manager, True), (self.colleague, False), (self.head, True)):
            self.assertEqual(self.activity.with_user(user).may_reopen, offered, user.login)
        self.mine.action_sales_reopen()
        self.assertFalse(self.mine.may_reopen)

    def test_undo_of_others(self):
        with self.assertRaisesRegex(AccessError, "closed by"), self.cr.savepoint():
            self.activity.with_user(self.colleague).action_sales_reopen()
        with self.assertRaisesRegex(AccessError, "closed by"), self.cr.savepoint():
            self.activity.with_user(self.colleague).action_unarchive()
        self.activity.with_user(self.head).action_sales_reopen()
        self.assertEqual(self._changes("reopened").create_uid, self.head)

    def test_corrected_on_the_same_day(self):
        with self._at("2026-11-23 16:00"):
            self.mine.write({"outcome_id": self.outcome.id, "feedback": "Agreed"})
            self.mine.write({"note": "<p>Ask for the new price</p>", "summary": "Call again"})
        first, second = self._changes("corrected")
        self.assertIn("Nobody there", first.text_from)
        self.assertIn("Agreed", first.text_to)
        self.assertIn(self.no_answer.name, first.text_from)
        self.assertIn("Ask for the price", second.text_from)
        self.assertEqual(self.activity.outcome_id, self.outcome)

    def test_feedback_of_the_closing_is_no_correction(self):
        self.assertEqual(self.activity.feedback, "Nobody there")
        self.assertFalse(self._changes("corrected"))

    def test_not_rewritten_later_or_by_others(self):
        figures = self._figures()
        for moment, user in (
            ("2026-11-24 09:30", self.manager),
            ("2026-11-23 16:00", self.colleague),
            ("2026-11-24 09:30", self.head),
        ):
            for vals in (
                {"outcome_id": self.outcome.id},
                {"summary": "Sold"},
                {"note": "Sold"},
                {"feedback": "Sold"},
            ):
                with self._at(moment), self.assertRaisesRegex(UserError, "is closed"), self.cr.savepoint():
                    self.activity.with_user(user).write(vals)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.mine.write({"date_done": "2026-11-20"})
        self.assertEqual(self._figures(), figures)

    def test_day_of_the_closer(self):
        """22:30 in UTC is the next day in Vladivostok: its day ends there at 14:00 in UTC."""
        self.manager.tz = "Asia/Vladivostok"
        late = self._plan(self.client, TUESDAY)
        with self._at("2026-11-23 22:30"):
            late.with_user(self.manager).action_finish(feedback="x")
        with self._at("2026-11-24 13:30"):
            late.with_user(self.manager).feedback = "y"
        with self._at("2026-11-24 14:30"), self.assertRaisesRegex(UserError, "is closed"):
            late.with_user(self.manager).feedback = "z"

    def test_open_text_is_free(self):
        activity = self._plan(self.client, MONDAY, summary="Cal")
        activity.with_user(self.colleague).write({"summary": "Call", "note": "x"})
        self.assertFalse(self._changes("corrected"))

    def test_not_created_closed(self):
        Activity = self.env["mail.activity"].with_user(self.manager)
        values = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client.id,
            "date_deadline": MONDAY,
        }
        for call in (
            lambda: Activity.create({**values, "active": False}),
            lambda: Activity.with_context(default_active=False).create(values),
            lambda: self.client.with_user(self.manager).write(
                {"activity_ids": [(0, 0, {"res_model_id": values["res_model_id"], "active": False})]}
            ),
        ):
            with self.assertRaisesRegex(UserError, "without ever"), self.cr.savepoint():
                call()

    def test_copy_is_open(self):
        self.assertTrue(self.mine.copy().active)

    def test_closed_private_work_does_not_become_a_clients(self):
        own = (
            self.env["mail.activity"]
            .with_user(self.manager)
            .create({"summary": "Milk", "user_id": self.manager.id, "active": False, "date_deadline": FRIDAY})
        )
        model = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaisesRegex(UserError, "without ever"), self.cr.savepoint():
            own.write({"res_model_id": model, "res_id": self.client.id})


@tagged("post_install", "-at_install")
class TestOwnConditions(OwnPlanCase):
    """Own days off, own time zone."""

    def setUp(self):
        super().setUp()
        self.env["res.users"]._action_managers_working_time()
        self.resource = self.manager._sales_resource()
        self.Leave = self.env["resource.calendar.leaves"].with_user(self.manager)

    def _leave(self, first, last, **values):
        return self.Leave.create(
            {
                "name": "Away",
                "resource_id": self.resource.id,
                "calendar_id": self.resource.calendar_id.id,
                "date_from": datetime.combine(first, datetime.min.time()),
                "date_to": datetime.combine(last, datetime.max.time().replace(microsecond=0)),
                **values,
            }
        )

    def test_days_off_to_come(self):
        with self._at("2026-11-23 09:00"):
            before = len(self._inbox(self.head))
            leave = self._leave(TUESDAY, TUESDAY)
            leave.date_to = datetime(2026, 11, 25, 23, 59, 59)
            leave.name = "Ill"
            leave.unlink()
        changes = self._changes("days_off")
        self.assertEqual(len(changes), 3)
        self.assertEqual(changes.user_id, self.manager)
        self.assertFalse(changes[0].text_from)
        self.assertFalse(changes[2].text_to)
        self.assertEqual(len(self._inbox(self.head)), before + 3)

    def test_days_that_have_begun(self):
        self._run_morning("2026-11-23 09:00")
        figures = self._figures()
        with self._at("2026-11-23 10:00"):
            for first in (FRIDAY, MONDAY):
                with self.assertRaisesRegex(UserError, "has begun"), self.cr.savepoint():
                    self._leave(first, TUESDAY)
            leave = self._leave(TUESDAY, TUESDAY)
            for vals in (
                {"date_from": datetime(2026, 11, 23)},
                {"date_from": datetime(2026, 11, 20), "date_to": datetime(2026, 11, 21)},
            ):
                with self.assertRaisesRegex(UserError, "has begun"), self.cr.savepoint():
                    leave.write(vals)
        with self._at("2026-11-24 10:00"):
            with self.assertRaisesRegex(UserError, "has begun"), self.cr.savepoint():
                leave.unlink()
            leave.date_to = datetime(2026, 11, 25, 17, 0)  # ill longer
        with self._at("2026-11-25 19:00"):
            leave.date_to = datetime(2026, 11, 26, 17, 0)
            with self.assertRaisesRegex(UserError, "has begun"), self.cr.savepoint():
                leave.date_to = datetime(2026, 11, 25, 12, 0)
        self.assertEqual(self._figures(), figures)

    def test_today_before_it_begins(self):
        with self._at("2026-11-23 07:00"):
            self._leave(MONDAY, MONDAY)
        self.assertTrue(self._changes("days_off"))

    def test_head_keeps_them(self):
        with self._at("2026-11-23 10:00"):
            self.Leave = self.env["resource.calendar.leaves"].with_user(self.head)
            self._leave(FRIDAY, MONDAY)
        self.assertFalse(self._changes("days_off"))

    def test_days_off_of_everybody(self):
        with self._at("2026-11-23 10:00"):
            leave = self._leave(TUESDAY, TUESDAY)
            for vals in (
                {"resource_id": False},
                {"resource_id": self.colleague._sales_resource().id},
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    leave.write(vals)
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self._leave(TUESDAY, TUESDAY, **vals)

    # ------------------------------------------------------
    # Time zone
    # ------------------------------------------------------

    def test_time_zone_moves_no_figure(self):
        """In Honolulu it is still Monday when the manager works on Tuesday."""
        self._run_morning("2026-11-23 09:00")
        self.assertEqual(self._lines().activity_id, self.activity)
        for call in (
            lambda tz: self.manager.with_user(self.manager).write({"tz": tz}),
            lambda tz: self.manager.partner_id.with_user(self.manager).write({"tz": tz}),
        ):
            call("Pacific/Honolulu")
            with self._at("2026-11-24 07:00"):
                other = self._plan(self.client, TUESDAY)
                other.with_user(self.manager).action_done()
                self.assertFalse(other.unplanned_date, "it isn't Monday's work")
            call("UTC")
        with self._at("2026-11-24 07:00"):
            self.manager.with_user(self.manager).tz = "Pacific/Honolulu"
            self.mine.action_done()
            self.manager.with_user(self.manager).tz = "UTC"
        self.assertEqual(self._lines().result, "done_late")
        changes = self._changes("time_zone")
        self.assertEqual(len(changes), 6)
        self.assertEqual(
            (changes[0].user_id, changes[0].text_from, changes[0].text_to),
            (self.manager, "UTC", "Pacific/Honolulu"),
        )
        self.assertTrue(self._inbox(self.head))

    def test_work_beside_the_plan_stays_on_its_day(self):
        self._run_morning("2026-11-23 09:00")
        other = self._plan(self.client, TUESDAY)
        with self._at("2026-11-23 20:00"):
            other.with_user(self.manager).action_done()
        figures = self._figures()
        self.assertEqual(figures[1]["unplanned"], 1)
        self.manager.with_user(self.manager).tz = "Asia/Kamchatka"
        self.env["mail.activity"]._init_unplanned()
        self.env.add_to_compute(self._lines()._fields["result"], self._lines())
        self.assertEqual(self._figures(), figures)

    def test_the_next_day_does_not_begin_earlier(self):
        """Where the day began it is still Monday; in Kiritimati it is Tuesday noon."""
        self._run_morning("2026-11-23 09:00")
        self.manager.with_user(self.manager).tz = "Pacific/Kiritimati"
        self._run_morning("2026-11-23 22:00")
        self.assertEqual(self.activity.carry_count, 0)
        self.assertFalse(self._lines(day=TUESDAY))
        self._run_morning("2026-11-24 00:10")
        self.assertEqual(self.activity.carry_count, 1)

    def test_same_time_zone_is_no_change(self):
        self.manager.with_user(self.manager).tz = "UTC"
        self.manager.tz = "Europe/Moscow"
        self.assertFalse(self._changes("time_zone"))
