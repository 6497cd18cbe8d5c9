from datetime import date, datetime

from odoo.tests import tagged
from odoo.tools import SQL

from .test_morning_fault import FRIDAY, MONDAY, MorningFaultCase


@tagged("post_install", "-at_install")
class TestMorningPiece(MorningFaultCase):
    """One broken activity stops nothing else of its own manager's morning."""

    def _assert_named(self, step, record, *words):
        """The head reads whose it is, and which."""
        fault = self._faults(step=step)
        self.assertEqual((fault.res_model, fault.res_id), (record._name, record.id))
        self.assertEqual(fault.user_id, self.manager)
        self.assertFalse(fault.date_mended)
        for word in words:
            self.assertIn(word, fault.with_user(self.head).subject)

    def test_carry_over(self):
        """The plan is frozen without the broken one, which comes into it once it can be carried."""
        work = [self._plan(self.client, FRIDAY, summary=f"Call {number}") for number in range(5)]
        broken = work.pop(3)
        with self._poison("mail_activity", SQL("NEW.id = %s AND NEW.carry_count > 0", broken.id), "UPDATE"):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_carry_over"])
                self._assert_named("_carry_over", broken, "Call 3", self.client.name)
                self.assertEqual((broken.date_deadline, broken.carry_count), (FRIDAY, 0))
                for activity in work:
                    self.assertEqual((activity.date_deadline, activity.carry_count), (MONDAY, 1), "once")
                self.assertEqual(set(self._plan_of(self.manager).activity_id), set(work))
        self.assertEqual(self._faults().times, 2)
        told = self._inbox(self.head)
        self.assertEqual(len(told), 1)
        for word in ("manager_a", "Call 3", self.client.name):
            self.assertIn(word, told.body)
        self._cron("2026-11-23 09:20")
        self.assertEqual((broken.date_deadline, broken.carry_count), (MONDAY, 1))
        self.assertEqual(self._faults().date_mended, datetime(2026, 11, 23, 9, 20))
        line = self._plan_of(self.manager).filtered(lambda line: line.activity_id == broken)
        self.assertEqual(line.origin, "carried")
        self._cron("2026-11-23 09:30")
        self.assertEqual(len(self._plan_of(self.manager)), 5)

    def test_carried_the_next_day(self):
        broken = self._plan(self.client, FRIDAY)
        with self._poison("mail_activity", SQL("NEW.id = %s AND NEW.carry_count > 0", broken.id), "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
        self._cron("2026-11-24 09:00")
        self.assertEqual(broken.date_deadline, date(2026, 11, 24))
        self.assertFalse(self._plan_of(self.manager))
        self.assertEqual(self._plan_of(self.manager, date(2026, 11, 24)).activity_id, broken)
        self.assertFalse(self._faults().filtered(lambda fault: not fault.date_mended))

    def test_two_and_another_managers(self):
        work = [self._plan(self.client, FRIDAY) for _number in range(6)]
        his = self._plan(self.other, FRIDAY, self.colleague)
        ids = [work[0].id, work[4].id, his.id]
        condition = SQL("NEW.id = ANY(%s) AND NEW.carry_count > 0", ids)
        with self._poison("mail_activity", condition, "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
        self.assertEqual(sorted(self._faults().mapped("res_id")), sorted(ids))
        self.assertEqual([activity.carry_count for activity in work], [0, 1, 1, 1, 0, 1])
        with self._poison("mail_activity", SQL("NEW.id = %s AND NEW.carry_count > 0", ids[1]), "UPDATE"):
            self._cron("2026-11-23 09:10", ["_carry_over"])
        self.assertEqual([activity.carry_count for activity in work], [1, 1, 1, 1, 0, 1])
        still = self._faults().filtered(lambda fault: not fault.date_mended)
        self.assertEqual(still.mapped("res_id"), [work[4].id])
        self.assertEqual(self._plan_of(self.manager).activity_id.ids.count(work[0].id), 1)

    def test_expire(self):
        kind = self.call.copy({"name": "Expires", "carry_policy": "expire"})
        work = [self._plan(self.client, FRIDAY, activity_type_id=kind.id) for _number in range(3)]
        with self._poison("mail_activity", SQL("NEW.id = %s AND NEW.active IS FALSE", work[1].id), "UPDATE"):
            self._cron("2026-11-23 09:00", ["_carry_over"])
        self._assert_named("_carry_over", work[1], "Expires", self.client.name)
        self.assertEqual([activity.active for activity in work], [False, True, False])
        self._cron("2026-11-23 09:10")
        self.assertFalse(work[1].active)

    def test_regular_work(self):
        clients = self.client | self._create_client("Delta", self.manager)
        cadences = self._cadence(clients)
        turn = cadences[1].with_context(active_test=False).line_ids
        condition = SQL("NEW.cadence_id = %s", cadences[1].id)
        with self._poison("mail_activity", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_create_regular"])
                self._assert_named("_create_regular", turn, "Delta")
                self.assertEqual(self._plan_of(self.manager).client_id, self.client)
        self._cron("2026-11-23 09:20")
        self.assertEqual(self._plan_of(self.manager).client_id, clients)
        self.assertEqual(set(self._plan_of(self.manager).mapped("origin")), {"cadence"})
        self.assertTrue(self._faults().date_mended)
        self._cron("2026-11-23 09:30")
        self.assertEqual(self._regular(self.manager), 2)

    def test_broken_promises(self):
        clients = self.client | self._create_client("Delta", self.manager)
        promises = self._promises(clients)
        with self._poison("mail_activity", SQL("NEW.res_id = %s AND NEW.priority = '1'", clients[1].id)):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_chase_promises"])
                self._assert_named("_chase_promises", promises[1], "Delta")
                self.assertEqual(promises.mapped(lambda p: bool(p.chase_activity_id)), [True, False])
        self._cron("2026-11-23 09:20")
        self.assertTrue(promises[1].chase_activity_id)
        self.assertEqual(len(self._plan_of(self.manager)), 2)
        self.assertTrue(self._faults().date_mended)

    def test_birthdays(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": name, "parent_id": self.client.id, "birthdate_date": "1980-11-24"}
                for name in ("Anna", "Boris", "Clara")
            ]
        )
        Activity = self.env["mail.activity"]
        kind = self.env.ref("sales_crm.mail_activity_type_birthday").id

        def planned():
            return [
                Activity.search_count([("res_id", "=", contact.id), ("activity_type_id", "=", kind)])
                for contact in contacts
            ]

        condition = SQL("NEW.res_id = %s AND NEW.activity_type_id = %s", contacts[1].id, kind)
        with self._poison("mail_activity", condition):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_plan_birthdays"])
                self._assert_named("_plan_birthdays", contacts[1], "Boris", self.client.name)
                self.assertEqual(planned(), [1, 0, 1])
        self._cron("2026-11-23 09:20")
        self.assertEqual(planned(), [1, 1, 1])
        self.assertTrue(self._faults().date_mended)

    def test_freeze(self):
        work = [self._plan(self.client, MONDAY, summary=f"Call {number}") for number in range(4)]
        with self._poison("sales_plan_line", SQL("NEW.activity_id = %s", work[2].id)):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_freeze_plans"])
                self._assert_named("_freeze_plans", work[2], "Call 2", self.client.name)
                self.assertEqual(len(self._plan_of(self.manager)), 3)
        with self._at("2026-11-23 09:15"):
            work[2].with_user(self.manager).action_done()
            self.env.flush_all()
        self._cron("2026-11-23 09:20")
        lines = self._plan_of(self.manager)
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines.filtered(lambda line: line.activity_id == work[2]).result, "done")
        self.assertFalse(work[2].unplanned_date, "it stood in the plan")
        self.assertTrue(self._faults().date_mended)

    def test_give_back(self):
        third = self.colleague.copy({"login": "third", "name": "Third"})
        client = self._create_client("Of Third", third)
        strayed = [self._plan(client, MONDAY, summary=f"Call {number}") for number in range(3)]
        condition = SQL("OLD.id = %s AND NEW.user_id != OLD.user_id", strayed[1].id)
        with self._poison("mail_activity", condition, "UPDATE"):
            for minute in ("00", "10"):
                self._cron(f"2026-11-23 09:{minute}", ["_give_back_of"])
                self._assert_named("_give_back_of", strayed[1], "Call 1", "Of Third")
                self.assertEqual([activity.user_id for activity in strayed], [third, self.manager, third])
        self._cron("2026-11-23 09:20")
        self.assertEqual([activity.user_id for activity in strayed], [third] * 3)
        self.assertTrue(self._faults().date_mended)
