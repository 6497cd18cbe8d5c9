from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..counting import Counted
from ..performance.test_performance_report import PerformanceCase

# June 2026 begins on a Monday and has 22 working days, the 15th is the 11th of them. June 2025 begins on a
# Sunday and has 21; the 11th of them is the 16th.
JUNE = ("2026-06-01", "2026-06-30")
TODAY = date(2026, 6, 15)


class TargetCase(PerformanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Five days", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.sales_target_measure = "ordered"
        cls.team.company_id = False

    @classmethod
    def _sold(cls, amount, day, client=None, user=None, **values):
        order = cls._sell(1, client, price=amount, user_id=(user or cls.manager).id, **values)
        order.date_order = f"{day} 12:00:00"
        return order

    @classmethod
    def _aim(cls, amount, month="2026-06-01", **values):
        return cls.env["sales.target"].create(
            {"company_id": cls.company.id, "month": month, "amount": amount, **values}
        )

    def _count(self, user=None, period=JUNE, today=TODAY, **options):
        self.env.invalidate_all()
        Target = self.env["sales.target"].with_user(user or self.head)
        found = Target._progress(*period, today=today, **options)
        self.rows = {row["user_id"]: row for row in found["rows"]}
        self.total = found["total"]
        return found

    def _row(self, user=None, **options):
        self._count(user, **options)
        return self.rows[self.manager.id]


@tagged("post_install", "-at_install")
class TestTargetProgress(TargetCase):
    """Each figure as it is counted by hand."""

    def test_a_month_half_gone(self):
        self._aim(2000, user_id=self.manager.id, new_clients=3, visits=4)
        self._sold(300, "2026-06-01")
        self._sold(800, "2026-06-15")
        self._sold(500, "2025-06-16")
        self._sold(700, "2025-06-17")
        row = self._row()
        self.assertEqual((row["target"], row["fact"], row["percent"]), (2000, 1100, 55))
        self.assertEqual((row["working_days"], row["working_days_gone"]), (22, 11))
        self.assertEqual(row["forecast"], 2200, "1 100 in 11 days, 11 days more")
        self.assertEqual((row["last_year"], row["last_year_to_date"]), (1200, 500))
        self.assertEqual(row["growth"], 120)
        self.assertEqual(row["missing"], 460, "1 200 and 30 % less 1 100")
        self.assertEqual(row["missing_deals"], 1, "the last 12 months' orders: 300, 800 and 700")
        self.assertEqual((row["new_clients_target"], row["visits_target"]), (3, 4))
        self.assertEqual(self.rows[self.colleague.id]["target"], None)

    def test_what_is_returned(self):
        found = self._count()
        self.assertEqual(found["measure"], "ordered_amount")
        self.assertEqual(found["currency_id"], self.company.currency_id.id)
        self.assertEqual(found["no_rate"], [])
        self.assertEqual(
            set(found["total"]),
            {
                *("target", "fact", "percent", "forecast", "last_year", "last_year_to_date", "growth"),
                *("missing", "missing_deals", "working_days", "working_days_gone"),
                *("new_clients", "new_clients_target", "visits", "visits_target"),
            },
        )
        self.assertEqual(set(self.rows), {self.manager.id, self.colleague.id})
        self.assertEqual(self.total["growth"], None)
        self.assertEqual(self.total["missing_deals"], None)

    def test_missing_in_deals(self):
        self._sold(1000, "2025-06-02")
        self._sold(100, "2025-09-02")
        self._sold(200, "2025-10-02")
        row = self._row()
        self.assertEqual((row["missing"], row["missing_deals"]), (1300, 9), "1 300 / 150")

    # ------------------------------------------------------
    # Forecast
    # ------------------------------------------------------

    def _deal(self, amount, stage, closing="2026-06-25", **values):
        return self.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "partner_id": self.client.id,
                "user_id": self.manager.id,
                "company_id": self.company.id,
                "stage_id": stage.id,
                "expected_revenue": amount,
                "date_deadline": closing,
                **values,
            }
        )

    def test_open_deals_by_the_conversion_of_their_stage(self):
        first, second = self.env["crm.stage"].create(
            [{"name": name, "sequence": 3 + number} for number, name in enumerate(("First", "Second"))]
        )
        won = self.env["crm.stage"].create({"name": "Won", "is_won": True, "sequence": 99})
        with self._at("2026-03-02 12:00"):
            # On the first stage 4, of which 1 is won; on the second 2, of which 1 is won
            lost = [self._deal(1, first) for _number in range(3)]
            winner = self._deal(1, first)
            winner.stage_id = second
            lost[0].stage_id = second
            self.env.flush_all()
            winner.stage_id = won
            for deal in lost:
                deal.action_set_lost(lost_reason_id=self.env["crm.lost.reason"].create({"name": "No"}).id)
            self.env.flush_all()
        self._sold(110, "2026-06-01")
        self._deal(1000, first)
        self._deal(2000, second)
        self._deal(5000, second, "2026-07-01")
        row = self._row()
        self.assertEqual(row["forecast"], 110 + 250 + 1000, "more than another 110 at the speed till now")
        self.assertEqual(self.total["forecast"], 1360)
        self.assertEqual(self._row(self.manager)["forecast"], 1360, "the manager is told the same")
        self.assertEqual(self._row(today=date(2026, 7, 1))["forecast"], 110, "the month is over")
        self._sold(10890, "2026-06-02")
        self.assertEqual(self._row()["forecast"], 22000, "at this speed deals bring no more")

    def test_a_stage_that_nothing_is_known_of(self):
        stage = self.env["crm.stage"].create({"name": "New", "sequence": 3})
        deal = self._deal(1000, stage)
        deal.probability = 30
        self.assertEqual(self._row()["forecast"], 300)

    # ------------------------------------------------------
    # Whose
    # ------------------------------------------------------

    def test_who_sees_whom(self):
        self._aim(100, user_id=self.manager.id)
        self._aim(200, user_id=self.colleague.id)
        self._aim(1000)
        self._sold(50, "2026-06-02")
        self._sold(80, "2026-06-02", self.other_client, self.colleague)
        self._count(self.manager)
        self.assertEqual(set(self.rows), {self.manager.id})
        self.assertEqual((self.total["target"], self.total["fact"]), (100, 50), "not the company's")
        self._count(self.head)
        self.assertEqual((self.total["target"], self.total["fact"]), (1000, 130))
        self.assertEqual(sum(row["fact"] for row in self.rows.values()), 130)
        self._let_see(self.manager, self.other_client)
        self._count(self.manager)
        self.assertEqual((set(self.rows), self.total["fact"]), ({self.manager.id}, 50))

    def test_the_leader_of_a_team(self):
        leader = new_test_user(
            self.env,
            "leader",
            "sales_crm.group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.team.user_id = leader
        self._aim(100, user_id=self.manager.id)
        self._aim(500, team_id=self.team.id)
        self._sold(50, "2026-06-02")
        self._let_see(leader, self.client)
        self._count(leader)
        self.assertEqual(set(self.rows), {leader.id, self.manager.id, self.colleague.id})
        self.assertEqual((self.total["target"], self.total["fact"]), (100, 50))
        self._count(leader, team=self.team)
        self.assertEqual((self.total["target"], self.total["fact"]), (500, 50))

    def test_a_team(self):
        self._aim(100, user_id=self.manager.id)
        self._aim(200, user_id=self.colleague.id)
        self._aim(900)
        self.team.member_ids = self.manager
        self._sold(50, "2026-06-02")
        self._sold(80, "2026-06-02", self.other_client, self.colleague)
        self._count(team=self.team)
        self.assertEqual(set(self.rows), {self.manager.id})
        self.assertEqual((self.total["target"], self.total["fact"]), (100, 50))
        self._aim(700, team_id=self.team.id)
        self._count(team=self.team)
        self.assertEqual(self.total["target"], 700)
        self.team.member_ids = False
        self._count(team=self.team)
        self.assertEqual((self.rows, self.total["fact"]), ({}, 0))

    def test_the_total_of_a_month_without_a_target_of_the_company(self):
        self._aim(100, user_id=self.manager.id)
        self._aim(200, user_id=self.colleague.id)
        self._aim(5000, team_id=self.team.id)
        self._aim(1000, "2026-07-01")
        self._count(period=("2026-06-01", "2026-07-31"))
        self.assertEqual(self.total["target"], 1300)

    def test_sold_without_a_manager(self):
        order = self._sold(70, "2026-06-02")
        order.user_id = False
        self._count()
        self.assertEqual((self.rows[False]["fact"], self.total["fact"]), (70, 70))

    def test_a_client_given_away(self):
        """The sale stays the seller's; he no longer sees it, as he doesn't see the client."""
        self._sold(50, "2026-06-02")
        self.client.user_id = self.colleague
        self.assertEqual(self._row()["fact"], 50)
        self.assertEqual(self._row(self.manager)["fact"], 0)

    # ------------------------------------------------------
    # New clients and visits
    # ------------------------------------------------------

    def test_new_clients(self):
        new, old = (self._create_client(name, self.manager) for name in ("New", "Old"))
        third = self._create_client("Third", self.colleague)
        for client in new | old | third:
            self._contract(client, credit_limit=10**9, overdue_tolerance_days=9999)
        self._sold(1, "2026-06-30", new)
        self._sold(1, "2026-06-30", new, self.colleague)
        self._sold(1, "2026-05-31", old)
        self._sold(1, "2026-06-03", old)
        self._sold(1, "2026-06-03", third, self.colleague)
        self._count()
        self.assertEqual(self.rows[self.manager.id]["new_clients"], 1)
        self.assertEqual(self.rows[self.colleague.id]["new_clients"], 1)
        self.assertEqual(self.total["new_clients"], 2)
        self.assertEqual(self._row(self.manager)["new_clients"], 1)

    def test_visits(self):
        self.company.resource_calendar_id.tz = "Asia/Vladivostok"
        kind = self.env["mail.activity.type"].create({"name": "Visit", "is_visit": True})
        moments = ("2026-05-31 13:59", "2026-05-31 14:00", "2026-06-30 13:59", "2026-06-30 14:00")
        for moment in moments:
            for activity_type in (kind, self.call):
                activity = self._plan(self.client, "2026-06-01", activity_type_id=activity_type.id)
                with self._at(moment):
                    activity.with_user(self.manager).action_feedback()
        self._plan(self.client, "2026-06-01", activity_type_id=kind.id)  # to be done
        self.assertEqual((self._row()["visits"], self.total["visits"]), (2, 2))
        self.assertEqual(self._row(self.manager)["visits"], 2)

    # ------------------------------------------------------
    # Periods and days
    # ------------------------------------------------------

    def test_a_part_of_a_month(self):
        self._aim(2200, user_id=self.manager.id, visits=22)
        self._aim(2300, "2026-07-01", user_id=self.manager.id)
        row = self._row(period=("2026-06-15", "2026-07-05"))
        self.assertEqual(row["target"], 1200 + 300, "12 of 22 working days, 3 of 23")
        self.assertEqual(row["visits_target"], 12)

    def test_who_joined_in_the_middle_of_the_month(self):
        """His target is what was set: whoever set it knew when he comes."""
        recruit = new_test_user(
            self.env,
            "recruit",
            "sales_crm.group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.env.cr.execute("UPDATE res_users SET create_date = '2026-06-15' WHERE id = %s", [recruit.id])
        self._aim(500, user_id=recruit.id)
        self._count()
        row = self.rows[recruit.id]
        self.assertEqual((row["target"], row["working_days"]), (500, 22))

    def test_his_own_working_days(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": "2026-06-12 00:00:00",
                "date_to": "2026-06-12 23:59:59",
            }
        )
        self.manager._sales_create_resources()
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "resource_id": self.manager._sales_resource().id,
                "date_from": "2026-06-01 00:00:00",
                "date_to": "2026-06-05 23:59:59",
            }
        )
        self._sold(500, "2026-06-15")
        row = self._row()
        self.assertEqual((row["working_days"], row["working_days_gone"]), (16, 5))
        self.assertEqual(row["forecast"], 1600)
        self.assertEqual((self.total["working_days"], self.total["working_days_gone"]), (21, 10))
        self.assertEqual(self.total["forecast"], 1050)

    def test_a_month_without_a_working_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "date_from": "2026-06-01 00:00:00",
                "date_to": "2026-06-30 23:59:59",
            }
        )
        self._aim(3000, user_id=self.manager.id)
        self._sold(400, "2026-06-03")
        self._sold(100, "2025-06-15")
        self._sold(100, "2025-06-16")
        row = self._row()
        self.assertEqual((row["working_days"], row["working_days_gone"]), (0, 0))
        self.assertEqual((row["forecast"], row["last_year_to_date"], row["growth"]), (400, 100, 300))
        self.assertEqual(row["target"], 3000)
        row = self._row(period=("2026-06-01", "2026-06-10"))
        self.assertEqual(row["target"], 1000, "10 of 30 days")

    def test_a_target_of_nothing(self):
        self._aim(0, user_id=self.manager.id)
        self._sold(400, "2026-06-03")
        row = self._row()
        self.assertEqual((row["target"], row["percent"], row["new_clients_target"]), (0, None, 0))

    def test_the_29th_of_february(self):
        self._sold(100, "2024-02-29")
        self._sold(50, "2025-02-28")
        row = self._row(period=("2025-02-01", "2025-02-28"), today=date(2025, 2, 28))
        self.assertEqual((row["fact"], row["last_year"], row["last_year_to_date"]), (50, 100, 100))
        row = self._row(period=("2024-02-29", "2024-02-29"), today=date(2024, 3, 1))
        self.assertEqual((row["fact"], row["last_year"]), (100, 0))
        self._sold(70, "2027-02-28")
        row = self._row(period=("2028-02-29", "2028-02-29"), today=date(2028, 3, 1))
        self.assertEqual(row["last_year"], 70)

    def test_before_the_period_and_after_it(self):
        self._sold(100, "2025-06-30")
        row = self._row(today=date(2026, 5, 31))
        self.assertEqual((row["working_days_gone"], row["last_year_to_date"], row["growth"]), (0, 0, None))
        self.assertEqual(row["missing"], 130)
        row = self._row(today=date(2026, 7, 20))
        self.assertEqual((row["working_days_gone"], row["last_year_to_date"], row["growth"]), (22, 100, -100))

    def test_a_period_that_ends_before_it_begins(self):
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            self._count(period=("2026-06-30", "2026-06-01"))
        with self.assertRaisesRegex(UserError, "Choose the first and the last day"):
            self._count(period=(False, "2026-06-01"))

    # ------------------------------------------------------
    # Currencies and companies
    # ------------------------------------------------------

    def test_a_document_without_a_rate(self):
        money = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        prices = self.env["product.pricelist"].create({"name": "Q", "currency_id": money.id})
        self._sold(100, "2026-06-03", pricelist_id=prices.id)
        self.assertEqual(self._count()["no_rate"], ["QQQ"])
        self.assertEqual(self.total["fact"], 100)

    def test_two_companies(self):
        euro = self.setup_other_currency("EUR", rates=[("2020-01-01", 2.0), ("2026-06-15", 4.0)])
        second = self._second_company()
        second.currency_id = euro
        self.head.company_ids += second
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "company_id": second.id,
                "name": "2026-06-10",
                "rate": 0.2,
            }
        )
        self._aim(1000)
        self._aim(100, company_id=second.id)
        both = [self.company.id, second.id]
        found = self._both(both)
        self.assertEqual(found["total"]["target"], 1000 + 100 / 4)
        self.assertEqual(self._both(both[:1])["total"]["target"], 1000)
        self.assertEqual(self._both(both[::-1])["total"]["target"], 100 + 1000 * 5)

    def _both(self, companies):
        Target = self.env["sales.target"].with_user(self.head).with_context(allowed_company_ids=companies)
        return Target._progress(*JUNE, today=TODAY)

    def test_a_company_whose_currency_has_no_rate(self):
        money = self.env["res.currency"].create({"name": "QQQ", "symbol": "Q"})
        second = self._second_company()
        second.currency_id = money
        self.head.company_ids += second
        own = self.company.currency_id
        self.env["res.currency.rate"].search([("currency_id", "=", own.id)]).unlink()
        with self.assertRaisesRegex(UserError, "no rate between QQQ"):
            self._both([self.company.id, second.id])

    # ------------------------------------------------------
    # Measures and queries
    # ------------------------------------------------------

    def test_each_measure(self):
        order = self._sold(100, "2026-06-02")
        invoice = order._create_invoices()
        invoice.invoice_line_ids.price_unit = 60
        invoice.invoice_date = "2026-06-03"
        invoice.action_post()
        self._settle(invoice, 20, payment_date="2026-06-04")
        for measure, amount in (("ordered", 100), ("invoiced", 60), ("paid", 20)):
            self.company.sales_target_measure = measure
            self.assertEqual(self._row()["fact"], amount, measure)

    def test_queries_do_not_grow(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self.env["sales.target"].with_user(self.head)._progress(*JUNE, today=TODAY)
            return counted.queries

        self._sold(1, "2026-06-02")
        self._sold(1, "2025-06-02")
        self._aim(100, user_id=self.manager.id)
        count()
        few = count()
        for number in range(4):
            user = new_test_user(
                self.env,
                f"recruit_{number}",
                "sales_crm.group_manager",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            client = self._create_client(f"Client {number}", user)
            self._contract(client, credit_limit=10**9, overdue_tolerance_days=9999)
            self._aim(100, user_id=user.id)
            for day in ("2026-06-02", "2026-06-03", "2025-06-02"):
                self._sold(1, day, client, user)
        count()
        self.assertEqual(count(), few)
