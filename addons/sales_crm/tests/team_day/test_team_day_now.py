from odoo.tests import tagged

from ..counting import Counted
from ..plan.test_activity_report import MONDAY, TUESDAY, WEDNESDAY, ActivityReportCommon


@tagged("post_install", "-at_install")
class TestTeamDayNow(ActivityReportCommon):
    """What a manager is at, what is left of his day, and the sums of his week."""

    def _team_day(self, moment=f"{MONDAY} 16:00", **kwargs):
        with self._at(moment):
            return self.env["sales.team.day"].with_user(self.head).get_team_day(**kwargs)

    def _line(self, day, manager=None):
        return next(line for line in day["managers"] if line["id"] == (manager or self.manager).id)

    def test_last_done(self):
        first, second = self._plan(self.client, MONDAY), self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self.assertFalse(self._line(self._team_day(f"{MONDAY} 09:00"))["last"])
        self._finish(first, f"{MONDAY} 09:30")
        self._finish(second, f"{MONDAY} 10:15")
        last = self._line(self._team_day())["last"]
        self.assertEqual((last["time"], last["client"]), ("10:15", self.client.name))
        self.assertEqual(last["type"], self.call.name)

    def test_what_was_done_by_kind(self):
        visit = self.env["mail.activity.type"].create({"name": "Visit", "is_visit": True})
        mail = self.env.ref("mail.mail_activity_data_email")
        todo = self.env.ref("mail.mail_activity_data_todo")
        planned = self.env["mail.activity"].union(
            self._plan(self.client, MONDAY),
            *(
                self._plan(self.client, MONDAY, activity_type_id=kind.id)
                for kind in (visit, mail, mail, todo)
            ),
        )
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(planned[1:], f"{MONDAY} 10:00")
        figures = self._line(self._team_day())["figures"]
        self.assertEqual((figures["calls"], figures["visits"], figures["mails"]), (0, 1, 2))
        rows = self._team_day(part="mails")["tasks"]
        self.assertEqual({row["id"] for row in rows}, set(planned[2:4].ids))

    def test_hours_left(self):
        """From 8 to 12 and from 13 to 17, as the calendar of the tests has it."""
        begun = self._line(self._team_day(f"{MONDAY} 08:30"))
        whole = begun["hours"]
        self.assertGreater(whole, 0)
        later = self._line(self._team_day(f"{MONDAY} 09:30"))
        self.assertAlmostEqual(whole - later["hours"], 1)
        evening = self._line(self._team_day(f"{MONDAY} 22:00"))
        self.assertEqual((evening["hours"], evening["absent"]), (0, "over"))
        weekend = self._line(self._team_day("2026-11-22 12:00"))
        self.assertEqual((weekend["hours"], weekend["absent"]), (False, "off"))
        self.assertFalse(self._line(self._team_day(date=TUESDAY))["hours"])

    def test_leave(self):
        self._take_leave(self.manager, MONDAY)
        day = self._team_day(f"{MONDAY} 10:00")
        self.assertEqual((self._line(day)["hours"], self._line(day)["absent"]), (False, "leave"))
        self.assertFalse(self._line(day, self.colleague)["absent"])

    def test_week(self):
        urgent = self._plan(self.client, MONDAY, priority="1")
        done, moved, late = (self._plan(self.client, MONDAY) for _n in range(3))
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(done, f"{MONDAY} 10:00")
        self._move(moved, f"{MONDAY} 11:00", WEDNESDAY)
        self._run_morning(f"{TUESDAY} 08:30")
        self._finish(late | self._plan(self.client, "2026-11-30"), f"{TUESDAY} 10:00")
        week = self._team_day(f"{TUESDAY} 16:00", period="week")
        self.assertEqual((week["first"], week["last"]), ("2026-11-23", "2026-11-29"))
        line = self._line(week)
        # Monday: done, moved, the urgent one carried, the late one done on Tuesday; Tuesday: two carried in
        expected = {"planned": 6, "done": 2, "late": 1, "left": 1, "urgent": 2, "moved": 1, "carried": 1}
        expected |= {"carried_in": 2, "unplanned": 1, "calls": 3}
        self.assertEqual({part: count for part, count in line["figures"].items() if count}, expected)
        self.assertEqual(line["share"], 33)
        self.assertEqual(week["total"]["figures"], line["figures"])
        self.assertFalse(week["tasks"])
        self.assertTrue(urgent.active)
        before = self._team_day(f"{TUESDAY} 16:00", period="week", date="2026-11-16")
        self.assertEqual(sum(self._line(before)["figures"].values()), 0)

    def test_queries_of_a_week(self):
        def ask():
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self._team_day(f"{TUESDAY} 16:00", period="week")
            return counted.queries

        self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        ask()
        few = ask()
        for day in (TUESDAY, WEDNESDAY):
            for _n in range(5):
                self._plan(self.client, day)
            self._run_morning(f"{day} 08:30")
        self.assertEqual(ask(), few)
