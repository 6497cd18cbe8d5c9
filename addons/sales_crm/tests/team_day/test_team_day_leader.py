from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..plan.test_activity_report import MONDAY, TUESDAY, ActivityReportCommon


@tagged("post_install", "-at_install")
class TestTeamDayLeader(ActivityReportCommon):
    """Who leads a team without being a head sees the day of his team, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = new_test_user(cls.env, "leader", "sales_crm.group_manager", tz="UTC", lang="en_US")
        cls.team.member_ids -= cls.colleague
        cls.small_team = cls.env["crm.team"].create(
            {
                "name": "Small team",
                "user_id": cls.leader.id,
                "member_ids": [Command.set((cls.leader | cls.colleague).ids)],
            }
        )
        cls.beta = cls._create_client("Beta", cls.colleague)
        cls.seen = cls._create_client("Seen", cls.colleague)
        cls._let_see(cls.leader, cls.seen)

    def _team_day(self, moment=f"{MONDAY} 16:00", user=None, **kwargs):
        with self._at(moment):
            return self.env["sales.team.day"].with_user(user or self.leader).get_team_day(**kwargs)

    def _menus(self, user):
        return self.env["ir.ui.menu"].with_user(user).load_menus(False)

    def test_his_team_only(self):
        self._plan(self.client, MONDAY)
        self._plan(self.beta, MONDAY, self.colleague)
        self._run_morning(f"{MONDAY} 08:30")
        for day in (
            self._team_day(),
            self._team_day(f"{TUESDAY} 07:00", date=MONDAY),
            self._team_day(period="week"),
        ):
            self.assertEqual({line["id"] for line in day["managers"]}, {self.leader.id, self.colleague.id})
            self.assertEqual(day["total"]["figures"]["planned"], 1)
        rows = self._team_day(part="planned", user_id=self.manager.id)["tasks"]
        self.assertFalse(rows, "Not of his team, though asked for by name")
        self.assertEqual(len(self._team_day(part="planned")["tasks"]), 1)
        self.assertEqual(self._team_day(user=self.head)["total"]["figures"]["planned"], 2)

    def test_clients_that_he_may_not_see(self):
        hidden = self._plan(self.beta, MONDAY, self.colleague, summary="Secret")
        shown = self._plan(self.seen, MONDAY, self.colleague, summary="Prices")
        self._run_morning(f"{MONDAY} 08:30")
        rows = {row["id"]: row for row in self._team_day(part="planned")["tasks"]}
        self.assertEqual((rows[hidden.id]["client"], rows[hidden.id]["summary"]), (False, ""))
        self.assertEqual(rows[shown.id]["client"]["name"], "Seen")
        self.assertEqual(rows[shown.id]["summary"], "Prices")
        self.assertFalse(any(row["selectable"] for row in rows.values()), "Their work is the head's to give")
        self._finish(hidden, f"{MONDAY} 10:00")
        self._cancel(shown, f"{MONDAY} 11:00")
        day = self._team_day(part="done")
        line = next(line for line in day["managers"] if line["id"] == self.colleague.id)
        self.assertEqual((line["last"]["time"], line["last"]["client"]), ("10:00", ""))
        self.assertNotIn("Beta", str(day))
        self.assertNotIn("Secret", str(day))
        self.assertEqual(day["tasks"][0]["result"], "", "What came of it is the client's")

    def test_work_stays_the_heads_to_give(self):
        activity = self._plan(self.seen, MONDAY, self.colleague)
        for method, argument in (
            ("sales_bulk_reassign", self.leader.id),
            ("sales_bulk_move", TUESDAY),
            ("sales_bulk_cancel", "Because"),
            ("sales_bulk_hidden", self.leader.id),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                getattr(activity.with_user(self.leader), method)(argument)

    def test_menu(self):
        menu = self.env.ref("sales_crm.menu_team_day").id
        for user, seen in ((self.leader, True), (self.head, True), (self.manager, False)):
            self.assertEqual(menu in self._menus(user), seen, user.login)
        self.small_team.user_id = self.manager
        for user, seen in ((self.leader, False), (self.manager, True)):
            self.assertEqual(menu in self._menus(user), seen, user.login)

    def test_leader_no_more(self):
        self.small_team.action_archive()
        with self.assertRaises(AccessError):
            self._team_day()

    def test_leader_who_does_not_work_in_sales(self):
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        self.small_team.user_id = stranger
        with self.assertRaises(AccessError):
            self._team_day(user=stranger)

    def test_former_member(self):
        self._plan(self.beta, MONDAY, self.colleague)
        self._run_morning(f"{MONDAY} 08:30")
        self.small_team.member_ids = [Command.set(self.leader.ids)]
        self.assertEqual([line["id"] for line in self._team_day()["managers"]], self.leader.ids)

    def test_he_hears_of_changes(self):
        self.env.cr.precommit.clear()
        self._plan(self.beta, MONDAY, self.colleague)
        values = self.env.cr.precommit.data.get("bus.bus.values", [])
        told = [
            str(value["channel"]) for value in values if "sales_team_day/changed" in str(value["message"])
        ]
        self.assertEqual(len(told), 2)
        self.assertTrue(any("res.partner" in channel for channel in told), told)
