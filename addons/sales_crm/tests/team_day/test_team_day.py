from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from ..plan.test_activity_report import MONDAY, TUESDAY, ActivityReportCommon


@tagged("post_install", "-at_install")
class TestTeamDay(ActivityReportCommon):
    def _team_day(self, moment=f"{MONDAY} 16:00", user=None, **kwargs):
        with self._at(moment):
            return self.env["sales.team.day"].with_user(user or self.head).get_team_day(**kwargs)

    def _line(self, day, manager=None):
        return next(line for line in day["managers"] if line["id"] == (manager or self.manager).id)

    def _bar(self, line):
        return {status: count for status, count in line["bar"].items() if count}

    def test_for_heads_only(self):
        for login, groups in (("stranger", "base.group_user"), ("seller", "sales_crm.group_manager")):
            user = new_test_user(self.env, login, groups)
            with self.assertRaises(AccessError):
                self._team_day(user=user)
        admin = new_test_user(self.env, "access_admin", "sales_crm.group_admin")
        self.assertTrue(self._team_day(user=admin)["managers"])

    def test_who_has_become_a_head(self):
        """The days for which he had a plan as a manager stay as they were; a head's own plan isn't there."""
        self._plan(self.client, MONDAY)
        self._plan(self.client, MONDAY, self.head)
        self._run_morning(f"{MONDAY} 08:30")
        before = self._team_day(f"{TUESDAY} 07:00", date=MONDAY)
        self.assertEqual(self._line(before)["figures"]["planned"], 1)
        self.manager.group_ids += self.env.ref("sales_crm.group_head")
        after = self._team_day(f"{TUESDAY} 07:00", date=MONDAY)
        self.assertEqual((after["managers"], after["total"]), (before["managers"], before["total"]))
        self.assertNotIn(self.head.id, [line["id"] for line in after["managers"]])
        self._run_morning(f"{TUESDAY} 08:30")
        today = self._team_day(f"{TUESDAY} 09:00", date=TUESDAY)
        self.assertNotIn(self.manager.id, [line["id"] for line in today["managers"]])

    def test_who_was_a_head_then(self):
        """The day of a head stays a head's, though he is a manager now, or has left."""
        second = new_test_user(self.env, "second_head", "sales_crm.group_head", tz=self.manager.tz)
        self._plan(self.client, MONDAY)
        self._plan(self.client, MONDAY, second)
        self._run_morning(f"{MONDAY} 08:30")
        before = self._team_day(f"{TUESDAY} 07:00", date=MONDAY)
        self.assertNotIn(second.id, [line["id"] for line in before["managers"]])
        for group in ("sales_crm.group_manager", "base.group_user"):
            second.group_ids = self.env.ref(group)
            after = self._team_day(f"{TUESDAY} 07:00", date=MONDAY)
            self.assertEqual((after["managers"], after["total"]), (before["managers"], before["total"]))
        second.group_ids = self.env.ref("sales_crm.group_manager")
        self._run_morning(f"{TUESDAY} 08:30")
        today = self._team_day(f"{TUESDAY} 09:00", date=TUESDAY)
        self.assertIn(second.id, [line["id"] for line in today["managers"]])

    def test_unknown_part_and_bad_date(self):
        with self.assertRaises(UserError):
            self._team_day(part="anything")
        with self.assertRaises(ValueError):
            self._team_day(date="tomorrow")

    def test_a_day(self):
        """Ten planned, two of them carried from Friday: what became of each, and what was added."""
        for_friday = self._plan(self.client, "2026-11-20") | self._plan(self.client, "2026-11-20")
        today = self.env["mail.activity"].union(*(self._plan(self.client, MONDAY) for _n in range(8)))
        today[7].datetime_planned = f"{MONDAY} 11:00:00"
        today[6].priority = "1"
        self._run_morning(f"{MONDAY} 08:30")
        added, extra = self._plan(self.client, MONDAY), self._plan(self.client, TUESDAY)
        self._finish(today[:3] | for_friday[0] | extra, f"{MONDAY} 10:00")
        self._move(today[3], f"{MONDAY} 10:00", TUESDAY)
        self._cancel(today[4], f"{MONDAY} 10:00")
        day = self._team_day()
        line = self._line(day)
        self.assertTrue(line["frozen"])
        self.assertEqual(
            line["figures"],
            {
                **{"planned": 10, "done": 4, "late": 1, "left": 5, "urgent": 1, "moved": 1, "carried_in": 2},
                **{"carried": 0, "cancelled": 1, "reassigned": 0, "unplanned": 1},
                **{"calls": 5, "visits": 0, "mails": 0},
            },
        )
        # still open: one of Friday, two of today, one that was added
        self.assertEqual(
            self._bar(line),
            {"done": 4, "unplanned": 1, "open": 4, "late": 1, "moved": 1, "cancelled": 1},
        )
        self.assertEqual(line["share"], 40)
        self.assertEqual(self._bar(self._line(day, self.colleague)), {})
        self.assertIsNone(self._line(day, self.colleague)["share"])
        self.assertEqual(day["total"]["figures"], line["figures"])
        self.assertFalse(day["tasks"])
        rows = self._team_day(part="open")["tasks"]
        self.assertIn(added.id, [row["id"] for row in rows])
        self.assertEqual([row["planned"] for row in rows if row["id"] == added.id], [False])
        [late] = self._team_day(part="late", user_id=self.manager.id)["tasks"]
        self.assertEqual((late["id"], late["time"], late["selectable"]), (today[7].id, "11:00", True))
        [cancelled] = self._team_day(part="cancelled")["tasks"]
        self.assertEqual((cancelled["result"], cancelled["selectable"]), ("The shop is closed", False))
        self.assertFalse(self._team_day(part="late", user_id=self.colleague.id)["tasks"])

    def test_the_lists_are_as_long_as_the_numbers(self):
        today = self.env["mail.activity"].union(*(self._plan(self.client, MONDAY) for _n in range(6)))
        today[5].priority = "1"
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(today[0] | self._plan(self.client, TUESDAY), f"{MONDAY} 10:00")
        self._move(today[1], f"{MONDAY} 10:00", TUESDAY)
        for moment, date in (
            (f"{MONDAY} 16:00", MONDAY),
            (f"{TUESDAY} 16:00", MONDAY),
            (f"{MONDAY} 9:00", TUESDAY),
        ):
            day = self._team_day(moment, date=date)
            for line in day["managers"]:
                for part, count in {**line["bar"], **line["figures"]}.items():
                    if part == "late" and date < day["today"]:
                        count = line["figures"][part]
                    rows = self._team_day(moment, date=date, user_id=line["id"], part=part)["tasks"]
                    self.assertEqual(len(rows), count, (date, part))
                    self.assertTrue(all(row["user"]["id"] == line["id"] for row in rows))

    def test_a_day_that_is_over(self):
        done, carried, late = (self._plan(self.client, MONDAY) for _n in range(3))
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(done, f"{MONDAY} 10:00")
        self._run_morning(f"{TUESDAY} 08:30")
        self._finish(late, f"{TUESDAY} 10:00")
        line = self._line(self._team_day(f"{TUESDAY} 16:00", date=MONDAY))
        self.assertEqual(self._bar(line), {"done": 1, "carried": 1, "done_late": 1})
        self.assertEqual((line["figures"]["planned"], line["figures"]["late"]), (3, 1))
        [row] = self._team_day(f"{TUESDAY} 16:00", date=MONDAY, part="carried")["tasks"]
        self.assertEqual(row["id"], carried.id)

    def test_before_the_plan_is_frozen(self):
        self._plan(self.client, "2026-11-20")
        done, _open = self._plan(self.client, MONDAY), self._plan(self.client, MONDAY)
        self._finish(done, f"{MONDAY} 07:00")
        line = self._line(self._team_day(f"{MONDAY} 07:30"))
        self.assertFalse(line["frozen"])
        self.assertEqual(self._bar(line), {"done": 1, "open": 1, "late": 1})
        self.assertEqual(line["figures"]["planned"], 3)

    def test_who_is_not_at_work(self):
        """What is late is told beside "not begun" before the day begins only; without a plan it goes on."""
        self._plan(self.client, "2026-11-20")
        self.assertEqual(self._line(self._team_day(f"{MONDAY} 07:30"))["absent"], "ahead")
        self.assertFalse(self._line(self._team_day(f"{MONDAY} 09:00"))["absent"])
        self.assertEqual(self._line(self._team_day("2026-11-22 09:00", date="2026-11-22"))["absent"], "off")
        self.assertFalse(self._line(self._team_day(f"{MONDAY} 07:30", date="2026-11-20"))["absent"])

    def test_day_of_the_managers_time_zone(self):
        self.manager.tz = "Asia/Vladivostok"
        activity, extra = self._plan(self.client, MONDAY), self._plan(self.client, MONDAY)
        self._run_morning("2026-11-22 22:30")
        self._finish(activity, "2026-11-22 23:00")
        self._finish(extra, f"{MONDAY} 14:30")
        line = self._line(self._team_day(f"{MONDAY} 15:00", date=MONDAY))
        self.assertEqual(self._bar(line), {"done": 1, "done_late": 1})

    def test_given_to_somebody_else(self):
        activity = self._plan(self.client, MONDAY)
        self._let_see(self.colleague, self.client)
        self._run_morning(f"{MONDAY} 08:30")
        [row] = self._team_day(part="open")["tasks"]
        with self._at(f"{MONDAY} 12:00"):
            done = (
                self.env["mail.activity"]
                .with_user(self.head)
                .browse(row["id"])
                .sales_bulk_reassign(self.colleague.id)
            )
        self.assertEqual(done["done"], 1)
        day = self._team_day()
        self.assertEqual(self._bar(self._line(day)), {"reassigned": 1}, "Planned, and not done")
        self.assertEqual(self._bar(self._line(day, self.colleague)), {"open": 1})
        [row] = self._team_day(part="reassigned")["tasks"]
        self.assertEqual((row["now_with"], row["selectable"]), (self.colleague.name, False))
        self._finish(activity, f"{MONDAY} 15:00")
        day = self._team_day()
        self.assertEqual(self._bar(self._line(day)), {"reassigned": 1})
        self.assertEqual(self._bar(self._line(day, self.colleague)), {"done": 1}, "In his plan since noon")

    def test_work_without_a_client_is_the_managers_own(self):
        self._plan(self.team, MONDAY, summary="Private")
        self._run_morning(f"{MONDAY} 08:30")
        self._plan(self.team, MONDAY, summary="Private as well")
        [row] = self._team_day(part="open")["tasks"]
        self.assertEqual((row["summary"], row["selectable"], row["client"]), ("", False, False))

    def test_managers_of_the_heads_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreigner = new_test_user(
            self.env,
            "foreign",
            "sales_crm.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        ids = [line["id"] for line in self._team_day()["managers"]]
        self.assertIn(self.manager.id, ids)
        self.assertNotIn(foreigner.id, ids)
        self.assertNotIn(self.head.id, ids)

    def test_queries_do_not_grow(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self._team_day(part="planned")
            return counted.queries

        clients = [self._create_client(f"Client {number}", self.manager) for number in range(30)]
        for client in clients[:3]:
            self._plan(client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(self._plan(clients[0], MONDAY), f"{MONDAY} 09:00")
        queries()
        few = queries()
        for client in clients[3:]:
            self._finish(self._plan(client, MONDAY), f"{MONDAY} 10:00")
            self._plan(client, MONDAY, self.colleague)
        self.assertEqual(queries(), few)

    # ------------------------------------------------------
    # It refreshes by itself
    # ------------------------------------------------------

    def _messages(self):
        values = self.env.cr.precommit.data.get("bus.bus.values", [])
        return [value for value in values if "sales_team_day/changed" in str(value["message"])]

    def test_another_main_company(self):
        """A manager of two companies chooses which is his main one: his head sees his day all the same."""
        second = self.env["res.company"].create({"name": "Second"})
        self.manager.company_ids |= second
        self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        before = self._line(self._team_day())
        self.manager.with_user(self.manager).write({"company_id": second.id})
        self.assertEqual(self.manager.company_id, second)
        self.assertEqual(self._line(self._team_day()), before)
        self.assertEqual(self._line(self._team_day(f"{TUESDAY} 07:00", date=MONDAY))["id"], self.manager.id)

    def test_heads_hear_of_changes_once(self):
        activities = self._plan(self.client, MONDAY) | self._plan(self.client, MONDAY)
        self.env.cr.precommit.clear()
        self._finish(activities, f"{MONDAY} 10:00")
        [message] = self._messages()
        self.assertIn("res.groups", str(message["channel"]))
        self.assertNotIn(self.client.name, str(message["message"]), "It says that, not what")
        self.env.cr.precommit.clear()
        activities.write({"summary": "Other words"})
        self.assertFalse(self._messages())

    def test_heads_hear_of_the_morning(self):
        self._plan(self.client, MONDAY)
        self.env.cr.precommit.clear()
        self._run_morning(f"{MONDAY} 08:30")
        self.assertTrue(self._messages())
