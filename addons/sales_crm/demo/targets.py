"""Targets of last year and of this one: what was sold, a little more or less, as a head would have set it."""

from datetime import date

from ..tools.months import month_end, month_of
from ..tools.target import rounded
from .part import Part

HARD = (0.95, 1.05, 0.85, 1.15, 1.0)  # how ambitious each manager's target is
VISITS = 12  # a month
NEW_CLIENTS = 2


class Targets(Part):
    """After the invoices and payments, which are the facts."""

    def load(self):
        self.company_of = self.env.ref("base.main_company")
        Target = self.env["sales.target"]
        today = self.days.today
        begin, end = date(today.year - 1, 1, 1), date(today.year, 12, 31)
        months = [date(year, number, 1) for year in (begin.year, end.year) for number in range(1, 13)]
        facts = Target._facts_by_month("amount", begin, end)
        sold = [amount for of_months in facts.values() for amount in of_months.values()]
        # To two places
        self.step = 10 ** max(len(str(int(max(sold, default=100_000)))) - 2, 0)
        values = []
        for number, manager in enumerate(self.company.managers):
            of_manager = facts.get(manager.id, {})
            aims = self._aims(of_manager, months, HARD[number % len(HARD)])
            values += self._prepare(months, aims, user_id=manager.id, visits=VISITS, new_clients=NEW_CLIENTS)
        together = [sum(value["amount"] for value in values if value["month"] == month) for month in months]
        values += self._prepare(months, together, team_id=self.company.team.id)
        values += self._prepare(
            months, rounded([amount * 1.05 for amount in together], self.step), visits=VISITS * 5
        )
        targets = Target.create(values)
        moments = [self.days.moment(self.days.past[0], 30)] * len(targets)
        self.company.backdate(targets, moments, [self.company.head] * len(targets))

    def _aims(self, facts, months, hard):
        """Near what was sold in each full month; of others, and those without sales, the average."""
        full = [facts[month] for month in months if facts.get(month) and month_end(month) < self.days.today]
        average = sum(full) / len(full) if full else self.step * 10
        now = month_of(self.days.today)
        wanted = [
            (facts.get(month) or average) * 0.85 + average * 0.15 if month < now else average * 1.05
            for month in months
        ]
        # The month that isn't over yet has something left to do
        index = months.index(now)
        wanted[index] = max(wanted[index], facts.get(now, 0) * 1.15)
        return rounded([amount * hard for amount in wanted], self.step)

    def _prepare(self, months, amounts, **values):
        return [
            {"company_id": self.company_of.id, "month": month, "amount": amount, **values}
            for month, amount in zip(months, amounts, strict=True)
        ]
