from datetime import date, timedelta

from odoo.tests import tagged

from ...tools.months import month_end, year_before
from ..chance import dice_of, how_many
from ..performance import test_performance_recount as performance


@tagged("post_install", "-at_install")
class TestTargetRecount(performance.TestPerformanceRecount):
    """Facts and last year's, by manager, over random orders, invoices and payments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Five days", "tz": "UTC", "company_id": cls.company.id}
        )

    def _recount(self, measure, first, last):
        """:return: dict user id -> sum of what was noted"""
        found = {}
        for (name, _company, _client, user, day, _product), amount in self.ledger.items():
            if name == measure and first <= day <= last:
                found[user.id] = found.get(user.id, 0) + float(amount)
        return found

    def _new_clients(self, first, last):
        firsts = {}
        for name, company, client, _user, day, _product in self.ledger:
            if name in ("ordered", "invoiced"):
                firsts[client, company] = min(day, firsts.get((client, company), day))
        return sum(first <= day <= last for day in firsts.values())

    def _counted_progress(self, first, last, today):
        Target = self.env["sales.target"].with_user(self.head)
        Target = Target.with_context(allowed_company_ids=self.companies.ids)
        return Target._progress(first, last, today=today)

    def _check(self, measure, first, last):
        found = self._counted_progress(first, last, self.today)
        told = self._recount(measure, first, last)
        for row in found["rows"]:
            self.assertAlmostEqual(row["fact"], told.pop(row["user_id"], 0), 2)
        self.assertFalse({user for user, amount in told.items() if round(amount, 2)})
        self.assertAlmostEqual(found["total"]["fact"], sum(self._recount(measure, first, last).values()), 2)
        self.assertEqual(found["total"]["new_clients"], self._new_clients(first, last))

    def _check_next_year(self, measure, first, last, rng):
        """What is sold now, as last year's."""
        first, last = date(first.year + 1, first.month, 1), month_end(date(last.year + 1, last.month, 1))
        today = first + timedelta(days=rng.randrange((last - first).days))
        before = year_before(first), month_end(date(last.year - 1, last.month, 1))
        found = self._counted_progress(first, last, today)
        days = [
            day
            for number in range((before[1] - before[0]).days + 1)
            if (day := before[0] + timedelta(days=number)).weekday() < 5
        ]
        total = sum((first + timedelta(days=n)).weekday() < 5 for n in range((last - first).days + 1))
        gone = sum((first + timedelta(days=n)).weekday() < 5 for n in range((today - first).days + 1))
        over = gone == total or gone >= len(days)
        limit = before[1] if over else days[gone - 1] if gone else None
        told = sum(self._recount(measure, *before).values())
        self.assertAlmostEqual(found["total"]["last_year"], told, 2)
        to_date = sum(self._recount(measure, before[0], limit).values()) if limit else 0
        self.assertAlmostEqual(found["total"]["last_year_to_date"], to_date, 2)

    def test_to_the_cent(self):
        steps = ("order", "deliver", "invoice", "credit", "pay", "manager")
        for seed, rng in dice_of(1, 4):
            with self.subTest(seed=seed):
                for _number in range(how_many(40, 150)):
                    step = rng.choices(steps, (6, 1, 5, 2, 5, 1))[0]
                    getattr(self, f"_step_{step}")(rng)
                first = self.today - timedelta(days=rng.randrange(30, 80))
                last = first + timedelta(days=rng.randrange(10, 60))
                for measure in ("ordered", "invoiced", "paid"):
                    self.companies.sales_target_measure = measure
                    self._check(measure, first, last)
                    self._check_next_year(measure, first, last, rng)
