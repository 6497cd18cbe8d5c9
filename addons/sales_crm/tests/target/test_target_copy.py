from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_target_progress import TargetCase


@tagged("post_install", "-at_install")
class TestTargetCopy(TargetCase):
    """Last year's sales, with a growth, as targets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._sold(1000, "2025-01-15")
        cls._sold(3000, "2025-02-15")
        cls._sold(2000, "2025-02-20", cls.other_client, cls.colleague)
        cls._sold(4000, "2025-06-20", cls.other_client, cls.colleague)
        # Before last year: neither of the two is new
        cls._sold(1, "2024-12-01")
        cls._sold(1, "2024-12-01", cls.other_client, cls.colleague)

    def _copy(self, **values):
        Copy = self.env["sales.target.copy"].with_user(self.head)
        return Copy.create(
            {
                "year": 2026,
                "growth": 0.3,
                "rounding": 0,
                "team_ids": [Command.set(self.team.ids)],
                "user_ids": [Command.set((self.manager | self.colleague).ids)],
                **values,
            }
        )

    def _preview(self, **values):
        """:return: dict name -> dict number of the month -> target, without those of 0"""
        copy = self._copy(**values)
        copy.action_preview()
        return copy, self._of_lines(copy)

    def _of_lines(self, copy):
        found = {}
        for line in copy.line_ids.filtered("amount"):
            found.setdefault(line.whose, {})[line.month.month] = line.amount
        return found

    def test_last_year_and_more(self):
        copy, found = self._preview()
        company = self.company.display_name
        self.assertEqual(
            found,
            {
                company: {1: 1300, 2: 6500, 6: 5200},
                self.team.display_name: {1: 1300, 2: 6500, 6: 5200},
                self.manager.display_name: {1: 1300, 2: 3900},
                self.colleague.display_name: {2: 2600, 6: 5200},
            },
        )
        self.assertEqual(len(copy.line_ids), 48)
        self.assertEqual(set(copy.line_ids.mapped("state")), {"new"})
        self.assertFalse(self.env["sales.target"].search([]), "it is only shown")

    def test_new_clients_and_visits(self):
        """Those of the month a year before and more, rounded up; a newcomer has none."""
        fresh = self.env["res.partner"].create(
            {"name": "Fresh", "is_client": True, "user_id": self.colleague.id, "company_id": False}
        )
        self._sold(10, "2025-03-03", fresh, self.colleague)
        recruit = self._recruit()
        copy = self._copy(user_ids=(self.manager | self.colleague | recruit).ids)
        copy.action_preview()
        found = {
            (line.whose, line.month.month): line.new_clients for line in copy.line_ids if line.new_clients
        }
        names = (self.company.display_name, self.team.display_name, self.colleague.display_name)
        self.assertEqual(found, {(name, 3): 2 for name in names})
        self.assertFalse(any(copy.line_ids.mapped("visits")))
        copy.action_save()
        target = self.env["sales.target"].search(
            [("user_id", "=", self.colleague.id), ("month", "=", "2026-03-01")]
        )
        self.assertEqual((target.new_clients, target.visits), (2, 0))
        target.write({"visits": 7, "new_clients": 1})
        kept = self._copy()
        kept.action_preview()
        line = kept.line_ids.filtered(lambda one: one.user_id == self.colleague and one.month.month == 3)
        self.assertEqual((line.new_clients, line.visits), (1, 7))
        replaced = self._copy(replace=True)
        replaced.action_preview()
        replaced.action_save()
        self.assertEqual((target.new_clients, target.visits), (2, 7))

    def test_the_growth_of_the_settings(self):
        self.company.sales_growth_goal = 0.5
        copy = self.env["sales.target.copy"].with_user(self.head).create({"year": 2026})
        self.assertEqual(copy.growth, 0.5)
        self.assertEqual(copy.user_ids, self.manager | self.colleague)
        self.assertIn(self.team, copy.team_ids)

    def test_rounded_so_that_the_year_is_right(self):
        for month in range(3, 13):
            self._sold(400, f"2025-{month:02}-10")
        _copy, found = self._preview(
            growth=0, rounding=1000, of_company=False, team_ids=False, user_ids=self.manager.ids
        )
        [months] = found.values()
        self.assertEqual(sum(months.values()), 8000)
        self.assertFalse({amount for amount in months.values() if amount % 1000})

    def test_who_has_no_last_year(self):
        recruit = self._recruit()
        _copy, found = self._preview(user_ids=recruit.ids, newcomer_amount=100_000)
        self.assertEqual(found[recruit.display_name], {1: 10_000, 2: 50_000, 6: 40_000})
        everybody = (self.manager | self.colleague | recruit).ids
        _copy, found = self._preview(user_ids=everybody)
        self.assertEqual(sum(found[recruit.display_name].values()), 6500, "the average of the others")

    def test_who_begins_in_the_middle_of_a_month(self):
        recruit = self._recruit()
        # February 2026 has 20 working days, the 16th is the 11th
        _copy, found = self._preview(
            user_ids=recruit.ids, newcomer_amount=100_000, newcomer_date="2026-02-16"
        )
        self.assertEqual(found[recruit.display_name], {2: 25_000, 6: 40_000})

    def test_who_began_in_the_course_of_last_year(self):
        recruit = self._recruit()
        client = self._create_client("Gamma", recruit)
        self._contract(client, credit_limit=10**9, overdue_tolerance_days=9999)
        self._sold(500, "2025-02-27", client, recruit)  # the company: 5 500
        self._sold(1000, "2025-06-10", client, recruit)  # the company: 5 000
        _copy, found = self._preview(user_ids=recruit.ids, growth=0)
        self.assertEqual(found[recruit.display_name], {1: 200, 2: 1100, 6: 1000})

    def test_nobody_has_sold_anything(self):
        recruit = self._recruit()
        _copy, found = self._preview(year=2031, user_ids=recruit.ids, newcomer_amount=1200)
        self.assertEqual(found, {recruit.display_name: dict.fromkeys(range(1, 13), 100)})

    def _recruit(self):
        return new_test_user(
            self.env,
            "recruit",
            "sales_crm.group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_saved_as_corrected(self):
        copy, _found = self._preview(month_from="2", month_to="3")
        line = copy.line_ids.filtered(lambda one: one.user_id == self.manager and one.month.month == 2)
        line.amount = 4321
        action = copy.action_save()
        self.assertEqual((action["tag"], action["params"]), ("sales_crm.target_grid", {"year": 2026}))
        targets = self.env["sales.target"].search([])
        self.assertEqual(len(targets), 8)
        own = targets.filtered(lambda one: one.user_id == self.manager and one.month.month == 2)
        self.assertEqual(own.amount, 4321)

    def test_what_is_set_stays_unless_it_is_replaced(self):
        kept = self._aim(50, "2026-02-01", user_id=self.manager.id, visits=9)
        copy, found = self._preview()
        self.assertEqual(found[self.manager.display_name], {1: 1300, 2: 50})
        self.assertEqual(copy.line_ids.filtered(lambda one: one.state == "keep").set_before, 50)
        copy.action_save()
        self.assertEqual(kept.amount, 50)
        copy, found = self._preview(replace=True)
        self.assertEqual(found[self.manager.display_name], {1: 1300, 2: 3900})
        copy.action_save()
        self.assertEqual((kept.amount, kept.visits), (3900, 9))
        self.assertEqual(self.env["sales.target"].search_count([]), 48)

    def test_set_by_somebody_else_meanwhile(self):
        copy, _found = self._preview()
        meanwhile = self._aim(77, "2026-02-01", user_id=self.manager.id)
        copy.action_save()
        self.assertEqual(meanwhile.amount, 77)

    def test_what_makes_no_sense(self):
        for values, words in (
            ({"month_from": "5", "month_to": "4"}, "before the first one"),
            ({"of_company": False, "team_ids": False, "user_ids": False}, "Choose for whom"),
            ({"growth": -1.5}, "100 %"),
            ({"rounding": -1}, "0 or more"),
            ({"year": 3}, "between 2000 and 2100"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, words):
                self._preview(**values)

    def test_heads_only(self):
        with self.assertRaises(AccessError):
            self.env["sales.target.copy"].with_user(self.manager).create({"year": 2026})
        copy, _found = self._preview()
        with self.assertRaises(AccessError):
            copy.with_user(self.manager).action_save()
