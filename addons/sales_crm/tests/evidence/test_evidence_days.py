from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..change.test_own_plan import MONDAY, TUESDAY, OwnPlanCase

THURSDAY = date(2026, 11, 26)


@tagged("post_install", "-at_install")
class TestDaysThatAreOver(OwnPlanCase):
    """What the evidence machine has found: figures of a day that is over, changed without an undo."""

    def _leave_there(self):
        """Work that stays on its day when it isn't done."""
        kind = self.env["mail.activity.type"].create({"name": "Sometime", "carry_policy": "leave"})
        activity = self._plan(self.client, MONDAY, activity_type_id=kind.id)
        self._run_morning("2026-11-23 09:00")
        self._run_morning("2026-11-24 09:00")
        return activity.with_user(self.manager)

    def test_lent_afterwards(self):
        activity = self._leave_there()
        with self._at("2026-11-24 10:00"):
            figures = self._figures()
            activity.user_id = self.colleague
            self.assertEqual(self._figures(), figures)

    def test_urgent_afterwards(self):
        activity = self._leave_there()
        with self._at("2026-11-24 10:00"):
            figures = self._figures()
            activity.priority = "1"
            self.assertEqual(self._figures(), figures)

    def test_moved_back_afterwards(self):
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.action_move(THURSDAY)
        self._run_morning("2026-11-24 09:00")
        with self._at("2026-11-24 10:00"):
            figures = self._figures()
            self.assertEqual(figures[0][0][1], "moved")
            self.mine.date_deadline = MONDAY
            self.assertEqual(self._figures(), figures)
            self._run_morning("2026-11-24 11:00")
            self.assertEqual(self._figures(), figures)
            self.mine.action_done()
            self.assertEqual(self._lines().result, "done_late")

    def test_left_afterwards(self):
        self._leave_there().action_done()
        with self._at("2026-11-24 10:00"):
            figures = self._figures()
            # as if his work had been handed over
            self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.manager.id])
            self.assertEqual(self._figures(), figures)

    def test_client_taken_out_of_the_base(self):
        self._run_morning("2026-11-23 09:00")
        other = self._plan(self.client, TUESDAY)
        with self._at("2026-11-23 10:00"):
            (self.mine | other.with_user(self.manager)).action_done()
            figures = self._figures()
        self.assertEqual(figures[1]["unplanned"], 1)
        self.client.with_user(self.head).is_client = False
        self.assertEqual((self.activity | other).client_id, self.client)
        self.assertEqual(self._figures(), figures)

    def test_client_found_afterwards(self):
        deal = self.env["crm.lead"].create({"name": "Unknown", "user_id": self.manager.id})
        self._run_morning("2026-11-23 09:00")
        early = self._plan(deal, TUESDAY)
        with self._at("2026-11-23 10:00"):
            early.with_user(self.manager).action_done()
        with self._at("2026-11-24 07:00"):
            figures = self._figures()
            deal.with_user(self.manager).partner_id = self.client
            self.assertEqual(early.client_id, self.client)
            self.assertEqual(self._figures(), figures)
        self._run_morning("2026-11-24 09:00")
        self.assertEqual(self._figures()[1]["unplanned"], 0)

    def test_planned_without_a_client(self):
        """It stood in the plan, so its undo leaves a trace, and it isn't opened or moved otherwise."""
        deal = self.env["crm.lead"].create({"name": "Unknown", "user_id": self.manager.id})
        todo = self._plan(deal, MONDAY).with_user(self.manager)
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            todo.action_done()
        with self._at("2026-11-24 07:00"):
            for vals in ({"active": True}, {"date_deadline": THURSDAY}, {"summary": "Other"}):
                with self.assertRaises(UserError), self.cr.savepoint():
                    todo.write(vals)
            todo.action_sales_reopen()
        self.assertEqual(self._changes("reopened").activity_id, todo.sudo(False).with_user(self.head))

    def test_moved_back_on_the_same_day(self):
        self._run_morning("2026-11-23 09:00")
        with self._at("2026-11-23 10:00"):
            self.mine.action_move(THURSDAY)
            self.mine.action_move(MONDAY)
            self.assertEqual(self._lines().result, "open")
