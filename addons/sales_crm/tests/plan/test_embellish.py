from datetime import date, datetime
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import tagged

from ..change.test_own_plan import FRIDAY, MONDAY, TUESDAY, OwnPlanCase

WEDNESDAY = date(2026, 11, 25)
REFUSED = (UserError, RedirectWarning)


@tagged("post_install", "-at_install")
class TestEmbellish(OwnPlanCase):
    """Each way in which a manager could make a day look better than it was, tried as he would try it.

    The plan of Monday holds one call. What he does to it, the head reads of Monday what a person would say.
    """

    def setUp(self):
        super().setUp()
        self._run_morning("2026-11-23 09:00")

    def _judged(self, result, day=MONDAY):
        """The day has one planned task; this is what became of it, in the report and in Team Day."""
        with self._at("2026-11-25 12:00"):
            rows, figures = self._figures(day)
        planned = [row for row in rows if row[2] != "unplanned"]
        self.assertEqual([row[1] for row in planned], [result])
        self.assertEqual(figures["planned"], 1)
        self.assertEqual(figures["done"], int(result == "done"))

    def _refused(self, *calls):
        for call in calls:
            with self.assertRaises(UserError), self.cr.savepoint():
                call()
                self.env.flush_all()

    # ------------------------------------------------------
    # The activity
    # ------------------------------------------------------

    def test_another_date(self):
        for call in (
            lambda: self.mine.write({"date_deadline": TUESDAY}),
            lambda: self.mine.web_save({"date_deadline": "2026-11-24"}, {}),
            lambda: self.mine.action_move(TUESDAY),
            lambda: self.mine.write({"datetime_planned": "2026-11-24 10:00:00"}),
            lambda: self.mine.sales_bulk_move("2026-11-24"),
            self.mine.action_reschedule_tomorrow,
        ):
            with self.subTest(), self._at("2026-11-23 18:00"), patch.object(self.cr, "commit"):
                with self.cr.savepoint() as savepoint:
                    call()
                    self.assertGreater(self.activity.date_deadline, MONDAY)
                    self._judged("moved")
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_a_date_of_the_past(self):
        with self._at("2026-11-23 18:00"):
            self.mine.date_deadline = FRIDAY
        self._run_morning("2026-11-24 09:00")
        self._judged("carried")
        self._judged("open", TUESDAY)

    def test_another_type(self):
        """One that is never carried over, or that expires: the plan's line was of what it was."""
        leave, expire = self.env["mail.activity.type"].create(
            [{"name": policy, "carry_policy": policy} for policy in ("leave", "expire")]
        )
        mail = self.env.ref("mail.mail_activity_data_email")
        with self._at("2026-11-23 18:00"):
            for kind in (leave, expire):
                self._refused(
                    lambda kind=kind: self.mine.write({"activity_type_id": kind.id}),
                    lambda kind=kind: self.mine.web_save({"activity_type_id": kind.id}, {}),
                )
            self.mine.activity_type_id = mail
        self._run_morning("2026-11-24 09:00")
        self._judged("carried")
        self._judged("open", TUESDAY)
        self.assertEqual(self.activity.carry_count, 1)
        self.assertEqual(self._lines().activity_type_id, self.call)
        change = self._changes("type")
        self.assertEqual((change.text_from, change.text_to), (self.call.name, mail.name))
        self.activity.with_user(self.head).activity_type_id = leave

    def test_another_type_before_it_is_planned(self):
        leave = self.env["mail.activity.type"].create({"name": "Sometime", "carry_policy": "leave"})
        activity = self._plan(self.client, TUESDAY).with_user(self.manager)
        activity.activity_type_id = leave
        self.assertFalse(self._changes("type"))

    def test_another_type_for_the_count_of_visits(self):
        visit = self.env["mail.activity.type"].create({"name": "Visit", "is_visit": True})
        with self._at("2026-11-23 18:00"):
            self.mine.activity_type_id = visit
            self.mine.action_done()
            figures = self._figures()[1]
        self.assertEqual((figures["calls"], figures["visits"]), (1, 0), "A call was planned")

    def test_less_urgent(self):
        urgent = self._plan(self.client, TUESDAY, priority="1").with_user(self.manager)
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 18:00"):
            urgent.priority = "0"
            self.assertEqual(self._figures(TUESDAY)[1]["urgent"], 1)

    def test_done_in_the_past(self):
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 10:00"):
            for vals in (
                {"date_done": MONDAY},
                {"datetime_done": datetime(2026, 11, 23, 10)},
                {"active": False, "datetime_done": datetime(2026, 11, 23, 10)},
                {"activity_state_final": "done"},
                {"done_user_id": self.colleague.id},
                {"unplanned_date": MONDAY},
                {"carry_count": 0},
                {"date_planned": TUESDAY},
            ):
                self._refused(
                    lambda vals=vals: self.mine.write(vals), lambda vals=vals: self.mine.web_save(vals, {})
                )
            defaults = {"default_datetime_done": "2026-11-23 10:00:00", "default_date_done": "2026-11-23"}
            self.mine.with_context(**defaults).action_feedback(feedback="Done")
        self._judged("done_late")
        self._judged("done", TUESDAY)

    def test_created_done(self):
        values = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client.id,
            "activity_type_id": self.call.id,
            "date_deadline": MONDAY,
        }
        Activity = self.env["mail.activity"].with_user(self.manager)
        self._refused(
            lambda: Activity.create({**values, "active": False}),
            lambda: Activity.create({**values, "activity_state_final": "done"}),
            lambda: Activity.with_context(default_active=False).create(values),
            lambda: self.mine.copy({"active": False}),
            lambda: self.mine.copy({"date_done": MONDAY}),
        )

    def test_planned_into_the_past(self):
        """Work that is made up for a day that is over doesn't stand in its plan."""
        with self._at("2026-11-24 10:00"):
            extra = self._plan(self.client, MONDAY).with_user(self.manager)
            extra.action_done()
        self.assertEqual(self._lines().activity_id, self.activity)
        self.assertEqual(self._figures()[1]["done"], 0)

    def test_planned_and_done_at_once(self):
        """Many small tasks of the evening stand beside the plan, and don't improve its share."""
        with self._at("2026-11-23 18:00"):
            for _n in range(3):
                self._plan(self.client, MONDAY).with_user(self.manager).action_done()
            rows, figures = self._figures()
        self.assertEqual((figures["planned"], figures["done"], figures["unplanned"]), (1, 0, 3))
        self.assertEqual(len(rows), 4)

    def test_deleted(self):
        with self._at("2026-11-23 18:00"):
            self.mine.unlink()
        self._judged("cancelled")

    def test_cancelled_by_core(self):
        with self._at("2026-11-23 18:00"):
            self.assertTrue(self.mine.action_cancel(), "It asks for the reason")
            self.assertTrue(self.activity.active)
            self._refused(lambda: self.mine.action_cancel_with_reason(" "))
            self.mine.action_cancel_with_reason("Closed")
        self._judged("cancelled")

    def test_done_and_opened_again(self):
        with self._at("2026-11-23 18:00"):
            self.mine.action_done()
        with self._at("2026-11-23 18:05"):
            self._refused(
                lambda: self.mine.write({"active": True}), lambda: self.mine.web_save({"active": True}, {})
            )

    def test_undo_and_done_again_after_the_day(self):
        """An undo doesn't bring a result back to a day that is over."""
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 10:00"):
            self.mine.action_done()
            self.mine.action_sales_reopen()
            self.mine.action_done()
        self._judged("done_late")
        self.assertEqual(len(self._changes("reopened")), 1)

    def test_rewritten_after_closing(self):
        with self._at("2026-11-23 18:00"):
            self.mine.action_finish(outcome_id=self.no_answer.id)
        with self._at("2026-11-24 10:00"):
            for vals in (
                {"outcome_id": self.outcome.id},
                {"summary": "x"},
                {"date_deadline": TUESDAY},
                {"activity_type_id": self.env.ref("mail.mail_activity_data_email").id},
                {"priority": "1"},
                {"user_id": self.colleague.id},
                {"res_id": self.manager.partner_id.id},
            ):
                self._refused(lambda vals=vals: self.mine.write(vals))

    # ------------------------------------------------------
    # Whose it is
    # ------------------------------------------------------

    def test_nobodys(self):
        self._refused(lambda: self.mine.write({"user_id": False}))

    def test_away_and_back(self):
        """Lent for the night: it was given away on Monday, and is his on Tuesday."""
        with self._at("2026-11-23 18:00"):
            self.mine.user_id = self.colleague
            self.env.flush_all()
        with self._at("2026-11-24 07:00"):
            self.activity.with_user(self.colleague).user_id = self.manager
        self._run_morning("2026-11-24 09:00")
        self._judged("reassigned")
        self._judged("open", TUESDAY)
        self.assertEqual(len(self._changes("assigned")), 2)

    def test_away_and_back_over_the_freeze(self):
        late = self._plan(self.client, TUESDAY).with_user(self.manager)
        with self._at("2026-11-24 07:00"):
            late.user_id = self.colleague
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 10:00"):
            late.user_id = self.manager
            self.assertIn(late.sudo(), self._lines(day=TUESDAY).activity_id)

    # ------------------------------------------------------
    # What it hangs on
    # ------------------------------------------------------

    def test_another_document(self):
        """Off the client: onto another one, onto himself, onto nothing."""
        beta = self._create_client("Beta", self.manager)
        for vals in (
            {"res_id": beta.id},
            {"res_id": self.manager.partner_id.id},
            {"res_model_id": False, "res_id": False},
        ):
            with self._at("2026-11-23 18:00"), self.cr.savepoint() as savepoint:
                try:
                    self.mine.write(vals)
                    self.mine.unlink()
                except REFUSED:
                    savepoint.rollback()
                    continue
                self._judged("cancelled")
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(self._lines().client_id, self.client)

    def test_client_archived(self):
        with self._at("2026-11-23 18:00"), self.cr.savepoint():
            try:
                self.client.with_user(self.manager).action_archive()
            except REFUSED:
                self.assertTrue(self.client.active)
        self._run_morning("2026-11-24 09:00")
        self._judged("carried" if self.activity.active else "cancelled")

    def test_deal_lost_or_archived(self):
        for _deal in range(3):
            deal = self.env["crm.lead"].create(
                {
                    "name": "Deal",
                    "partner_id": self.client.id,
                    "user_id": self.manager.id,
                    "type": "opportunity",
                }
            )
            self._plan(deal, TUESDAY)
        before = self.env["sales.plan.line"].search_count([])
        self._run_morning("2026-11-24 09:00")
        deals = self.env["crm.lead"].search([("partner_id", "=", self.client.id)]).with_user(self.manager)
        frozen = self.env["sales.plan.line"].search_count([])
        self.assertEqual(frozen - before, 4)
        with self._at("2026-11-24 18:00"):
            for deal, method in zip(deals, ("action_archive", "action_set_lost", "unlink"), strict=True):
                with self.cr.savepoint() as savepoint:
                    try:
                        getattr(deal, method)()
                    except REFUSED:
                        savepoint.rollback()
        with self._at("2026-11-24 20:00"):
            figures = self._figures(TUESDAY)[1]
        self.assertEqual((figures["planned"], figures["done"]), (4, 0))

    def test_merged_clients(self):
        twin = self._create_client("Alpha two", self.manager)
        self._plan(twin, TUESDAY)
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 18:00"):
            figures = self._figures(TUESDAY)
            wizard = (
                self.env["base.partner.merge.automatic.wizard"]
                .with_user(self.head)
                .create(
                    {"partner_ids": [Command.set((twin | self.client).ids)], "dst_partner_id": self.client.id}
                )
            )
            wizard.action_merge()
            self.assertEqual(self._figures(TUESDAY), figures)
            self.assertEqual(figures[1]["planned"], 2)

    def test_merged_deals(self):
        deals = self.env["crm.lead"].create(
            [
                {
                    "name": f"Deal {n}",
                    "partner_id": self.client.id,
                    "user_id": self.manager.id,
                    "type": "opportunity",
                }
                for n in range(2)
            ]
        )
        for deal in deals:
            self._plan(deal, TUESDAY)
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 18:00"):
            figures = self._figures(TUESDAY)
            self.assertEqual(figures[1]["planned"], 3)
            with self.cr.savepoint() as savepoint:
                try:
                    deals.with_user(self.manager).merge_opportunity()
                except REFUSED:
                    savepoint.rollback()
            self.assertEqual(self._figures(TUESDAY), figures)

    def test_meeting(self):
        """Neither somebody's meeting next month, nor one of its own that is put off, hides the work."""
        meeting = self.env.ref("mail.mail_activity_data_meeting")
        activity = self._plan(self.client, TUESDAY, activity_type_id=meeting.id)
        self._run_morning("2026-11-24 09:00")
        event = (
            self.env["calendar.event"]
            .with_user(self.manager)
            .create({"name": "Next month", "start": "2026-12-20 10:00:00", "stop": "2026-12-20 11:00:00"})
        )
        mine = activity.with_user(self.manager)
        with self._at("2026-11-24 18:00"):
            self._refused(
                lambda: mine.write({"calendar_event_id": event.id}),
                lambda: event.write({"activity_ids": [Command.link(activity.id)]}),
            )
            action = mine.action_create_calendar_event()
            context = {key: value for key, value in action["context"].items() if value}
            self.env["calendar.event"].with_user(self.manager).with_context(**context).create(
                {"name": "Put off", "start": "2026-12-20 10:00:00", "stop": "2026-12-20 11:00:00"}
            )
        line = self._lines(day=TUESDAY).filtered(lambda line: line.activity_id == activity)
        self.assertEqual(line.result, "moved")

    # ------------------------------------------------------
    # His own conditions
    # ------------------------------------------------------

    def test_own_leave_in_the_morning(self):
        self.env["res.users"]._action_managers_working_time()
        resource = self.manager._sales_resource()
        Leave = self.env["resource.calendar.leaves"].with_user(self.manager)
        values = {
            "name": "Away",
            "resource_id": resource.id,
            "calendar_id": resource.calendar_id.id,
            "date_from": datetime(2026, 11, 23),
            "date_to": datetime(2026, 11, 23, 23, 59, 59),
        }
        with self._at("2026-11-23 10:00"):
            self._refused(
                lambda: Leave.create(values),
                lambda: Leave.create({**values, "date_from": datetime(2026, 11, 20)}),
            )
        self._run_morning("2026-11-24 09:00")
        self._judged("carried")
        self.assertEqual(self.activity.carry_count, 1)

    def test_another_time_zone(self):
        with self._at("2026-11-24 07:00"):
            self.manager.with_user(self.manager).tz = "Pacific/Honolulu"
            self.mine.action_done()
        self.assertTrue(self._changes("time_zone"))
        self._judged("done_late")

    def test_another_working_calendar(self):
        self.env["res.users"]._action_managers_working_time()
        resource = self.manager._sales_resource()
        calendar = resource.calendar_id
        other = self.env["resource.calendar"].create({"name": "Never", "attendance_ids": [Command.clear()]})
        self._refused(
            lambda: resource.with_user(self.manager).write({"calendar_id": other.id}),
            lambda: resource.with_user(self.manager).write({"calendar_id": False}),
            lambda: resource.with_user(self.manager).write({"tz": "Pacific/Honolulu"}),
            lambda: calendar.with_user(self.manager).write({"tz": "Pacific/Honolulu"}),
            lambda: calendar.with_user(self.manager).write({"attendance_ids": [Command.clear()]}),
            lambda: calendar.attendance_ids.with_user(self.manager).unlink(),
            lambda: self.manager.with_user(self.manager).write({"resource_calendar_id": other.id}),
            lambda: self.manager.company_id.with_user(self.manager).write({"resource_calendar_id": other.id}),
        )

    def test_head_changes_the_calendar_afterwards(self):
        """What was frozen as a working day stays one."""
        self.env["res.users"]._action_managers_working_time()
        self.manager._sales_resource().calendar_id.attendance_ids.filtered(
            lambda attendance: attendance.dayofweek == "0"
        ).unlink()
        self._run_morning("2026-11-24 09:00")
        self._judged("carried")
        self.assertEqual(self.activity.carry_count, 1)

    def test_own_group_or_name(self):
        """Nobody leaves the measured by leaving the group, nor takes somebody's place."""
        group = self.env.ref("sales_crm.group_manager")
        self._refused(
            lambda: self.manager.with_user(self.manager).write({"group_ids": [Command.unlink(group.id)]}),
            lambda: self.manager.with_user(self.manager).write({"active": False}),
        )
        self.manager.with_user(self.manager).write({"company_id": False})
        self.assertEqual(self.manager.company_id, self.company)

    # ------------------------------------------------------
    # The plan itself
    # ------------------------------------------------------

    def test_lines_and_logs_are_the_servers(self):
        self._run_morning("2026-11-24 09:00")
        line, day = (
            self._lines(),
            self.env["sales.plan.day"].search([("user_id", "=", self.manager.id)], limit=1),
        )
        log = self.env["sales.carry.log"].search([("activity_id", "=", self.activity.id)])
        self.assertTrue(log)
        for record in (line, day, log):
            mine = record.with_user(self.manager)
            self._refused(mine.unlink, mine.copy)
        for values in (
            {"result": "done"},
            {"date": TUESDAY},
            {"user_id": self.colleague.id},
            {"activity_id": False},
        ):
            self._refused(lambda values=values: line.with_user(self.manager).write(values))
        self._refused(
            lambda: log.with_user(self.manager).write({"counted": False}),
            lambda: day.with_user(self.manager).write({"tz": "Pacific/Honolulu"}),
            lambda: (
                self.env["sales.plan.line"]
                .with_user(self.manager)
                .create({"user_id": self.manager.id, "date": MONDAY, "activity_id": self.activity.id})
            ),
        )

    def test_type_is_the_heads(self):
        """The policy of a type isn't changed by who is measured by it."""
        self._refused(
            lambda: self.call.with_user(self.manager).write({"carry_policy": "leave"}),
            lambda: self.call.with_user(self.manager).write({"is_visit": True}),
        )
