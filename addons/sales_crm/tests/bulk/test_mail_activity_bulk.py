from datetime import date, datetime

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = "2026-11-23 09:00"


@tagged("post_install", "-at_install")
class TestBulk(SalesCrmCommon):
    """Reassign, move and cancel many at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_client("Beta", cls.manager)
        cls.foreign = cls._create_client("Gamma", cls.colleague)

    def setUp(self):
        super().setUp()
        self.activities = self._plan(self.client, MONDAY) | self._plan(self.other, MONDAY)
        self.last = self.env["mail.message"].search([], order="id desc", limit=1).id

    def _told(self, user):
        """:return: subjects of what the user was told since the test began"""
        domain = [("id", ">", self.last), ("notified_partner_ids", "in", user.partner_id.ids)]
        return self.env["mail.message"].search(domain).mapped("subject")

    def _as(self, user, activities=None):
        return (activities or self.activities).with_user(user)

    # Reassign

    def test_reassign(self):
        done = self._plan(self.client, MONDAY)
        done.action_done()
        self.last = self.env["mail.message"].search([], order="id desc", limit=1).id
        already = self._plan(self.foreign, MONDAY, self.colleague)
        result = self._as(self.head, self.activities | done | already).sales_bulk_reassign(self.colleague.id)
        self.assertEqual(result, {"done": 2, "skipped": 2})
        self.assertEqual(self.activities.user_id, self.colleague)
        self.assertEqual(done.user_id, self.manager, "what is closed keeps its name")
        self.assertEqual(set(self.activities.mapped("date_planned")), {MONDAY})
        self.assertEqual(len(self._told(self.colleague)), 1, "one message, not one for each")
        self.assertEqual(len(self._told(self.manager)), 1)
        self.assertEqual(self._told(self.head), [])

    def test_on_a_document_that_the_head_may_not_change(self):
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.client.id, "invoice_user_id": self.manager.id}
        )
        self.assertFalse(invoice.with_user(self.head).has_access("write"))
        activity = self._plan(invoice, MONDAY)
        self.assertEqual(self._as(self.head, activity).sales_bulk_reassign(self.colleague.id)["done"], 1)
        with self._at(NOW):
            self.assertEqual(self._as(self.head, activity).sales_bulk_move(TUESDAY)["done"], 1)
        self.assertEqual(self._as(self.head, activity).sales_bulk_cancel("Paid")["done"], 1)
        self.assertEqual(activity.done_user_id, self.head)

    def test_reassign_by_manager(self):
        with self.assertRaisesRegex(AccessError, "head of sales"):
            self._as(self.manager).sales_bulk_reassign(self.colleague.id)

    def test_reassign_to_nobody_of_the_department(self):
        stranger = self.env.ref("base.user_root")
        for user_id in (stranger.id, 0, 10**9):
            with self.assertRaises(UserError):
                self._as(self.head).sales_bulk_reassign(user_id)
        gone = new_test_user(self.env, "manager_gone", "sales_crm.group_manager", tz="UTC")
        gone.active = False
        with self.assertRaises(UserError):
            self._as(self.head).sales_bulk_reassign(gone.id)

    # Move

    def test_move(self):
        with self._at(NOW):
            self.activities[0].datetime_planned = datetime(2026, 11, 23, 14, 30)
            result = self._as(self.head).sales_bulk_move("2026-11-24")
            self.assertEqual(result, {"done": 2, "skipped": 0})
            again = self._as(self.head).sales_bulk_move(TUESDAY)
        self.assertEqual(again, {"done": 0, "skipped": 2})
        self.assertEqual(set(self.activities.mapped("date_deadline")), {TUESDAY})
        self.assertEqual(set(self.activities.mapped("date_planned")), {MONDAY}, "the first date stays")
        self.assertEqual(self.activities[0].datetime_planned, datetime(2026, 11, 24, 14, 30))
        self.assertEqual(self.client.next_step_date, TUESDAY)
        self.assertEqual(len(self._told(self.manager)), 1)

    def test_move_to_an_hour(self):
        """The hour is that of each manager."""
        self.colleague.tz = "Asia/Vladivostok"
        foreign = self._plan(self.foreign, MONDAY, self.colleague)
        activities = self.activities | foreign
        with self._at(NOW):
            result = self._as(self.head, activities).sales_bulk_move("2026-11-24", "14:30")
            self.assertEqual(result, {"done": 3, "skipped": 0})
            self.assertEqual(set(activities.mapped("date_deadline")), {TUESDAY})
            self.assertEqual(
                set(self.activities.mapped("datetime_planned")), {datetime(2026, 11, 24, 14, 30)}
            )
            self.assertEqual(foreign.datetime_planned, datetime(2026, 11, 24, 4, 30))
            for hour in ("25:00", "noon", 14):
                with self.assertRaisesRegex(UserError, "no such time"), self.cr.savepoint():
                    self._as(self.head).sales_bulk_move("2026-11-25", hour)
            self._as(self.head).sales_bulk_move("2026-11-24", "09:00")
        self.assertEqual(set(self.activities.mapped("datetime_planned")), {datetime(2026, 11, 24, 9)})

    def test_manager_moves_his_own_only(self):
        foreign = self._plan(self.foreign, MONDAY, self.colleague)
        self._let_see(self.manager, self.foreign)
        with self._at(NOW):
            with self.assertRaisesRegex(AccessError, "your own activities"):
                self._as(self.manager, self.activities | foreign).sales_bulk_move(TUESDAY)
            self.assertEqual(self._as(self.manager).sales_bulk_move(TUESDAY)["done"], 2)
        self.assertEqual(foreign.date_deadline, MONDAY)
        self.assertEqual(self._told(self.manager), [], "he knows what he did himself")

    def test_move_into_the_past_or_nowhere(self):
        with self._at(NOW):
            for day in ("2026-11-20", False):
                with self.assertRaises(UserError):
                    self._as(self.head).sales_bulk_move(day)
        self.assertEqual(set(self.activities.mapped("date_deadline")), {MONDAY})

    def test_meeting_is_not_moved(self):
        meeting = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "start": datetime(2026, 11, 23, 10),
                "stop": datetime(2026, 11, 23, 11),
                "activity_ids": [(4, self.activities[0].id)],
            }
        )
        with self._at(NOW):
            result = self._as(self.head).sales_bulk_move(TUESDAY)
        self.assertEqual(result, {"done": 1, "skipped": 1})
        self.assertEqual(meeting.start, datetime(2026, 11, 23, 10))

    # Cancel

    def test_cancel(self):
        result = self._as(self.head).sales_bulk_cancel(" Shop closed ")
        self.assertEqual(result, {"done": 2, "skipped": 0})
        self.assertEqual(set(self.activities.mapped("activity_state_final")), {"cancelled"})
        self.assertEqual(set(self.activities.mapped("cancel_reason")), {"Shop closed"})
        self.assertEqual(self.activities.done_user_id, self.head)
        self.assertEqual(self._as(self.head).sales_bulk_cancel("Again"), {"done": 0, "skipped": 2})
        self.assertEqual(set(self.activities.mapped("cancel_reason")), {"Shop closed"})
        self.assertEqual(len(self._told(self.manager)), 1)

    def test_cancel_needs_a_reason(self):
        with self.assertRaises(UserError):
            self._as(self.head).sales_bulk_cancel("  ")

    def test_cancel_foreign(self):
        with self.assertRaises(AccessError):
            self._as(self.colleague).sales_bulk_cancel("No time")
        self.assertTrue(all(self.activities.mapped("active")))

    def test_who_covers_moves_for_who_is_away(self):
        with self._at(NOW):
            self.env["sales.access.rule"].with_user(self.head).create(
                {
                    "is_cover": True,
                    "user_ids": [(6, 0, self.colleague.ids)],
                    "manager_ids": [(6, 0, self.manager.ids)],
                    "date_from": MONDAY,
                    "date_to": TUESDAY,
                    "reason": "Leave",
                }
            )
            result = self._as(self.colleague).sales_bulk_move(TUESDAY)
        self.assertEqual(result["done"], 2)

    def test_many_in_few_queries(self):
        """Ten times as many cost the same number of queries."""
        many = self.env["mail.activity"].union(*(self._plan(self.client, MONDAY) for _number in range(20)))
        counts = []
        for activities in (self._plan(self.client, MONDAY) | self._plan(self.client, MONDAY), many):
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                self._as(self.head, activities).sales_bulk_reassign(self.colleague.id)
                self.env.flush_all()
            counts.append(counted.queries)
        self.assertLessEqual(counts[1], counts[0] + 2)
