from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ...tools.months import period_before
from ..counting import Counted
from ..performance.test_performance_report import PerformanceCase


class DeskCase(PerformanceCase):
    """Sales of two managers, this year and the year before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_target_measure = "invoiced"
        (cls.client | cls.other_client).write({"birthdate_date": False})

    def _desk(self, user=None, **options):
        self.env.invalidate_all()
        Desk = self.env["sales.desk"].with_user(user or self.head)
        return Desk.with_context(allowed_company_ids=self.company.ids).get_desk(options)

    def _open(self, figure, user=None, value=False, **options):
        Desk = self.env["sales.desk"].with_user(user or self.head)
        Desk = Desk.with_context(allowed_company_ids=self.company.ids)
        return Desk.get_desk_action(figure, options, value)

    def _bill_of(self, user, amount, client, day):
        return self._bill(amount, client=client, days_ago=(self.today - day).days, invoice_user_id=user.id)

    def _bill_both(self):
        """This month: 300 of the manager, 200 of his colleague; a year before 100 and 400."""
        before = self.today - relativedelta(years=1)
        self._bill_of(self.manager, 300, self.client, self.today)
        self._bill_of(self.colleague, 200, self.other_client, self.today)
        self._bill_of(self.manager, 100, self.client, before)
        self._bill_of(self.colleague, 400, self.other_client, before)


@tagged("post_install", "-at_install")
class TestDesk(DeskCase):
    def test_sales_of_two_years(self):
        self._bill_both()
        sales = self._desk()["sales"]
        self.assertEqual((sales["amount"], sales["before"]), (500, 500))
        self.assertEqual(sales["growth"], 0)
        self.assertEqual(len(sales["months"]), 12)
        last = sales["months"][-1]
        self.assertEqual((last["amount"], last["before"]), (500, 500))
        self.assertEqual(last["month"], str(self.today.replace(day=1)))
        self.assertEqual([client["id"] for client in sales["top"]], [self.client.id, self.other_client.id])
        [falling] = sales["falling"]
        self.assertEqual(
            falling,
            {
                "id": self.other_client.id,
                "name": self.other_client.name,
                "amount": 200,
                "before": 400,
                "change": -50,
            },
        )

    def test_the_same_days_of_the_year_before(self):
        """What was sold later in the month a year before isn't compared with."""
        _first, last = period_before(self.today.replace(day=1), self.today)
        self._bill_of(self.manager, 70, self.client, last + timedelta(days=1))
        self.assertEqual(self._desk()["sales"]["before"], 0)
        self._bill_of(self.manager, 5, self.client, last)
        self.assertEqual(self._desk()["sales"]["before"], 5)

    def test_february(self):
        """The last day of whole months is compared with the last day, whatever its number."""
        for day, before in {
            "2028-02-29": "2027-02-28",
            "2029-02-28": "2028-02-29",
            "2028-02-28": "2027-02-28",
            "2027-03-31": "2026-03-31",
            "2027-06-15": "2026-06-15",
        }.items():
            last = date.fromisoformat(day)
            self.assertEqual(period_before(last.replace(day=1), last)[1], date.fromisoformat(before), day)

    def test_who_sees_what(self):
        self._bill_both()
        head, mine, his = self._desk(), self._desk(self.manager), self._desk(self.colleague)
        self.assertEqual(head["debt"]["debt"], 1000)
        self.assertEqual((mine["sales"]["amount"], mine["sales"]["before"]), (300, 100))
        self.assertEqual((his["sales"]["amount"], his["sales"]["before"]), (200, 400))
        self.assertEqual(mine["debt"]["debt"], 400)
        self.assertEqual([*mine["debt"]["by_user"]], [self.manager.id])
        self.assertEqual([row["user_id"] for row in mine["target"]["rows"]], [self.manager.id])
        told = repr(mine)
        self.assertNotIn(self.other_client.name, told)
        self.assertNotIn(self.colleague.name, told)
        self.assertFalse(mine["teams"])
        self.assertNotIn("exports", [line["name"] for line in mine["attention"]])
        self.assertIn("exports", [line["name"] for line in head["attention"]])

    def test_a_granted_client_is_not_ones_own(self):
        """Who may see a colleague's client has his own figures on the desk nevertheless."""
        self._bill_both()
        self._let_see(self.manager, self.other_client)
        mine = self._desk(self.manager)
        self.assertEqual(mine["sales"]["amount"], 300)
        self.assertEqual(mine["debt"]["debt"], 400)
        self.assertEqual([client["id"] for client in mine["sales"]["top"]], [self.client.id])

    def test_a_team(self):
        self._bill_both()
        team = self.env["crm.team"].create(
            {
                "name": "Shops",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.colleague.ids)],
            }
        )
        desk = self._desk(team_id=team.id)
        self.assertEqual(desk["sales"]["amount"], 200)
        self.assertEqual(desk["debt"]["debt"], 600)
        self.assertIn({"id": team.id, "name": "Shops"}, desk["teams"])
        self.assertEqual(desk["options"]["team_id"], team.id)
        # A manager's options don't matter
        self.assertEqual(self._desk(self.manager, team_id=team.id)["sales"]["amount"], 300)

    def test_place(self):
        self._bill_both()
        self.assertEqual(self._desk(self.manager)["place"]["place"], 1)
        place = self._desk(self.colleague)["place"]
        self.assertEqual(place["place"], 2)
        self.assertGreaterEqual(place["of"], 2)
        self.assertNotIn("place", self._desk())

    def test_next_client(self):
        """Who owes comes first; then a broken promise; then who is asleep; then who has no next step."""
        Client = self.env["res.partner"]
        idle = Client.create({"name": "Idle", "is_client": True, "user_id": self.manager.id})
        self.client.no_further_contact_reason = "Closed down"
        self.assertEqual(self._desk(self.manager)["next_client"]["id"], idle.id)
        asleep = Client.create({"name": "Asleep", "is_client": True, "user_id": self.manager.id})
        asleep.is_asleep = True
        self.assertEqual(self._desk(self.manager)["next_client"]["id"], asleep.id)
        promise = self.env["sales.promise"].create(
            {
                "client_id": idle.id,
                "direction": "client",
                "kind": "other",
                "date_due": self.today,
                "user_id": self.manager.id,
            }
        )
        promise.said = "broken"
        self.assertEqual(promise.state, "broken")
        self.assertEqual(self._desk(self.manager)["next_client"]["id"], idle.id)
        self._bill_of(self.manager, 100, self.client, self.today - timedelta(days=50))
        found = self._desk(self.manager)["next_client"]
        self.assertEqual(found["id"], self.client.id)
        self.assertIn("20", found["why"])
        self.assertFalse(self._desk(self.colleague)["next_client"]["id"] == self.client.id)

    def test_periods(self):
        first = self.today.replace(day=1)
        for period, months in (("month", 1), ("quarter", 3), ("year", 12)):
            found = self._desk(period=period, date=str(first))["period"]
            begin, end = (date.fromisoformat(found[name]) for name in ("first", "last"))
            self.assertEqual(begin + relativedelta(months=months) - timedelta(days=1), end)
            self.assertTrue(found["is_current"])
            self.assertEqual(found["end"], str(self.today))
        past = self._desk(date="2025-02-10")["period"]
        self.assertEqual((past["first"], past["end"]), ("2025-02-01", "2025-02-28"))
        coming = self._desk(date=str(self.today + relativedelta(years=1)))
        self.assertTrue(coming["period"]["is_future"])

    def test_the_callers_context_changes_no_figure(self):
        self._bill_both()
        asleep = self.client.copy({"name": "Gone", "user_id": self.manager.id})
        asleep.write({"is_asleep": True, "active": False})
        Desk = self.env["sales.desk"].with_user(self.manager)
        Desk = Desk.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(Desk.with_context(active_test=False).get_desk(), Desk.get_desk())

    def test_bad_input(self):
        for options in (
            {"period": "week"},
            {"date": "tomorrow"},
            {"date": 5},
            {"team_id": 10**8},
            {"team_id": "all"},
        ):
            with self.assertRaises(UserError):
                self._desk(**options)

    def test_for_sales_only(self):
        stranger = new_test_user(self.env, "stranger", "base.group_user", company_id=self.company.id)
        with self.assertRaises(AccessError):
            self._desk(stranger)
        with self.assertRaises(AccessError):
            self._open("debt", stranger)

    def test_in_another_currency(self):
        """Companies in other currencies are converted at today's rate."""
        second = self._second_company()
        other = self.setup_other_currency("EUR", rates=[(str(self.today), 2.0)])
        second.currency_id = other
        self.head.company_ids |= second
        self._bill_of(self.manager, 100, self.client, self.today)
        Desk = self.env["sales.desk"].with_user(self.head)
        Desk = Desk.with_context(allowed_company_ids=(self.company | second).ids)
        rates = Desk._sales_rates_sql()
        self.assertTrue(rates)
        self.assertEqual(Desk.get_desk()["sales"]["amount"], 100)

    def test_constant_queries(self):
        self._bill_both()
        # One environment, held: what it remembers of its user and companies isn't counted
        Desk = self.env["sales.desk"].with_user(self.head)
        Desk = Desk.with_context(allowed_company_ids=self.company.ids)

        def count():
            for _warmed_up in (False, True):
                self.env.invalidate_all()
                with Counted(self.cr) as counted:
                    Desk.get_desk()
            return counted.queries

        few = count()
        for number in range(8):
            manager = new_test_user(
                self.env,
                f"another{number}",
                "sales_crm.group_manager",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            client = self.env["res.partner"].create(
                {"name": f"Another {number}", "is_client": True, "user_id": manager.id}
            )
            self._bill_of(manager, 50, client, self.today)
            self._bill_of(manager, 90, client, self.today - relativedelta(years=1))
        self.assertEqual(count(), few)
