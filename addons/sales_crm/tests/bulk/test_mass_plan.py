from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
NOW = "2026-11-20 12:00"


@tagged("post_install", "-at_install")
class TestMassPlan(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls.env["res.partner"].union(
            *(cls._create_client(f"Client {n}", cls.manager, client_class="A") for n in range(10)),
            *(cls._create_client(f"Other {n}", cls.colleague, client_class="A") for n in range(5)),
        )
        cls.company.sales_day_capacity = 4

    def _plan_for(self, clients=None, check=True, **values):
        clients = self.clients if clients is None else clients
        with self._at(NOW):
            plan = (
                self.env["sales.mass.plan"]
                .with_user(self.head)
                .create(
                    {
                        "summary": "New price list",
                        "client_ids": [Command.set(clients.ids)],
                        "date_from": MONDAY,
                        "date_to": FRIDAY,
                        **values,
                    }
                )
            )
            if check:
                plan.action_preview()
        return plan

    def _activities(self):
        return self.env["mail.activity"].search([("summary", "=", "New price list")])

    def _told(self, user):
        domain = [("subject", "ilike", "New price list"), ("notified_partner_ids", "in", user.partner_id.ids)]
        return self.env["mail.message"].search(domain).mapped("subject")

    @contextmanager
    def _in_background(self, batch=4):
        """Small batches, none of them in the foreground, and no commits."""
        module = "odoo.addons.sales_crm.models.bulk.sales_mass_plan_work"
        with (
            patch.object(type(self.env["sales.mass.plan"]), "_batch_foreground", 0),
            patch(f"{module}.BATCH", batch),
            patch(f"{module}.TOLD_BATCH", 1),
            patch.object(type(self.env["sales.mass.plan"]), "_commit", return_value=float("inf")),
        ):
            yield

    def test_check_shows_and_plans_nothing(self):
        plan = self._plan_for()
        self.assertEqual((plan.state, plan.line_count, plan.manager_count), ("preview", 15, 2))
        self.assertFalse(self._activities())
        self.assertEqual(self.head.with_user(self.head).env["sales.plan.preview"].search([]).ids, [])
        lines = (
            self.env["sales.plan.preview.line"].with_user(self.head).search(plan.action_view_load()["domain"])
        )
        self.assertEqual(sum(lines.mapped("new_count")), 15)
        self.assertEqual(
            set(lines.filtered(lambda line: line.user_id == self.manager).mapped("new_count")),
            {2},
            "evenly: two a day for ten clients and five days",
        )

    def test_run(self):
        plan = self._plan_for(priority="1")
        plan.action_run()
        activities = self._activities()
        self.assertEqual(plan.state, "done")
        self.assertEqual(activities.client_id, self.clients)
        self.assertEqual(set(activities.mapped("priority")), {"1"})
        for activity in activities:
            self.assertEqual(activity.user_id, activity.client_id.user_id)
            self.assertEqual(activity.client_id.next_step_date, activity.date_deadline)
        self.assertEqual(plan.line_ids.activity_id, activities)
        self.assertEqual(len(self._told(self.manager)), 1)
        self.assertIn("10 activities", self._told(self.manager)[0])
        self.assertEqual(len(self._told(self.colleague)), 1)
        self.assertEqual(self._told(self.head), [])

    def test_run_twice(self):
        plan = self._plan_for()
        plan.action_run()
        with self.assertRaises(UserError):
            plan.action_run()
        self.assertEqual(len(self._activities()), 15)

    def test_capacity(self):
        for _number in range(3):
            self._plan(self.client, MONDAY)
        plan = self._plan_for(date_to=date(2026, 11, 25))
        load = {(line["user"], line["day"].day): line for line in plan._load_lines()}
        self.assertEqual([load[self.manager.id, day]["new"] for day in (23, 24, 25)], [1, 4, 5])
        self.assertEqual(plan.over_count, 1, "one more than the three days hold")

    def test_one_day(self):
        plan = self._plan_for(date_to=False)
        self.assertEqual(set(plan.line_ids.mapped("date")), {MONDAY})
        self.assertEqual(plan.over_count, 6 + 1)
        plan.action_run()
        self.assertEqual(len(self._activities()), 15, "the head knows better")

    def test_day_off_of_one_manager(self):
        self.manager._sales_create_resources()
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.manager._sales_resource().id,
                "calendar_id": self.calendar.id,
                "date_from": f"{MONDAY} 00:00:00",
                "date_to": f"{MONDAY} 23:59:59",
            }
        )
        plan = self._plan_for(date_to=False)
        days = {line.user_id: line.date for line in plan.line_ids}
        self.assertEqual(days, {self.manager: date(2026, 11, 24), self.colleague: MONDAY})

    def test_condition(self):
        plan = self._plan_for(
            self.env["res.partner"], scope="domain", client_domain="[('client_class', '=', 'A')]"
        )
        self.assertEqual(plan.line_ids.client_id, self.clients)
        with self.assertRaisesRegex(UserError, "can't be understood"):
            self._plan_for(scope="domain", client_domain="[('client_class'")

    def test_without_a_manager(self):
        self.clients[0].user_id = False
        plan = self._plan_for()
        self.assertEqual((plan.line_count, plan.skipped_count), (14, 1))
        plan.action_run()
        self.assertEqual(len(self._activities()), 14)

    def test_changes_between_check_and_run(self):
        plan = self._plan_for()
        self.clients[0].user_id = self.colleague
        self.clients[1].active = False
        plan.action_run()
        activities = self._activities()
        self.assertEqual(len(activities), 14)
        self.assertEqual(
            activities.filtered(lambda a: a.client_id == self.clients[0]).user_id, self.colleague
        )
        self.assertEqual(plan.skipped_count, 1)

    def test_named_manager(self):
        plan = self._plan_for(assign_to="user", user_id=self.colleague.id)
        plan.action_run()
        self.assertEqual(self._activities().user_id, self.colleague)

    def test_named_manager_who_does_not_see_the_clients(self):
        plan = self._plan_for(check=False, assign_to="user", user_id=self.colleague.id)
        self.assertIn("may not see 10", plan.hidden_warning)
        with self._at(NOW):
            plan.action_preview()
        self.assertIn("may not see 10", plan.hidden_warning)
        self._let_see(self.colleague, self.clients)
        plan.invalidate_recordset()
        self.assertFalse(plan.hidden_warning)

    def test_archived_type(self):
        kind = self.env["mail.activity.type"].create({"name": "Old Kind"})
        plan = self._plan_for(activity_type_id=kind.id)
        kind.action_archive()
        with self._at(NOW), self.assertRaisesRegex(UserError, "archived"):
            plan.action_run()
        with self.assertRaisesRegex(UserError, "archived"):
            self._plan_for(activity_type_id=kind.id)

    def test_regular_work_takes_its_place_too(self):
        """Four fit into a day, three calls are due on Monday: one of ten comes into it."""
        values = {
            "name": "Call",
            "client_ids": [Command.set(self.clients[:3].ids)],
            "is_spread": False,
            "date_from": MONDAY,
        }
        with self._at(NOW):
            self.env["sales.cadence"].with_user(self.head).create(values).action_start()
        plan = self._plan_for(self.clients[:10])
        days = [line.date for line in plan.line_ids]
        self.assertEqual(days.count(MONDAY), 1)
        self.assertFalse(plan.over_count)
        action = plan.action_view_load()
        lines = self.env["sales.plan.preview.line"].with_user(self.head).search(action["domain"])
        monday = lines.filtered(lambda line: line.date == MONDAY)
        self.assertEqual((monday.new_count, monday.regular_count, monday.total_count), (1, 3, 4))

    def test_what_is_late_comes_into_the_next_working_day(self):
        """Three were left undone on Thursday, four fit into Friday."""
        thursday, friday = date(2026, 11, 19), date(2026, 11, 20)
        for client in self.clients[:3]:
            self._plan(client, thursday)
        plan = self._plan_for(self.clients[:3], date_from=friday, date_to=friday)
        with self._at(NOW):
            [load] = plan._load_lines()
        self.assertEqual((load["new"], load["opened"], load["over"]), (3, 3, 2))

    def test_in_the_background(self):
        plan = self._plan_for()
        with self._in_background():
            plan.action_run()
            self.assertEqual((plan.state, len(self._activities())), ("running", 0))
            self.env["sales.mass.plan"]._cron_work()
        self.env.invalidate_all()
        self.assertEqual((plan.state, plan.progress), ("done", 100.0))
        self.assertEqual(self._activities().client_id, self.clients)
        self.assertEqual(len(self._told(self.manager)), 1)

    def test_goes_on_after_a_kill(self):
        """Batches that were committed stay; nothing is doubled, and each manager is told once."""
        plan = self._plan_for()
        with self._in_background():
            plan.action_run()
            left = iter([60, 0])
            with patch.object(type(plan), "_commit", lambda *args: next(left)):
                self.env["sales.mass.plan"]._cron_work()
            self.env.invalidate_all()
            self.assertEqual((len(self._activities()), plan.progress_done), (8, 8))
            self.env["sales.mass.plan"]._cron_work()
        self.env.invalidate_all()
        self.assertEqual(len(self._activities()), 15)
        self.assertEqual(len(self._activities().client_id), 15)
        self.assertEqual((len(self._told(self.manager)), len(self._told(self.colleague))), (1, 1))

    def test_time_that_runs_out_is_not_the_end(self):
        """After each batch the cron's time is over; core goes on as long as something is left."""
        plan = self._plan_for()
        left = []

        def commit(_self, _processed, remaining):
            left.append(remaining)
            return 0

        with self._in_background(), patch.object(type(plan), "_commit", commit):
            plan.action_run()
            self.env["sales.mass.plan"]._cron_work()
            while left[-1]:
                self.env["sales.mass.plan"]._cron_work()
        self.env.invalidate_all()
        self.assertEqual((plan.state, len(self._activities())), ("done", 15))

    def test_stop_and_go_on(self):
        plan = self._plan_for()
        with self._in_background():
            plan.action_run()
            left = iter([0])
            with patch.object(type(plan), "_commit", lambda *args: next(left)):
                self.env["sales.mass.plan"]._cron_work()
            self.env.invalidate_all()
            plan.action_stop()
            plan.action_run()
            self.env["sales.mass.plan"]._cron_work()
        self.env.invalidate_all()
        self.assertEqual((plan.state, len(self._activities())), ("done", 15))

    def test_failure_is_a_sentence(self):
        plan = self._plan_for()
        with (
            patch.object(type(plan), "_plan_batch", side_effect=UserError("The disk is full.")),
            self.assertLogs("odoo.addons.sales_crm.models.batch.sales_batch", "ERROR"),
        ):
            plan.action_run()
        self.assertEqual((plan.state, plan.failure), ("preview", "The disk is full."))

    def test_rights(self):
        plan = self._plan_for()
        for change in (
            lambda: plan.with_user(self.manager).action_run(),
            lambda: plan.with_user(self.manager).read(["summary"]),
            lambda: self.clients.with_user(self.manager).action_mass_plan(),
            lambda: plan.write({"state": "done"}),
            lambda: plan.line_ids.write({"state": "done"}),
        ):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(UserError):
            plan.summary = "Another"
        plan.action_run()
        with self.assertRaises(UserError):
            plan.unlink()

    def test_bad_dates(self):
        with self.assertRaisesRegex(UserError, "past"):
            self._plan_for(date_from=date(2026, 11, 1), date_to=False)
        with self.assertRaises(UserError):
            self._plan_for(self.env["res.partner"])

    def test_from_the_list(self):
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.clients[0].id})
        chosen = (contact | self.clients[1]).with_user(self.head)
        action = chosen.action_mass_plan()
        plan = Form(self.env["sales.mass.plan"].with_user(self.head).with_context(**action["context"]))
        plan.summary = "From the list"
        self.assertEqual(plan.save().client_ids, self.clients[0] | self.clients[1])

    def test_queries_do_not_grow(self):
        counts = []
        for clients in (self.clients[:2], self.clients):
            plan = self._plan_for(clients)
            plan._step({"state": "running"})
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                self.assertEqual(plan._batch(), len(clients))
            counts.append(counted.queries)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestBulkDialog(SalesCrmCommon):
    def _wizard(self, operation, activities, user=None, **values):
        action = activities.with_user(user or self.head).action_sales_bulk(operation)
        form = Form(
            self.env["sales.activity.bulk"].with_user(user or self.head).with_context(**action["context"])
        )
        for name, value in values.items():
            form[name] = value
        return form

    def test_reassign(self):
        activities = self._plan(self.client, MONDAY) | self._plan(self.client, MONDAY)
        form = self._wizard("reassign", activities, user_id=self.colleague)
        self.assertIn("may not see 1", form.warning)
        self._let_see(self.colleague, self.client)
        form = self._wizard("reassign", activities, user_id=self.colleague)
        self.assertFalse(form.warning)
        form.save().action_apply()
        self.assertEqual(activities.user_id, self.colleague)

    def test_move_warns_of_a_full_day(self):
        self.manager.sales_day_capacity = 2
        self._plan(self.client, FRIDAY)
        activities = self._plan(self.client, MONDAY) | self._plan(self.client, MONDAY)
        with self._at(NOW):
            form = self._wizard("move", activities, date=FRIDAY)
            self.assertIn("3 / 2", form.warning)
            form.save().action_apply()
        self.assertEqual(set(activities.mapped("date_deadline")), {FRIDAY})

    def test_cancel(self):
        activities = self._plan(self.client, MONDAY) | self._plan(self.client, MONDAY)
        form = self._wizard("cancel", activities, self.manager, reason="Closed")
        form.save().action_apply()
        self.assertEqual(set(activities.mapped("cancel_reason")), {"Closed"})

    def test_manager_does_not_reassign(self):
        form = self._wizard("reassign", self._plan(self.client, MONDAY), self.manager, user_id=self.colleague)
        with self.assertRaises(AccessError):
            form.save().action_apply()
