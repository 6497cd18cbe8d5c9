from datetime import date, datetime, time, timedelta
from unittest.mock import patch

import pytz

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..chance import dice_of
from ..common import SalesCrmCommon
from ..counting import Counted

MONDAY = date(2026, 11, 23)
ZONES = ["UTC", "Europe/Moscow", "Asia/Vladivostok", "Europe/Berlin", "America/New_York"]


@tagged("post_install", "-at_install")
class TestWorkTime(SalesCrmCommon):
    """Which days are working days, of a user and of a company, and which day it is for them."""

    def _days(self, who, first=MONDAY, last=MONDAY + timedelta(days=6)):
        """:return: the numbers of the days in the month"""
        return [day.day for day in who._sales_workdays(first, last)[who].days]

    def _off(self, first, last, user=None, **values):
        resource = user._sales_resource() if user else self.env["resource.resource"]
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "resource_id": resource.id,
                "date_from": datetime.combine(first, time.min),
                "date_to": datetime.combine(last, time(23, 59, 59)),
                **values,
            }
        )

    def _calendar(self, lines, **values):
        """:param lines: list of (weekday, from, to)"""
        return self.env["resource.calendar"].create(
            {
                "name": "Other",
                "tz": "UTC",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": "Work", "dayofweek": str(weekday), "hour_from": begin, "hour_to": end}
                        )
                        for weekday, begin, end in lines
                    ),
                ],
                **values,
            }
        )

    # ------------------------------------------------------
    # Working days
    # ------------------------------------------------------

    def test_days_of_a_user_and_of_his_company(self):
        self.manager._sales_create_resources()
        self._off(date(2026, 11, 25), date(2026, 11, 25), company_id=self.company.id)
        self._off(date(2026, 11, 26), date(2026, 11, 26), self.manager)
        self.assertEqual(self._days(self.manager), [23, 24, 27])
        self.assertEqual(self._days(self.colleague), [23, 24, 26, 27], "without a resource")
        self.assertEqual(self._days(self.company), [23, 24, 26, 27])
        self.assertFalse(self.manager._sales_is_workday(date(2026, 11, 26)))
        self.assertTrue(self.company._sales_is_workday(date(2026, 11, 26)))

    def test_half_a_day_off_is_a_working_day(self):
        self.manager._sales_create_resources()
        self._off(MONDAY, MONDAY, self.manager, date_to=datetime(2026, 11, 23, 14))
        self.assertTrue(self.manager._sales_is_workday(MONDAY))
        self.assertEqual(self.manager._sales_workday_start(MONDAY), datetime(2026, 11, 23, 14))
        with self._at("2026-11-23 13:00"):
            self.assertFalse(self.manager._sales_workdays_begun())
            self.assertEqual(self.colleague._sales_workdays_begun(), {self.colleague: MONDAY})

    def test_a_day_of_24_hours_off_until_the_last_second(self):
        self.manager._sales_create_resources()
        self.manager._sales_resource().calendar_id = self._calendar([(day, 0, 24) for day in range(7)])
        self._off(MONDAY, MONDAY, self.manager)
        self.assertEqual(self._days(self.manager), [24, 25, 26, 27, 28, 29])

    def test_by_a_flexible_calendar_or_without_one_the_days_are_the_companys(self):
        self.manager._sales_create_resources()
        self._off(date(2026, 11, 25), date(2026, 11, 25), company_id=self.company.id)
        self._off(date(2026, 11, 26), date(2026, 11, 26), self.manager)
        for calendar in (
            self._calendar([], flexible_hours=True, hours_per_day=8, full_time_required_hours=40),
            self.env["resource.calendar"],
        ):
            self.manager._sales_resource().calendar_id = calendar
            self.assertEqual(self._days(self.manager), [23, 24, 27], calendar.name)
            self.assertEqual(self.manager._sales_workday_start(MONDAY), datetime(2026, 11, 23, 8))

    def test_a_company_by_a_flexible_calendar_or_without_one(self):
        self.company.resource_calendar_id = self._calendar([], flexible_hours=True)
        self.assertEqual(self._days(self.company), [23, 24, 25, 26, 27])
        self.assertEqual(self._days(self.manager), [23, 24, 25, 26, 27])
        self.company.resource_calendar_id = False
        self.assertEqual(self._days(self.company), list(range(23, 30)))
        self.assertEqual(self._days(self.manager), list(range(23, 30)))

    def test_every_second_week(self):
        self.calendar.switch_calendar_type()
        self.assertTrue(self.calendar.two_weeks_calendar)
        week = self.env["resource.calendar.attendance"].get_week_type(MONDAY)
        self.calendar.attendance_ids.filtered(
            lambda line: line.week_type == str(week) and line.dayofweek == "4"
        ).unlink()
        days = self._days(self.manager, MONDAY, MONDAY + timedelta(days=13))
        self.assertEqual(days, [23, 24, 25, 26, 30, 1, 2, 3, 4])

    def test_next_and_last_days(self):
        friday = date(2026, 11, 27)
        self.assertEqual(self.manager._sales_next_workday(friday), date(2026, 11, 30))
        self.assertEqual(self.company._sales_next_workday(friday, 3), date(2026, 12, 2))
        with self._at("2026-11-28 12:00"):
            found = (self.manager | self.colleague)._sales_next_workdays()
            self.assertEqual(set(found.values()), {date(2026, 11, 30)})
            back = self.manager._sales_workdays_back(2)[self.manager]
            self.assertEqual([moment.day for moment in back], [27, 26, 25])
        self.company.resource_calendar_id = self._calendar([])
        self.assertFalse(self._days(self.company))
        self.assertEqual(self.company._sales_next_workday(friday), date(2026, 11, 28), "none is known")

    def test_quick_dates(self):
        with self._at("2026-11-26 12:00"):
            dates = self.manager._sales_quick_dates()
        self.assertEqual(dates["tomorrow"], {"date": "2026-11-27", "working": True})
        self.assertEqual(dates["in_2_days"], {"date": "2026-11-28", "working": False})
        self.assertEqual(dates["in_3_workdays"], {"date": "2026-12-01", "working": True})
        self.assertEqual(dates["next_monday"], {"date": "2026-11-30", "working": True})

    def test_a_day_can_be_made_a_working_day(self):
        """As a production calendar does: a Saturday that is worked, for everything that asks."""
        saturday = date(2026, 11, 28)
        Work = type(self.env["sales.work.time"])
        by_calendar = Work._sales_hours

        def hours(self, workers, first, last):
            found = by_calendar(self, workers, first, last)
            for (_calendar, timezone, _company), days in found.items():
                if first <= saturday <= last:
                    days[saturday] = [
                        tuple(
                            timezone.localize(datetime.combine(saturday, hour))
                            for hour in (time(9), time(15))
                        )
                    ]
            return found

        with patch.object(Work, "_sales_hours", hours), self._at("2026-11-28 10:00"):
            self.assertEqual(self._days(self.manager), [23, 24, 25, 26, 27, 28])
            self.assertEqual(self.company._sales_next_workday(date(2026, 11, 27)), saturday)
            self.assertEqual(self.manager._sales_workdays_begun(), {self.manager: saturday})
            self.assertTrue(
                self.manager._sales_has_hours(datetime(2026, 11, 28, 9), datetime(2026, 11, 28, 10))
            )
        self.assertFalse(self.manager._sales_is_workday(saturday))

    def test_the_same_as_core_says(self):
        """Where core and we mean the same: fixed calendars with days off."""
        self.manager._sales_create_resources()
        resource = self.manager._sales_resource()
        for seed, dice in dice_of(5, 60):
            with self.subTest(seed=seed), self.env.cr.savepoint():
                lines = [
                    (day, begin, begin + dice.choice([1, 4, 9.5]))
                    for day in range(7)
                    for begin in (dice.choice([0, 8, 13.25]),)
                    if dice.random() < 0.7
                ]
                zone = pytz.timezone(dice.choice(ZONES))
                self.manager.tz = zone.zone
                resource.calendar_id = self._calendar(lines)
                first = date(2026, 1, 1) + timedelta(days=dice.randrange(365))
                for user in (self.manager, None, self.manager):
                    begin = datetime.combine(first, time.min) + timedelta(hours=dice.randrange(700))
                    self._off(
                        first,
                        first,
                        user,
                        company_id=self.company.id,
                        date_from=begin,
                        date_to=begin + timedelta(hours=dice.randrange(1, 100)),
                    )
                last = first + timedelta(days=30)
                work = resource.calendar_id._work_intervals_batch(
                    zone.localize(datetime.combine(first, time.min)),
                    zone.localize(datetime.combine(last + timedelta(days=1), time.min)),
                    resources=resource,
                    domain=[("time_type", "=", "leave"), ("company_id", "in", [False, self.company.id])],
                    tz=zone,
                )[resource.id]
                expected = {}
                for start, stop, _line in work:
                    if stop > start:
                        expected.setdefault(start.date(), start)
                self.assertEqual(self.manager._sales_work_starts(first, last)[self.manager], expected)

    # ------------------------------------------------------
    # Whose day it is
    # ------------------------------------------------------

    def test_today_is_the_day_of_whom_it_is_asked_for(self):
        self.manager.tz = "Asia/Vladivostok"
        with self._at("2026-11-23 20:00"):
            self.assertEqual(self.manager._sales_today(), date(2026, 11, 24))
            self.assertEqual(self.company._sales_today(), MONDAY)
            self.calendar.tz = "Asia/Vladivostok"
            self.assertEqual(self.company._sales_today(), date(2026, 11, 24))
            self.colleague.tz = False
            self.assertEqual(self.colleague._sales_today(), date(2026, 11, 24), "as his company")
        self.assertEqual(
            self.manager._sales_day_bounds(MONDAY), (datetime(2026, 11, 22, 14), datetime(2026, 11, 23, 14))
        )

    def test_a_company_without_a_calendar_lives_where_its_card_says(self):
        self.company.resource_calendar_id = False
        self.company.partner_id.tz = "UTC"
        self.colleague.tz = False
        with self._at("2026-11-23 20:00"):
            self.assertEqual(self.company._sales_today(), MONDAY)
            self.company.partner_id.tz = "Asia/Vladivostok"
            self.assertEqual(self.company._sales_today(), date(2026, 11, 24))
            self.assertEqual(self.colleague._sales_today(), date(2026, 11, 24))
        self.env.flush_all()
        zones = self.env.execute_query(
            SQL(
                "SELECT zone.tz FROM %s WHERE zone.user_id = %s",
                self.env["res.users"]._sales_zones_sql(),
                self.colleague.id,
            )
        )
        self.assertEqual(zones, [("Asia/Vladivostok",)], "SQL says the same")

    def test_an_activity_has_a_day_of_its_assignee(self):
        """What the server plans at night is planned for the manager's day, not for the server's."""
        self.manager.tz = "Asia/Vladivostok"
        stage = self.env["crm.stage"].create({"name": "Quiet", "max_days": 1, "sequence": 1})
        lead = self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.client.id,
                "user_id": self.manager.id,
                "stage_id": stage.id,
            }
        )
        with self._at("2026-11-23 20:00"):
            lead._mark_stuck()
        self.assertEqual(lead.stuck_since, date(2026, 11, 24))
        self.assertEqual(lead.activity_ids.date_deadline, date(2026, 11, 24))

    def test_a_colleagues_days_are_no_secret(self):
        self.colleague._sales_create_resources()
        self._off(MONDAY, MONDAY, self.colleague)
        seen = self.colleague.with_user(self.manager)
        self.assertFalse(seen._sales_is_workday(MONDAY))
        self.assertEqual(seen._sales_today(), self.colleague._sales_today())

    # ------------------------------------------------------
    # Queries
    # ------------------------------------------------------

    def test_queries_do_not_grow_with_users_calendars_and_zones(self):
        users = self.env["res.users"]
        for number in range(10):
            users |= new_test_user(
                self.env, f"worker_{number}", "sales_crm.group_manager", tz=ZONES[number % len(ZONES)]
            )
        users._sales_create_resources()
        for number, user in enumerate(users):
            user._sales_resource().calendar_id = self._calendar([(number % 5, 8, 17), (5, 8, 17)])
            self._off(MONDAY + timedelta(days=number), MONDAY + timedelta(days=number), user)

        def queries(users):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                users._sales_workdays(MONDAY, MONDAY + timedelta(days=365))
            return counted.queries

        queries(users)
        one = queries(users[0])
        self.assertEqual(queries(users), one)
        self.assertLessEqual(one, 12)
