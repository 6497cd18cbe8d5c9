import io
from ast import literal_eval
from datetime import date, timedelta

import pytz
from lxml import etree
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import new_test_user, tagged

from ..chance import dice_of
from ..common import SalesCrmCommon

MONDAY = "2026-11-23"
TUESDAY = "2026-11-24"
WEDNESDAY = "2026-11-25"
COUNTS = (
    *("planned_count", "done_count", "done_late_count", "carried_count", "moved_count"),
    *("cancelled_count", "reassigned_count", "open_count", "unplanned_count"),
)


class ActivityReportCommon(SalesCrmCommon):
    def _finish(self, activities, moment, user=None):
        with self._at(moment):
            for activity in activities:
                activity.with_user(user or activity.user_id).action_finish(self.outcome.id)

    def _move(self, activities, moment, day):
        with self._at(moment):
            for activity in activities:
                activity.with_user(activity.user_id).action_move(day)

    def _cancel(self, activities, moment, reason="The shop is closed"):
        with self._at(moment):
            activities.with_user(activities[0].user_id).action_cancel_with_reason(reason)

    def _take_leave(self, user, day):
        self.env["res.users"]._action_managers_working_time()
        resource = user._sales_resource()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": f"{day} 00:00:00",
                "date_to": f"{day} 23:59:59",
            }
        )

    def _figures(self, user=None, viewer=None, day=MONDAY):
        """:return: dict of the sums that ``viewer`` sees of ``user`` on ``day``, without the zeros"""
        domain = [("date", "=", day), ("user_id", "=", (user or self.manager).id)]
        Report = self.env["sales.activity.report"].with_user(viewer or self.head)
        [sums] = Report._read_group(domain, [], [f"{name}:sum" for name in COUNTS])
        return {
            name.removesuffix("_count"): number for name, number in zip(COUNTS, sums, strict=True) if number
        }

    def _results(self, activity, viewer=None):
        """:return: dict day -> result"""
        self.env["sales.activity.report"].invalidate_model()
        rows = (
            self.env["sales.activity.report"]
            .with_user(viewer or self.head)
            .search([("activity_id", "=", activity.id)])
        )
        return {str(row.date): row.result for row in rows}


@tagged("post_install", "-at_install")
class TestActivityReport(ActivityReportCommon):
    def test_example_of_300(self):
        """Five managers, 30 clients each, two activities with each client. One does 41 of 60, moves 10 in
        the evening, cancels 3, the head gives 4 to a colleague, 2 are left; the next day he is off."""
        managers = self.manager | self.colleague
        for number in range(3):
            login = f"manager_{number}"
            managers |= new_test_user(self.env, login, "sales_crm.group_manager", tz="UTC", lang="en_US")
        plans = {}
        for manager in managers:
            clients = self.env["res.partner"].create(
                [
                    {
                        "name": f"{manager.login} {n}",
                        "is_company": True,
                        "is_client": True,
                        "user_id": manager.id,
                    }
                    for n in range(30)
                ]
            )
            plans[manager] = self.env["mail.activity"].union(
                *(self._plan(client, MONDAY, manager) for client in clients for _twice in range(2))
            )
        self._run_morning(f"{MONDAY} 08:30")
        plan = plans[self.manager]
        others = managers - self.manager
        self._let_see(others[0], plan.client_id)
        self._take_leave(self.manager, TUESDAY)
        self.assertEqual(len(self.env["sales.plan.line"].search([("date", "=", MONDAY)])), 300)
        self._finish(plan[:41], f"{MONDAY} 12:00")
        self._move(plan[41:51], f"{MONDAY} 18:00", TUESDAY)
        self._cancel(plan[51:54], f"{MONDAY} 18:10")
        for number, manager in enumerate(others):
            self._finish(plans[manager][: 60 - number], f"{MONDAY} 15:00")
        with self._at(f"{MONDAY} 18:20"):
            plan[54:58].with_user(self.head).sales_bulk_reassign(others[0].id)
        evening = {"planned": 60, "done": 41, "moved": 10, "cancelled": 3, "reassigned": 4, "open": 2}
        self.assertEqual(self._figures(), evening)
        self.assertEqual(self._figures(others[0]), {"planned": 64, "done": 60, "open": 4})
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._figures(), evening, "He is off: nothing of his is carried")
        self.assertFalse(self._figures(day=TUESDAY))
        self.assertEqual(self._figures(others[0]), {"planned": 64, "done": 60, "carried": 4})
        self.assertEqual(self._figures(others[0], day=TUESDAY), {"planned": 4, "open": 4})
        self._run_morning(f"{WEDNESDAY} 08:30")
        night = {"planned": 60, "done": 41, "moved": 10, "cancelled": 3, "reassigned": 4, "carried": 2}
        self.assertEqual(self._figures(), night)
        self.assertEqual(self._figures(day=WEDNESDAY), {"planned": 12, "open": 12})
        self.assertEqual(plan[41].carry_count, 0, "Moved to a day off, it comes back as planned")
        self._finish(plan[41:44] | plan[58:60], f"{WEDNESDAY} 10:00")
        self.assertEqual(
            self._figures(),
            {"planned": 60, "done": 41, "done_late": 5, "moved": 7, "cancelled": 3, "reassigned": 4},
            "What was done on Wednesday is late for Monday",
        )
        self.assertEqual(self._figures(day=WEDNESDAY), {"planned": 12, "done": 5, "open": 7})
        # 41 + 60 + 59 + 58 + 57 of 300 and the 4 that were given
        Report = self.env["sales.activity.report"].with_user(self.head)
        domain = [("date", "=", MONDAY)]
        [(planned, done, share)] = Report._read_group(
            domain, [], ["planned_count:sum", "done_count:sum", "done_share:avg"]
        )
        self.assertEqual((planned, done), (304, 275))
        self.assertAlmostEqual(share, 275 / 304)
        shares = dict(Report._read_group(domain, ["user_id"], ["done_share:avg"]))
        self.assertAlmostEqual(shares[self.manager], 41 / 60)
        self.assertAlmostEqual(shares[others[3]], 57 / 60)

    def test_moving_by_hand_does_not_improve_the_score(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._move(activity, f"{MONDAY} 18:00", TUESDAY)
        self.assertEqual(self._results(activity), {MONDAY: "moved"})
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._results(activity), {MONDAY: "moved", TUESDAY: "open"})
        self._run_morning("2026-11-25 08:30")
        self.assertEqual(self._results(activity), {MONDAY: "moved", TUESDAY: "carried", "2026-11-25": "open"})

    def test_nor_does_a_date_of_the_past(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        with self._at(f"{MONDAY} 18:00"):
            activity.with_user(self.manager).date_deadline = "2026-11-20"
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._results(activity), {MONDAY: "carried", TUESDAY: "open"})

    def test_nor_deleting(self):
        """What is about no client was planned all the same: it stays, as cancelled."""
        todo, done = self._plan(self.team, MONDAY), self._plan(self.team, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(done, f"{MONDAY} 10:00", self.env.user)
        (todo | done).unlink()
        self.assertEqual((todo | done).mapped("activity_state_final"), ["cancelled", "done"])
        self.env.flush_all()
        self.assertEqual(self._figures(), {"planned": 2, "done": 1, "cancelled": 1})

    def test_nor_done_and_reopened(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(activity, f"{MONDAY} 18:00")
        self.assertEqual(self._results(activity), {MONDAY: "done"})
        with self._at(f"{MONDAY} 18:05"):
            activity.active = True
        self.assertEqual(self._results(activity), {MONDAY: "open"})

    def test_result_is_not_written_by_hand(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        line = self.env["sales.plan.line"].search([("activity_id", "=", activity.id)])
        for user in (self.manager, self.head):
            with self.assertRaises(AccessError):
                line.with_user(user).result = "done"
            with self.assertRaises(AccessError):
                activity.with_user(user).unplanned_date = MONDAY

    def test_days_are_those_of_the_manager(self):
        """23:30 in Vladivostok is 13:30 UTC, and 00:30 is 14:30 UTC of the same day."""
        self.manager.tz = "Asia/Vladivostok"
        in_time, late = self._plan(self.client, MONDAY), self._plan(self.client, MONDAY)
        self._run_morning("2026-11-22 22:30")
        self._finish(in_time, f"{MONDAY} 13:30")
        self._finish(late, f"{MONDAY} 14:30")
        self.assertEqual(self._results(in_time), {MONDAY: "done"})
        self.assertEqual(self._results(late), {MONDAY: "done_late"})

    def test_west_of_utc(self):
        self.manager.tz = "America/New_York"
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 13:30")
        self._finish(activity, f"{TUESDAY} 03:00")
        self.assertEqual(self._results(activity), {MONDAY: "done"}, "It is Monday evening in New York")

    def test_time_zone_of_the_companys_calendar(self):
        self.manager.tz = False
        self.calendar.tz = "Asia/Vladivostok"
        activity = self._plan(self.client, MONDAY)
        self._run_morning("2026-11-22 22:30")
        self._finish(activity, f"{MONDAY} 14:30")
        self.assertEqual(self._results(activity), {MONDAY: "done_late"})

    def test_server_down_for_days(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning("2026-11-26 08:30")
        self.assertEqual(self._results(activity), {MONDAY: "carried", "2026-11-26": "open"})

    def test_expired_is_cancelled_and_what_stays_is_open(self):
        kinds = self.env["mail.activity.type"].create(
            [{"name": policy, "carry_policy": policy} for policy in ("expire", "leave")]
        )
        expiring, staying = (self._plan(self.client, MONDAY, activity_type_id=kind.id) for kind in kinds)
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning(f"{TUESDAY} 08:30")
        self.assertEqual(self._results(expiring), {MONDAY: "cancelled"})
        self.assertEqual(self._results(staying), {MONDAY: "open"})
        self._finish(staying, f"{TUESDAY} 10:00")
        self.assertEqual(
            self._results(staying),
            {MONDAY: "done_late", TUESDAY: "unplanned"},
            "It stayed on Monday, so it was not in Tuesday's plan",
        )

    def test_cancelled_with_its_reason(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._cancel(activity, f"{MONDAY} 10:00")
        row = self.env["sales.activity.report"].search([("activity_id", "=", activity.id)])
        self.assertEqual((row.result, row.cancel_reason), ("cancelled", "The shop is closed"))

    def test_carried_and_cancelled_later(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._run_morning(f"{TUESDAY} 08:30")
        self._cancel(activity, f"{TUESDAY} 10:00")
        self.assertEqual(self._results(activity), {MONDAY: "carried", TUESDAY: "cancelled"})

    # ------------------------------------------------------
    # Unplanned
    # ------------------------------------------------------

    def test_unplanned(self):
        self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        added, ahead = self._plan(self.client, MONDAY), self._plan(self.client, "2026-11-30")
        self._finish(added | ahead, f"{MONDAY} 10:00")
        self.assertEqual(self._figures(), {"planned": 1, "open": 1, "unplanned": 2})
        self.assertEqual(self._results(ahead), {MONDAY: "unplanned"})
        [(share,)] = self.env["sales.activity.report"]._read_group(
            [("date", "=", MONDAY), ("user_id", "=", self.manager.id)], [], ["done_share:avg"]
        )
        self.assertEqual(share, 0, "Work beside the plan does not improve the share")
        with self._at(f"{MONDAY} 11:00"):
            ahead.active = True
        self.assertFalse(self._results(ahead))

    def test_nothing_is_unplanned_without_a_plan(self):
        activity = self._plan(self.client, MONDAY)
        self._finish(activity, "2026-11-22 10:00")
        self.assertFalse(self._results(activity), "On Sunday nothing was frozen")

    def test_early_bird(self):
        """Done before the plan was frozen: what was due that day is planned, the rest is not."""
        due, ahead = self._plan(self.client, MONDAY), self._plan(self.client, "2026-11-30")
        self._finish(due | ahead, f"{MONDAY} 07:30")
        self.assertFalse(self._figures())
        self._run_morning(f"{MONDAY} 08:30")
        self.assertEqual(self._figures(), {"planned": 1, "done": 1, "unplanned": 1})

    def test_done_by_a_colleague(self):
        """It was planned and done: the plan has it; for the colleague it is work beside his plan."""
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._let_see(self.colleague, self.client)
        self._finish(activity, f"{MONDAY} 10:00", self.colleague)
        self.assertEqual(self._figures(), {"planned": 1, "done": 1})
        self.assertEqual(self._figures(self.colleague), {"unplanned": 1})

    # ------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------

    def _seen(self, viewer):
        Report = self.env["sales.activity.report"].with_user(viewer)
        return set(Report.search([("date", "=", MONDAY)]).activity_id.ids)

    def test_by_role(self):
        beta = self._create_client("Beta", self.colleague)
        mine, theirs = self._plan(self.client, MONDAY), self._plan(beta, MONDAY, self.colleague)
        self._run_morning(f"{MONDAY} 08:30")
        extra = self._plan(beta, MONDAY, self.colleague)
        self._finish(extra, f"{MONDAY} 10:00")
        self.assertEqual(self._seen(self.manager), set(mine.ids))
        self.assertEqual(self._seen(self.colleague), set((theirs | extra).ids))
        self.assertEqual(self._seen(self.head), set((mine | theirs | extra).ids))
        self.assertFalse(self._figures(self.colleague, viewer=self.manager))
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self._seen(stranger)
        row = self.env["sales.activity.report"].search([("activity_id", "=", extra.id)])
        with self.assertRaises(AccessError):
            row.with_user(self.manager).read(["client_id"])
        self.assertEqual(row.with_user(self.head).read(["result"])[0]["result"], "unplanned")

    def test_a_client_handed_over(self):
        """His rows go out of sight with him; the head sees them where they were."""
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(activity, f"{MONDAY} 10:00")
        self.client.user_id = self.colleague
        self.assertFalse(self._seen(self.manager))
        self.assertFalse(self._seen(self.colleague), "It was no work of his")
        self.assertEqual(self._figures(), {"planned": 1, "done": 1})

    def test_another_company(self):
        activity = self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        other = self.env["res.company"].create({"name": "Other"})
        foreigner = new_test_user(
            self.env,
            "foreign_head",
            "sales_crm.group_head",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertTrue(self._results(activity))
        self.assertFalse(self._results(activity, foreigner))

    # ------------------------------------------------------
    # Reading
    # ------------------------------------------------------

    def test_groups_of_the_views(self):
        self.client.client_class = "A"
        visit = self.env.ref("sales_crm.mail_activity_type_visit")
        done = self._plan(self.client, MONDAY)
        self._plan(self.client, MONDAY, activity_type_id=visit.id, priority="1")
        self._run_morning(f"{MONDAY} 08:30")
        self._finish(done, f"{MONDAY} 10:00")
        Report = self.env["sales.activity.report"].with_user(self.head)
        for groupby, expected in (
            (["activity_type_id"], {self.call: 1.0, visit: 0.0}),
            (["client_class"], {"A": 0.5}),
            (["priority"], {"0": 1.0, "1": 0.0}),
            (["date:day"], {date(2026, 11, 23): 0.5}),
            (["date:week"], {date(2026, 11, 22): 0.5}),
            (["date:month"], {date(2026, 11, 1): 0.5}),
        ):
            with self.subTest(groupby=groupby):
                domain = [("date", "=", MONDAY), ("user_id", "=", self.manager.id)]
                self.assertEqual(dict(Report._read_group(domain, groupby, ["done_share:avg"])), expected)

    def test_results_of_earlier_versions(self):
        """The statement for an update says the same as what was written at the time."""
        activities = [self._plan(self.client, MONDAY) for _n in range(5)]
        self._run_morning(f"{MONDAY} 08:30")
        extra = self._plan(self.client, MONDAY)
        self._finish(activities[0] | extra, f"{MONDAY} 10:00")
        self._move(activities[1], f"{MONDAY} 10:00", "2026-11-30")
        self._cancel(activities[2], f"{MONDAY} 10:00")
        self._run_morning(f"{TUESDAY} 08:30")
        self._finish(activities[3], f"{TUESDAY} 10:00")
        rows = [(row.id, row.result) for row in self.env["sales.activity.report"].search([])]
        self.env.flush_all()
        self.env.cr.execute("UPDATE sales_plan_line SET result = NULL")
        self.env.cr.execute("UPDATE mail_activity SET unplanned_date = NULL")
        self.env.invalidate_all()
        self.env["sales.plan.line"]._init_results()
        self.env["mail.activity"]._init_unplanned()
        self.assertEqual([(row.id, row.result) for row in self.env["sales.activity.report"].search([])], rows)

    def test_xlsx(self):
        self.head.group_ids |= self.env.ref("base.group_allow_export")
        done, _open = self._plan(self.client, MONDAY), self._plan(self.client, MONDAY)
        self._run_morning(f"{MONDAY} 08:30")
        extra = self._plan(self.client, MONDAY)
        self._finish(done | extra, f"{MONDAY} 10:00")
        rows = self.env["sales.activity.report"].search([("user_id", "=", self.manager.id)])
        Xlsx = self.env["report.sales_crm.sales_activity_xlsx"]
        with self.assertRaises(AccessError):
            Xlsx.with_user(self.manager).create_xlsx_report(rows.ids, {})
        content = Xlsx.with_user(self.head).create_xlsx_report(rows.ids, {})[0]
        managers, months, lines = load_workbook(io.BytesIO(content)).worksheets
        expected = ("manager_a", 2, 1, 0, 0, 0, 0, 0, 1, 1, 0.5, 0.5)
        self.assertEqual(tuple(cell.value for cell in managers[2])[1:], expected[1:])
        self.assertEqual(tuple(cell.value for cell in managers[3])[1:], expected[1:])
        self.assertEqual(tuple(cell.value for cell in months[2])[2:], expected[1:])
        self.assertEqual(lines.max_row, 4)
        log = self.env["sales.export.log"].search([("user_id", "=", self.head.id)], limit=1)
        self.assertEqual((log.kind, log.res_model), ("xlsx", "sales.activity.report"))

    def test_this_week_begins_on_its_monday(self):
        """Without "today" a view's day is a moment in UTC: east of Greenwich the day before."""
        for zone in ("Europe/Moscow", "Asia/Vladivostok", "America/Los_Angeles", "UTC"):
            report = self.env["sales.activity.report"].with_context(tz=zone)
            arch = etree.fromstring(report.get_view(view_type="search")["arch"])
            [domain] = arch.xpath("//filter[@name='week']/@domain")
            conditions = Domain(literal_eval(domain)).optimize_full(report).iter_conditions()
            days = sorted(fields.Date.to_date(condition.value) for condition in conditions)
            self.assertEqual([day.weekday() for day in days], [0, 0], zone)
            self.assertEqual(days[1] - days[0], timedelta(days=7))


@tagged("post_install", "-at_install")
class TestActivityReportRecount(ActivityReportCommon):
    """Random weeks, told again in Python from what was done, without a look at the report."""

    maxDiff = None

    def test_equal_to_a_recount(self):
        for seed, dice in dice_of(2, 20):
            with self.subTest(seed=seed):
                login = f"recounted_{seed}"
                self.manager = new_test_user(
                    self.env, login, "sales_crm.group_manager", tz="UTC", lang="en_US"
                )
                self.client = self._create_client(f"Client {seed}", self.manager)
                self._compare(*self._play(dice))

    def _play(self, dice):
        zone = pytz.timezone(dice.choice(["UTC", "Asia/Vladivostok", "America/New_York"]))
        self.manager.tz = zone.zone
        days = [date(2026, 11, 9) + timedelta(days=n) for n in range(12)]
        plans, story = {}, {}
        activities = self.env["mail.activity"].union(
            *(self._plan(self.client, dice.choice(days[:8]), self.manager) for _n in range(25))
        )
        for day in days:
            morning = self._utc(zone, day, 9)
            if day.weekday() < 5 and dice.random() < 0.85:
                self._run_morning(morning)
                for activity in activities:
                    if activity.active and activity.date_deadline < day:
                        raise AssertionError("not carried over")
                plans[day] = activities.filtered(lambda a, d=day: a.active and a.date_deadline == d)
                for activity in plans[day]:
                    story.setdefault(activity, [])
            for hour in (10, 15, 23):
                moment = self._utc(zone, day, hour)
                for activity in activities.filtered("active"):
                    event = self._happen(dice, activity, day, moment)
                    if event:
                        story.setdefault(activity, []).append((day, event))
        return plans, story

    def _happen(self, dice, activity, day, moment):
        """:return: what happens to the activity: ``done``, ``cancelled``, the day it is moved to, or None"""
        event = dice.choice(["done", "moved", "cancelled", *[None] * 12])
        if event == "done":
            self._finish(activity, moment)
        elif event == "cancelled":
            self._cancel(activity, moment)
        elif event == "moved":
            event = day + timedelta(days=dice.randrange(1, 5))
            self._move(activity, moment, event)
        return event

    def _utc(self, zone, day, hour):
        local = zone.localize(fields.Datetime.to_datetime(f"{day} {hour:02}:00:00"))
        return local.astimezone(pytz.utc).strftime("%Y-%m-%d %H:%M")

    def _tell(self, plans, activity, day):
        """:return: what became of the activity that stood in the plan of ``day``"""
        events = self.story.get(activity, [])
        last = events[-1] if events else None
        if last and last[1] == "done":
            return "done" if last[0] == day else "done_late"
        if (day, "cancelled") in events:
            return "cancelled"
        # What came first: the next morning, or somebody's hand
        later = next((event for event in events if event[0] >= day and event[1] != "done"), None)
        if any(day < other <= later[0] if later else day < other for other in plans):
            return "carried"
        if not later:
            return "open"
        return "cancelled" if later[1] == "cancelled" else "moved"

    def _compare(self, plans, story):
        self.story = story
        expected = {
            (str(day), activity.id): self._tell(plans, activity, day)
            for day, planned in plans.items()
            for activity in planned
        }
        for activity, events in story.items():
            for day, event in events:
                if event == "done" and day in plans and activity not in plans[day]:
                    expected[str(day), activity.id] = "unplanned"
        self.env["sales.activity.report"].invalidate_model()
        rows = self.env["sales.activity.report"].search([("client_id", "=", self.client.id)])
        self.assertEqual({(str(row.date), row.activity_id.id): row.result for row in rows}, expected)
        for day in plans:
            for user in (self.manager, self.head):
                figures = self._figures(viewer=user, day=day)
                planned = figures.pop("planned", 0)
                figures.pop("unplanned", 0)
                self.assertEqual(sum(figures.values()), planned, "The parts add up to the plan")
