from odoo.tests import tagged

from .test_activity_report import MONDAY, TUESDAY, ActivityReportCommon


@tagged("post_install", "-at_install")
class TestReassigned(ActivityReportCommon):
    """Work that is given to somebody else leaves one plan and stands in the other; both can be explained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.beta = cls._create_client("Beta", cls.colleague)

    def setUp(self):
        super().setUp()
        self._let_see(self.colleague, self.client)
        self.activity = self._plan(self.client, MONDAY)
        self._plan(self.beta, MONDAY, self.colleague)

    def _reassign(self, moment=f"{MONDAY} 12:00", receiver=None):
        with self._at(moment):
            self.activity.with_user(self.head).sales_bulk_reassign((receiver or self.colleague).id)

    def _lines(self, user):
        return self.env["sales.plan.line"].search(
            [("activity_id", "=", self.activity.id), ("user_id", "=", user.id)]
        )

    def test_from_plan_to_plan(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 2, "open": 2})
        self.assertEqual(self._lines(self.colleague).origin, "received")
        self._finish(self.activity, f"{MONDAY} 15:00")
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 2, "done": 1, "open": 1})

    def test_nothing_moves_once_the_day_is_over(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        self._run_morning(f"{TUESDAY} 08:30")
        self._reassign(f"{TUESDAY} 09:00", self.manager)
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 2, "carried": 2})
        self.assertEqual(
            self._figures(self.colleague, day=TUESDAY), {"planned": 2, "reassigned": 1, "open": 1}
        )
        self.assertEqual(self._figures(day=TUESDAY), {"planned": 1, "open": 1})

    def test_given_after_the_day(self):
        """At the end of Monday it was his, undone."""
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning(f"{TUESDAY} 08:30")
        self._reassign(f"{TUESDAY} 09:00")
        self.assertEqual(self._figures(), {"planned": 1, "carried": 1})
        self.assertEqual(self._figures(day=TUESDAY), {"planned": 1, "reassigned": 1})
        self._finish(self.activity, f"{TUESDAY} 15:00")
        self.assertEqual(self._figures(), {"planned": 1, "done_late": 1})

    def test_taken_back_on_the_day(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        self._reassign(f"{MONDAY} 13:00", self.manager)
        self.assertEqual(self._figures(), {"planned": 1, "open": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 2, "reassigned": 1, "open": 1})

    def test_lent_by_himself(self):
        """He gets nothing out of it, and the colleague's plan isn't his to fill."""
        self._run_morning(f"{MONDAY} 08:30")
        with self._at(f"{MONDAY} 17:00"):
            self.activity.with_user(self.manager).user_id = self.colleague
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 1, "open": 1})
        with self._at(f"{TUESDAY} 07:00"):
            self.activity.with_user(self.colleague).user_id = self.manager
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertEqual(self._figures(day=TUESDAY), {"planned": 1, "open": 1})

    def test_done_by_himself_all_the_same(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        self._finish(self.activity, f"{MONDAY} 15:00", self.manager)
        self.assertEqual(self._figures(), {"planned": 1, "done": 1})
        self.assertEqual(self._figures(self.colleague), {"planned": 2, "done": 1, "open": 1})

    def test_for_later(self):
        """What is due on another day stands in the plan of that day."""
        self._run_morning(f"{MONDAY} 08:30")
        with self._at(f"{MONDAY} 12:00"):
            self.activity.with_user(self.head).write({"user_id": self.colleague.id, "date_deadline": TUESDAY})
        self.assertEqual(self._figures(), {"planned": 1, "reassigned": 1})
        self.assertFalse(self._lines(self.colleague))
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._lines(self.colleague).origin, "planned")

    def test_trace_of_a_heads_list(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        change = self.env["sales.activity.change"].search([("activity_id", "=", self.activity.id)])
        self.assertEqual(
            (change.kind, change.create_uid, change.user_id, change.user_to_id),
            ("assigned", self.head, self.manager, self.colleague),
        )

    def test_shares_make_the_whole(self):
        self._run_morning(f"{MONDAY} 08:30")
        self._reassign()
        names = ("done", "done_late", "carried", "moved", "cancelled", "reassigned", "open")
        [shares] = self.env["sales.activity.report"]._read_group(
            [("date", "=", MONDAY)], [], [f"{name}_share:avg" for name in names]
        )
        self.assertAlmostEqual(sum(shares), 1)
        self.assertAlmostEqual(shares[names.index("reassigned")], 1 / 3)
