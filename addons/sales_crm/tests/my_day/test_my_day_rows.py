from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import SalesCrmCommon

TODAY = "2026-11-23"  # a Monday
MORNING = f"{TODAY} 08:30"
EVENING = f"{TODAY} 16:30"  # the day ends at 17


class DayCommon(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls.env.ref("sales_crm.mail_activity_type_visit")

    def _day(self, user=None, moment=MORNING, **kwargs):
        with self._at(moment):
            return self.env["sales.my.day"].with_user(user or self.manager).get_day(**kwargs)


@tagged("post_install", "-at_install")
class TestMyDayRows(DayCommon):
    """What stands beside an activity: the rest of the client's work, his word, his debt, the next visit."""

    def test_both_tasks_of_a_client_are_together(self):
        beta = self._create_client("Beta", self.manager)
        letter = self._plan(self.client, TODAY)
        other = self._plan(beta, TODAY, datetime_planned=f"{TODAY} 10:00:00")
        urgent = self._plan(self.client, TODAY, priority="1")
        day = self._day()
        self.assertEqual([row["id"] for row in day["rows"]], [urgent.id, letter.id, other.id])
        self.assertEqual([row["section"] for row in day["rows"]], ["urgent", "today", "today"])
        with self._at(MORNING):
            changes = self.env["sales.my.day"].with_user(self.manager).get_changes(self.manager.id, TODAY, [])
        self.assertEqual(changes["open"], [urgent.id, letter.id, other.id])

    def test_what_was_moved_or_cancelled_today(self):
        planned, cancelled, done, kept = (self._plan(self.client, TODAY) for _number in range(4))
        self._run_morning(MORNING)
        late = self._plan(self.client, TODAY)
        with self._at(EVENING):
            planned.with_user(self.manager).action_move("2026-11-25")
            late.with_user(self.manager).action_move("2026-11-26")
            cancelled.with_user(self.manager).action_cancel_with_reason("The shop is closed")
            done.with_user(self.manager).action_finish(self.outcome.id)
            self.env["sales.activity.change"].search(
                [("activity_id", "=", late.id)]
            ).moment = f"{TODAY} 16:30:00"
            changes = (
                self.env["sales.my.day"]
                .with_user(self.manager)
                .get_changes(self.manager.id, TODAY, [kept.id])
            )
            gone = self.env["sales.my.day"].with_user(self.manager).get_day()["gone"]
        self.assertEqual(
            {row["id"]: row["gone"] for row in gone},
            {
                cancelled.id: {"state": "cancelled", "date": TODAY, "reason": "The shop is closed"},
                planned.id: {"state": "moved", "date": "2026-11-25", "reason": ""},
                late.id: {"state": "moved", "date": "2026-11-26", "reason": ""},
            },
        )
        self.assertEqual(changes["gone"], gone)
        self.assertFalse(self._day(moment="2026-11-24 08:30")["gone"])

    def test_a_promise_of_a_client_and_ours(self):
        self._plan(self.client, TODAY)
        Promise = self.env["sales.promise"].with_user(self.manager)
        with self._at("2026-11-20 10:00"):
            Promise.create({"client_id": self.client.id, "amount": 1500, "date_due": "2026-11-25"})
            ours = Promise.create(
                {"client_id": self.client.id, "direction": "company", "kind": "call", "date_due": TODAY}
            )
        [row] = self._day()["rows"]
        self.assertEqual(row["money"]["promise"]["date"], TODAY)
        self.assertTrue(row["money"]["promise"]["is_ours"])
        self.assertEqual(row["money"]["debt"], "")
        ours.with_user(self.head).action_cancel()
        promise = self._day()["rows"][0]["money"]["promise"]
        self.assertEqual((promise["date"], promise["is_ours"]), ("2026-11-25", False))
        self.assertIn("500", promise["amount"])

    def test_the_next_visit(self):
        self.client.visit_interval_days = 30
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-10-01 12:00' WHERE id = %s", [self.client.id]
        )
        self.client.invalidate_recordset(["create_date"])
        self.client._recompute_visit_due_dates()
        self._plan(self.client, TODAY)
        [row] = self._day()["rows"]
        due = {"planned": False, "due": "2026-10-31", "is_overdue": True}
        self.assertEqual(row["next_visit"], due)
        self._plan(self.client, "2026-11-26", activity_type_id=self.visit.id, user=self.colleague)
        [row] = self._day()["rows"]
        self.assertEqual(row["next_visit"], {**due, "planned": "2026-11-26"})

    def test_visits_due_are_counted(self):
        before = self._day()["clients"]
        self.client.visit_interval_days = 1
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2026-11-20 12:00' WHERE id = %s", [self.client.id]
        )
        self.client.invalidate_recordset(["create_date"])
        self.client._recompute_visit_due_dates()
        after = self._day()["clients"]
        self.assertEqual(after["visit_due"], before["visit_due"] + 1)
        self.assertEqual(after["visit_overdue"], before["visit_overdue"] + 1)


@tagged("post_install", "-at_install")
class TestTomorrow(DayCommon):
    """At the day's end: who has no next step, and all of them planned in one pass."""

    def _plan_steps(self, steps, user=None, moment=EVENING):
        with self._at(moment):
            return self.env["sales.my.day"].with_user(user or self.manager).plan_next_steps(steps)

    def _step(self, client, **values):
        return {
            "client_id": client.id,
            "date": "2026-11-24",
            "activity_type_id": self.call.id,
            "summary": "Ask",
            **values,
        }

    def test_shown_when_the_day_ends_and_only_then(self):
        self.assertFalse(self._day(moment=MORNING)["tomorrow"])
        tomorrow = self._day(moment=EVENING)["tomorrow"]
        self.assertEqual((tomorrow["date"], tomorrow["planned"], tomorrow["clients"]), ("2026-11-24", 0, 1))
        self.assertEqual(self.env["mail.activity.type"].browse(tomorrow["type_id"]).category, "phonecall")
        self.assertFalse(self._day(self.head, EVENING, user_id=self.manager.id)["tomorrow"])
        self._plan(self.client, "2026-11-24")
        self.assertFalse(self._day(moment=EVENING)["tomorrow"], "Tomorrow is planned, nobody is forgotten")

    def test_shown_when_all_is_done(self):
        activity = self._plan(self.client, TODAY)
        self._run_morning(MORNING)
        self.assertFalse(self._day()["tomorrow"])
        with self._at(MORNING):
            activity.with_user(self.manager).action_finish(self.outcome.id)
        self.assertEqual(self._day()["tomorrow"]["clients"], 1)

    def test_only_ones_own_clients_without_a_next_step(self):
        beta = self._create_client("Beta", self.manager, client_class="A")
        self._create_client("Other's", self.colleague)
        busy = self._create_client("Busy", self.manager)
        self._plan(busy, "2026-12-24", user=self.colleague)
        over = self._create_client("Over", self.manager)
        over.no_further_contact_reason = "Closed"
        clients = self.env["sales.my.day"].with_user(self.manager).get_clients_to_plan()
        self.assertEqual([client["id"] for client in clients], [beta.id, self.client.id])

    def test_no_day_gets_more_than_fits(self):
        self.manager.sales_day_capacity = 2
        for number in range(3):
            self._create_client(f"Client {number}", self.manager)
        busy = self._create_client("Busy", self.manager)
        self._plan(busy, "2026-11-24")
        with self._at(EVENING):
            clients = self.env["sales.my.day"].with_user(self.manager).get_clients_to_plan()
        days = [client["date"] for client in clients]
        self.assertEqual(days, ["2026-11-24", "2026-11-25", "2026-11-25", "2026-11-26"])

    def test_planned_in_one_pass_and_not_twice(self):
        beta = self._create_client("Beta", self.manager)
        steps = [self._step(self.client), self._step(beta, date="2026-11-27", summary="  "), self._step(beta)]
        self.assertEqual(self._plan_steps(steps), 2)
        self.assertEqual(self.client.next_step_date, date(2026, 11, 24))
        self.assertEqual(beta.next_step_date, date(2026, 11, 27))
        activity = self.env["mail.activity"].search([("client_id", "=", self.client.id)])
        self.assertEqual(
            (activity.user_id, activity.summary, activity.activity_type_id), (self.manager, "Ask", self.call)
        )
        self.assertEqual(self._plan_steps(steps), 0, "A second click plans nothing")

    def test_one_bad_row_is_named_and_nothing_is_planned(self):
        archived = self.call.copy({"name": "Old", "active": False})
        beta = self._create_client("Beta", self.manager)
        for values in (
            {"date": "2026-11-22"},
            {"date": False},
            {"activity_type_id": archived.id},
            {"activity_type_id": False},
        ):
            with self.assertRaises(UserError) as refused, self.cr.savepoint():
                self._plan_steps([self._step(self.client), self._step(beta, **values)])
            self.assertIn("Beta", str(refused.exception))
        with self.assertRaises(UserError), self.cr.savepoint():
            self._plan_steps([{**self._step(beta), "client_id": 0}])
        with self.assertRaises(UserError), self.cr.savepoint():
            self._plan_steps([self._step(beta)] * 51)
        self.assertFalse(self.client.next_step_date)

    def test_not_for_clients_of_others(self):
        other = self._create_client("Other's", self.colleague)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._plan_steps([self._step(other)])
        self.assertFalse(other.next_step_date)


@tagged("post_install", "-at_install")
class TestTomorrowTour(HttpCase):
    def test_the_days_end(self):
        manager = new_test_user(
            self.env, "tour_manager", "sales_crm.group_manager", tz="UTC", lang="en_US", name="Tour manager"
        )
        clients = self.env["res.partner"].create(
            [
                {"name": f"Tour client {name}", "is_company": True, "is_client": True, "user_id": manager.id}
                for name in "ABC"
            ]
        )
        clients[0].visit_interval_days = 30
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "res_id": clients[0].id,
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "summary": summary,
                    "date_deadline": fields.Date.today(),
                    "user_id": manager.id,
                }
                for summary in ("First", "Second")
            ]
        )
        self.start_tour("/odoo/my-day", "sales_crm_my_day_tomorrow", login="tour_manager")
        planned = clients.filtered("next_step_date")
        self.assertEqual(planned, clients[0] | clients[2])
        self.assertEqual(
            self.env["mail.activity"].search([("client_id", "in", planned.ids)]).mapped("summary"),
            ["Ask for an order"] * 2,
        )
