from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.months import month_of
from ...tools.target import Period
from .sales_target_facts import Asked

FIGURES = ("amount", "new_clients", "visits")


class SalesTarget(models.Model):
    """Facts by month: what the grid shows under the targets, and what is copied from last year."""

    _inherit = "sales.target"

    def _of_company(self, company):
        """:return: the same with ``company`` alone, and nothing else of the caller's context"""
        return self._sales_plain().with_context(allowed_company_ids=company.ids)

    @api.model
    def _facts_by_month(self, figure, first, last, people=None):
        """
        :param str figure: one of ``FIGURES``
        :param people: res.users; None: everybody
        :return: dict user id (False: nobody) -> dict first day of a month -> what was done in it; of the
            current company, and as far as the user may see it
        """
        self._check_figure(figure)
        asked = Asked(Period(first, last, last), people, {self.env.company.id: 1.0})
        found = defaultdict(lambda: defaultdict(float))
        for user, month, value in getattr(self, f"_months_of_{figure}")(asked):
            found[user][month] += value
        return found

    @api.model
    def _check_figure(self, figure):
        if figure not in FIGURES:
            raise UserError(self.env._("There are no targets for this: %s.", figure))

    @api.model
    def _months_of_amount(self, asked):
        company = self.env.company
        groups = self.env["sales.performance.report"]._read_group(
            self._progress_domain(company._sales_target_kinds(), asked.period.first, asked.period.last)
            & asked.of_people("user_id"),
            ["user_id", "date:month"],
            [f"{company._sales_target_field()}:sum"],
        )
        return [(user.id, fields.Date.to_date(month), float(amount)) for user, month, amount in groups]

    @api.model
    def _months_of_new_clients(self, asked):
        return self._progress_first_sales(asked)

    @api.model
    def _months_of_visits(self, asked):
        groups = self._progress_visits_done(asked, ["done_user_id", "datetime_done:month"])
        return [(user.id, month_of(month.date()), count) for user, month, count in groups]
