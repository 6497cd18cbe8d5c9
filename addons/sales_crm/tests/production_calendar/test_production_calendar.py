from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ...tools.production_calendar import official_days, transfers_known
from ..common import SalesCrmCommon
from ..counting import Counted

SATURDAY = date(2027, 2, 20)  # worked for Monday the 22nd, says the Russian government


class CalendarCase(SalesCrmCommon):
    """A Russian company in Moscow, in November 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Day = cls.env["sales.calendar.day"]
        cls.company.country_id = cls.env.ref("base.ru")
        cls.company.partner_id.lang = "en_US"
        cls.calendar.tz = "Europe/Moscow"
        cls.head.tz = cls.manager.tz = "Europe/Moscow"
        cls._fill()

    @classmethod
    def _fill(cls, company=None, now=datetime(2026, 11, 28, 10)):
        with patch("odoo.fields.Datetime.now", return_value=now):
            (company or cls.company)._sales_fill_calendar()

    def _day(self, day, company=None):
        return self.Day.search([("company_id", "=", (company or self.company).id), ("date", "=", day)])

    def _days(self, who, first, last):
        return who._sales_workdays(first, last)[who].days

    def _enter(self, day, kind="working", **values):
        """As the head enters a day in the list."""
        return self.Day.with_user(self.head).create({"date": day, "kind": kind, **values})


@tagged("post_install", "-at_install")
class TestOfficialDays(CalendarCase):
    """What comes from the package, and what stays of what was entered by hand."""

    def test_the_russian_years(self):
        for year in (2025, 2026, 2027):
            days = self._days(self.company, date(year, 1, 1), date(year, 12, 31))
            self.assertEqual(len(days), 247, year)
            self.assertEqual(len(self._days(self.manager, date(year, 1, 1), date(year, 12, 31))), 247)
            self.assertTrue(transfers_known("RU", year))
        self.assertEqual(self._day(date(2026, 1, 9)).kind, "holiday", "transferred from Saturday the 3rd")
        self.assertFalse(self.manager._sales_is_workday(date(2026, 1, 9)))
        self.assertTrue(self.manager._sales_is_workday(date(2026, 1, 12)))
        self.assertTrue(self.manager._sales_is_workday(SATURDAY))
        self.assertFalse(self.manager._sales_is_workday(date(2027, 2, 22)))
        self.assertEqual(self._day(SATURDAY).as_on, date(2027, 2, 22))

    def test_what_is_not_known_is_said(self):
        self.assertEqual(self._day(date(2028, 1, 1)).note, "No transfers of 2028 are known: check by hand.")
        own = [("company_id", "=", self.company.id), ("to_check", "=", True)]
        self.assertEqual(self.Day.search_count(own), 1)
        day = self._day(date(2028, 1, 1)).with_user(self.head)
        day.to_check = False
        self._fill()
        self.assertFalse(day.note, "it has been checked")
        for country, last in (("BY", 2026), ("KZ", 2025)):
            self.assertTrue(transfers_known(country, last))
            self.assertFalse(transfers_known(country, last + 1))

    def test_names_are_in_the_companys_language(self):
        self.assertEqual(official_days("RU", 2026, True)[date(2026, 6, 12)].name, "День России")
        self.assertEqual(
            official_days("KZ", 2025, True)[date(2025, 1, 3)].name, "Выходной (перенесено с 05.01.2025)"
        )
        self.assertEqual(self._day(date(2026, 6, 12)).name, "Russia Day")
        for year in range(2024, 2030):
            for country in ("RU", "BY", "KZ"):
                names = {day.name for day in official_days(country, year, True).values()}
                self.assertFalse([name for name in names if any("a" <= letter <= "z" for letter in name)])

    def test_again_changes_nothing(self):
        days = self.Day.search([("company_id", "=", self.company.id)])
        before = days.read(["write_date", "kind", "name", "source", "as_on"]), days.leave_ids
        with patch.object(type(self.Day), "write", side_effect=AssertionError("nothing has changed")):
            self._fill()
        self.assertEqual(self.Day.search([("company_id", "=", self.company.id)]), days)
        self.assertEqual(
            (days.read(["write_date", "kind", "name", "source", "as_on"]), days.leave_ids), before
        )

    def test_the_years_go_on(self):
        self.assertFalse(self._day(date(2029, 1, 1)))
        self._fill(now=datetime(2027, 1, 1, 10))
        self.assertTrue(self._day(date(2029, 1, 1)).to_check)
        self.assertTrue(self._day(date(2025, 1, 1)), "what has been stays")

    def test_what_was_changed_by_hand_stays(self):
        november = self._day(date(2026, 11, 4)).with_user(self.head)
        november.kind = "usual"
        entered = self._enter(date(2026, 12, 5))
        self.assertEqual(november.source, "hand")
        self._fill()
        self.assertEqual(november.kind, "usual")
        self.assertTrue(self.manager._sales_is_workday(november.date))
        self.assertFalse(november.sudo().leave_ids)
        self.assertTrue(entered.exists())
        self.assertTrue(self.manager._sales_is_workday(entered.date))
        november.unlink()
        self._fill()
        self.assertEqual(self._day(date(2026, 11, 4)).kind, "holiday", "official again")

    def test_an_official_day_is_not_deleted(self):
        day = self._day(date(2026, 11, 4)).with_user(self.head)
        with self.assertRaisesRegex(UserError, "would come back"):
            day.unlink()

    def test_a_day_of_another_country_goes(self):
        hand = self._enter(date(2026, 12, 5))
        self.company.country_id = self.env.ref("base.by")
        self._fill()
        self.assertFalse(self._day(date(2026, 2, 23)), "Belarus works then")
        self.assertTrue(self.manager._sales_is_workday(date(2026, 4, 25)), "a Saturday of Belarus")
        self.assertTrue(hand.exists())
        self.company.country_id = self.env.ref("base.de")
        self._fill()
        self.assertEqual(self.Day.search([("company_id", "=", self.company.id)]), hand)

    def test_two_companies_of_two_countries(self):
        other = self.env["res.company"].create(
            {"name": "Kazakh Branch", "country_id": self.env.ref("base.kz").id}
        )
        other.resource_calendar_id.tz = "Asia/Almaty"
        worker = new_test_user(
            self.env,
            "worker_kz",
            "sales_crm.group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.env["res.company"].search([("id", "in", (other | self.company).ids)])._sales_fill_calendar()
        self._fill(other)
        independence, russia = date(2026, 12, 16), date(2026, 6, 12)
        self.assertFalse(worker._sales_is_workday(independence))
        self.assertTrue(self.manager._sales_is_workday(independence))
        self.assertTrue(worker._sales_is_workday(russia))
        self.assertFalse(self.manager._sales_is_workday(russia))
        self.assertTrue(self._day(date(2026, 1, 1), other).to_check)
        self.assertFalse(self._day(date(2026, 1, 1)).to_check)
        leaves = self.Day.search([("company_id", "=", other.id), ("kind", "=", "holiday")]).leave_ids
        self.assertEqual(leaves.company_id, other)
        self.assertFalse(self.Day.with_user(self.head).search([("company_id", "=", other.id)]))

    def test_a_new_company_has_its_calendar_at_once(self):
        company = self.env["res.company"].create({"name": "New", "country_id": self.env.ref("base.ru").id})
        company._sales_localize()
        self.assertTrue(self.Day.search_count([("company_id", "=", company.id)]) > 70)

    def test_a_manager_reads_and_changes_nothing(self):
        day = self._day(SATURDAY).with_user(self.manager)
        self.assertEqual(day.kind, "working")
        with self.assertRaises(AccessError):
            day.kind = "holiday"
        with self.assertRaises(AccessError):
            self.Day.with_user(self.manager).create({"date": date(2026, 12, 5)})
        with self.assertRaises(AccessError):
            self._enter(date(2026, 12, 5)).source = "package"


@tagged("post_install", "-at_install")
class TestWorkByTheCalendar(CalendarCase):
    """Who works on a day that the calendar names, and what follows from it."""

    def _calendar(self, weekdays, **values):
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Own week",
                "tz": "Europe/Moscow",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {"name": "Work", "dayofweek": str(day), "hour_from": 7 + day, "hour_to": 18}
                        )
                        for day in weekdays
                    ),
                ],
                **values,
            }
        )
        self.manager._sales_create_resources()
        self.manager._sales_resource().calendar_id = calendar
        return calendar

    def _start(self, day):
        return self.manager._sales_work_starts(day, day)[self.manager].get(day)

    def test_the_hours_are_those_of_the_day_that_it_is_worked_for(self):
        self._calendar([0, 4])
        self.assertEqual(self._start(SATURDAY).hour, 7, "as on Monday")
        self.assertEqual(self._enter(date(2026, 12, 5)).as_on, date(2026, 12, 4))
        self.assertEqual(self._start(date(2026, 12, 5)).hour, 11, "as on Friday")
        self.assertEqual(self._enter(date(2026, 12, 13)).as_on, date(2026, 12, 11), "a Sunday")

    def test_who_does_not_work_on_that_day_works_by_his_week(self):
        self._calendar([1, 2, 3])
        self.assertFalse(self._start(SATURDAY), "his Monday is no day of work")
        self._calendar([5, 6, 0, 1, 2])
        self.assertEqual(self._start(SATURDAY).hour, 12, "as on his Saturdays")
        self.assertFalse(self._start(date(2027, 5, 9)), "a holiday, his Sunday")

    def test_by_a_flexible_calendar_as_the_company(self):
        self._calendar([], flexible_hours=True, hours_per_day=8, full_time_required_hours=40)
        self.assertEqual(self._start(SATURDAY).hour, 8)
        self.assertFalse(self._start(date(2027, 2, 22)))

    def test_a_company_without_a_calendar_has_holidays(self):
        self.company.resource_calendar_id = False
        self.assertFalse(self.manager._sales_is_workday(date(2026, 1, 9)))
        self.assertFalse(self.manager._sales_workday_start(date(2026, 1, 9)))
        self.assertTrue(self.manager._sales_workday_start(date(2026, 1, 10)))

    def test_a_holiday_is_a_day_where_one_is(self):
        """The company's midnight is nine in the morning in Kamchatka."""
        for zone in ("Asia/Kamchatka", "Europe/Kaliningrad"):
            self.manager.tz = zone
            days = self._days(self.manager, date(2026, 1, 1), date(2026, 12, 31))
            self.assertEqual(len(days), 247, zone)
            self.assertEqual(self._start(date(2026, 1, 12)).hour, 8)

    def test_a_leave_on_a_working_saturday(self):
        self.manager._sales_create_resources()
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.manager._sales_resource().id,
                "date_from": datetime(2027, 2, 19, 21),
                "date_to": datetime(2027, 2, 20, 20, 59, 59),
            }
        )
        self.assertFalse(self.manager._sales_is_workday(SATURDAY))
        self.assertTrue(self.colleague._sales_is_workday(SATURDAY))

    def test_carried_over_new_years_holidays(self):
        activity = self._plan(self.client, date(2027, 12, 30), user=self.manager)
        self._run_morning("2027-12-30 08:00")
        for moment in ("2027-12-31 08:00", "2028-01-03 08:00", "2028-01-07 08:00"):
            self._run_morning(moment)
            self.assertEqual(activity.date_deadline, date(2027, 12, 30), moment)
        self._run_morning("2028-01-10 08:00")
        self.assertEqual(activity.date_deadline, date(2028, 1, 10))
        self.assertEqual(activity.carry_count, 1)

    def test_carried_over_to_a_working_saturday(self):
        activity = self._plan(self.client, date(2027, 2, 19), user=self.manager)
        self._run_morning("2027-02-20 08:00")
        self.assertEqual(activity.date_deadline, SATURDAY)

    def test_quick_dates_and_next_days(self):
        with self._at("2025-12-30 12:00"):
            dates = self.manager._sales_quick_dates()
            self.assertEqual(dates["tomorrow"], {"date": "2025-12-31", "working": False})
            self.assertEqual(dates["in_3_workdays"], {"date": "2026-01-14", "working": True})
            self.assertEqual(self.manager._sales_next_workday(), date(2026, 1, 12))
        with self._at("2026-01-12 12:00"):
            back = self.company._sales_workdays_back(1)[self.company]
            self.assertEqual(back[1] + timedelta(hours=3), datetime(2025, 12, 30))

    def test_queries_do_not_grow(self):
        users = self.manager | self.colleague
        for number in range(8):
            users |= new_test_user(self.env, f"worker_{number}", "sales_crm.group_manager", tz="Asia/Omsk")

        def queries(users):
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.registry.clear_cache()
            for user in users:
                user._sales_today()
            with Counted(self.cr) as counted:
                users._sales_workdays(date(2026, 1, 1), date(2027, 12, 31))
            return counted.queries

        queries(users)
        self.assertEqual(queries(users), queries(self.manager))


@tagged("post_install", "-at_install")
class TestPublicHolidays(CalendarCase):
    """Core sees the holidays, and both say the same."""

    def _core_works(self, day):
        self.manager._sales_create_resources()
        resource = self.manager._sales_resource()
        zone = self.manager._sales_timezone()
        begin = zone.localize(datetime.combine(day, datetime.min.time()))
        work = resource.calendar_id._work_intervals_batch(begin, begin + timedelta(days=1), resource)
        return bool(work[resource.id])

    def test_core_sees_holidays(self):
        self.assertFalse(self._core_works(date(2026, 1, 9)))
        self.assertTrue(self._core_works(date(2026, 1, 12)))
        leave = self._day(date(2026, 1, 9)).leave_ids
        self.assertEqual(leave.company_id, self.company)
        self.assertFalse(leave.calendar_id or leave.resource_id)
        self.assertEqual(leave.date_from, datetime(2026, 1, 8, 21))

    def test_both_follow_a_change(self):
        day = self._enter(date(2026, 12, 7), "holiday", name="The firm's birthday")
        self.assertEqual(day.sudo().leave_ids.name, "The firm's birthday")
        self.assertFalse(self._core_works(date(2026, 12, 7)))
        day.write({"date": date(2026, 12, 8), "name": "Birthday"})
        self.assertTrue(self._core_works(date(2026, 12, 7)))
        self.assertFalse(self._core_works(date(2026, 12, 8)))
        self.assertEqual(day.sudo().leave_ids.name, "Birthday")
        leave = day.sudo().leave_ids
        day.unlink()
        self.assertFalse(leave.exists())
        self.assertTrue(self._core_works(date(2026, 12, 8)))
        self.assertTrue(self.manager._sales_is_workday(date(2026, 12, 8)))

    def test_the_copy_is_not_changed_by_itself(self):
        leave = self._day(date(2026, 1, 9)).leave_ids.with_user(self.head)
        with self.assertRaisesRegex(ValidationError, "production calendar"):
            leave.date_to = datetime(2026, 1, 20)
        with self.assertRaisesRegex(UserError, "production calendar"):
            leave.unlink()
        by_hand = (
            self.env["resource.calendar.leaves"]
            .with_user(self.head)
            .create(
                {
                    "name": "Repairs",
                    "date_from": datetime(2026, 12, 1),
                    "date_to": datetime(2026, 12, 1, 20, 59),
                }
            )
        )
        by_hand.date_to = datetime(2026, 12, 2)
        by_hand.unlink()

    def test_it_follows_the_companys_time_zone(self):
        self.calendar.tz = "Asia/Vladivostok"
        self._fill()
        self.assertEqual(self._day(date(2026, 1, 9)).leave_ids.date_from, datetime(2026, 1, 8, 14))

    def test_a_working_day_names_another_day(self):
        with self.assertRaises(ValidationError):
            self._day(SATURDAY).with_user(self.head).as_on = SATURDAY
