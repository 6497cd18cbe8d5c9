from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from .test_target_progress import TargetCase


@tagged("post_install", "-at_install")
class TestTargetGrid(TargetCase):
    """The screen of a year, as it is called by the web client."""

    def _grid(self, user=None, moment="2026-06-15 12:00", **options):
        self.env.invalidate_all()
        with self._at(moment):
            grid = self.env["sales.target"].with_user(user or self.head).get_grid(**options)
        self.rows = {(row["kind"], row["id"]): row for row in grid["rows"]}
        return grid

    def _cell(self, kind, record, number):
        return self.rows[kind, record and record.id]["cells"][number - 1]

    def _set(self, value, user=None, month="2026-06-01", figure="amount", **whose):
        return self.env["sales.target"].with_user(user or self.head).set_grid(month, figure, value, **whose)

    def test_a_year(self):
        self._aim(100, "2026-05-01", user_id=self.manager.id)
        self._aim(100, "2026-04-01", user_id=self.manager.id)
        self._aim(1000, "2026-06-01")
        self._sold(90, "2026-05-20")
        self._sold(100, "2026-04-20")
        self._sold(30, "2026-05-31", self.other_client, self.colleague)
        self._sold(7, "2025-05-31")
        grid = self._grid()
        self.assertEqual((grid["year"], grid["this_year"], grid["may_edit"]), (2026, 2026, True))
        self.assertEqual([month["when"] for month in grid["months"]], ["past"] * 5 + ["now"] + ["future"] * 6)
        self.assertEqual(self._cell("user", self.manager, 5), {"value": 100, "fact": 90, "state": "near"})
        self.assertEqual(self._cell("user", self.manager, 4)["state"], "good")
        self.assertEqual(self._cell("user", self.manager, 7), {"value": None, "fact": None, "state": False})
        self.assertEqual(self._cell("company", False, 5)["fact"], 120)
        self.assertEqual(
            self._cell("company", False, 6), {"value": 1000, "fact": 0, "state": False}, "it isn't over"
        )
        self.assertEqual(self._cell("team", self.team, 5)["fact"], 120)
        self._grid(year=2025)
        self.assertEqual(self._cell("user", self.manager, 5)["fact"], 7)
        self._grid(year=2027)
        self.assertEqual(self._cell("user", self.manager, 5)["fact"], None)

    def test_new_clients_and_visits(self):
        kind = self.env["mail.activity.type"].create({"name": "Visit", "is_visit": True})
        activity = self._plan(self.client, "2026-05-01", activity_type_id=kind.id)
        with self._at("2026-05-31 23:30"):
            activity.with_user(self.manager).action_feedback()
        self._sold(1, "2026-05-20")
        self._aim(0, "2026-05-01", user_id=self.manager.id, visits=2, new_clients=1)
        self._grid(figure="visits")
        self.assertEqual(self._cell("user", self.manager, 5), {"value": 2, "fact": 1, "state": "bad"})
        self._grid(figure="new_clients")
        self.assertEqual(self._cell("user", self.manager, 5), {"value": 1, "fact": 1, "state": "good"})
        self.company.resource_calendar_id.tz = "Asia/Vladivostok"
        self._grid(figure="visits")
        self.assertEqual(self._cell("user", self.manager, 6)["fact"], 1)

    def test_a_manager_has_his_own_row(self):
        self._aim(1000, "2026-05-01")
        self._aim(500, "2026-05-01", team_id=self.team.id)
        self._aim(200, "2026-05-01", user_id=self.colleague.id)
        self._sold(90, "2026-05-20")
        grid = self._grid(self.manager)
        self.assertFalse(grid["may_edit"])
        self.assertEqual(
            set(self.rows), {("company", False), ("team", self.team.id), ("user", self.manager.id)}
        )
        self.assertEqual(self._cell("company", False, 5), {"value": 1000, "fact": None, "state": False})
        self.assertEqual(self._cell("team", self.team, 5), {"value": 500, "fact": None, "state": False})
        self.assertEqual(self._cell("user", self.manager, 5)["fact"], 90)

    def test_the_leader_of_a_team(self):
        leader = new_test_user(
            self.env,
            "leader",
            "sales_crm.group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.team.user_id = leader
        self._let_see(leader, self.client)
        self._sold(90, "2026-05-20")
        grid = self._grid(leader)
        self.assertFalse(grid["may_edit"])
        self.assertEqual(self._cell("team", self.team, 5)["fact"], 90)
        self.assertEqual(self._cell("user", self.manager, 5)["fact"], 90)

    def test_a_cell_is_saved(self):
        self.assertEqual(self._set(1234.5, user_id=self.manager.id), 1234.5)
        self.assertEqual(self._set(5, month="2026-06-30", figure="visits", user_id=self.manager.id), 5)
        self._set(7000, team_id=self.team.id)
        self._set(9000)
        targets = self.env["sales.target"].search([("month", "=", "2026-06-01")])
        own = targets.filtered("user_id")
        self.assertEqual((own.amount, own.visits), (1234.5, 5))
        self.assertEqual(targets.filtered("team_id").amount, 7000)
        self.assertEqual((targets - own).filtered(lambda one: not one.team_id).amount, 9000)
        self.assertEqual(self._set(False, user_id=self.manager.id), 0)
        self.assertEqual((own.amount, own.visits), (0, 5))

    def test_who_may_not(self):
        for user in (self.manager, new_test_user(self.env, "clerk", "base.group_user")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._set(1, user, user_id=self.manager.id)
        self.team.user_id = self.manager
        with self.assertRaises(AccessError):
            self._set(1, self.manager, user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self._grid(new_test_user(self.env, "stranger", "base.group_user"))

    def test_what_is_no_target(self):
        for value in (-1, "many", float("nan"), float("inf")):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "a number, 0 or more"):
                self._set(value)
        with self.assertRaisesRegex(UserError, "no targets for this"):
            self._set(1, figure="currency_id")
        with self.assertRaisesRegex(UserError, "no targets for this"):
            self._grid(figure="id")
        with self.assertRaisesRegex(UserError, "between 2000 and 2100"):
            self._set(1, month=False)
        for year in (99999, -1, "2026"):
            with self.subTest(year=year), self.assertRaisesRegex(UserError, "between 2000 and 2100"):
                self._grid(year=year)

    def test_of_the_company_of_the_screen(self):
        second = self._second_company()
        self.head.company_ids += second
        Target = self.env["sales.target"].with_user(self.head)
        Target = Target.with_context(allowed_company_ids=[second.id, self.company.id])
        Target.set_grid("2026-06-01", "amount", 77)
        target = self.env["sales.target"].search([("company_id", "=", second.id)])
        self.assertEqual((target.amount, target.month), (77, date(2026, 6, 1)))
        self._grid()
        self.assertEqual(self._cell("company", False, 6)["value"], None)

    def test_queries_do_not_grow(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted, self._at("2026-06-15 12:00"):
                self.env["sales.target"].with_user(self.head).get_grid(2026)
            return counted.queries

        self._aim(1, "2026-02-01", user_id=self.manager.id)
        self._sold(1, "2026-02-02")
        count()
        few = count()
        for number in range(1, 5):
            user = new_test_user(
                self.env,
                f"recruit_{number}",
                "sales_crm.group_manager",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            team = self.env["crm.team"].create({"name": f"Team {number}", "member_ids": user.ids})
            self._aim(1, f"2026-0{number}-01", user_id=user.id)
            self._aim(1, f"2026-0{number}-01", team_id=team.id)
            self._sold(1, f"2026-0{number}-02", user=user)
        count()
        self.assertEqual(count(), few)
