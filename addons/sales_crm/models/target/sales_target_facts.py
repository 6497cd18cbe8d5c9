from collections import defaultdict
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL


class Asked(NamedTuple):
    """Whose figures are counted, of which time.

    :ivar period: ``tools.target.Period``
    :ivar people: res.users, sudo-ed; None: everybody
    :ivar rates: dict company id -> what its amounts are multiplied with
    """

    period: tuple
    people: models.BaseModel | None
    rates: dict

    def of_people(self, name):
        """:return: Domain on the field of the user"""
        return Domain.TRUE if self.people is None else Domain(name, "in", self.people.ids)


class SalesTarget(models.Model):
    """Where each figure beside a target comes from: a number of queries that grows with nothing."""

    _inherit = "sales.target"

    @api.model
    def _progress_rates(self, day):
        """:return: dict company id -> rate of its currency to that of the current company, on ``day``
        :raise UserError: there is no rate
        """
        own, companies = self.env.company, self.env.companies
        currencies = companies.currency_id
        if currencies == own.currency_id:
            return dict.fromkeys(companies.ids, 1.0)
        # sudo: rates are no secret
        Rate = self.env["res.currency.rate"].sudo()
        known = dict(
            Rate._read_group(
                [("currency_id", "in", currencies.ids), ("company_id", "in", [False, own.root_id.id])],
                ["currency_id"],
                ["__count"],
            )
        )
        for currency in currencies - own.currency_id:
            if currency not in known and own.currency_id not in known:
                raise UserError(
                    self.env._(
                        "There is no rate between %(currency)s and %(own)s. Ask the accountant to enter it, "
                        "or choose one company at the top of the screen.",
                        currency=currency.name,
                        own=own.currency_id.name,
                    )
                )
        rates = currencies._get_rates(own, day)
        mine = rates[own.currency_id.id]
        return {company.id: mine / rates[company.currency_id.id] for company in companies}

    @api.model
    def _progress_domain(self, kinds, first, last):
        """:return: Domain on ``sales.performance.report``"""
        return (
            Domain("kind", "in", kinds)
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("date", ">=", first)
            & Domain("date", "<=", last)
        )

    @api.model
    def _progress_sales(self, asked):
        """:return: dict user id (False: nobody) -> what was sold in the period
        :return: list of the names of the currencies that were counted one to one, for want of a rate
        """
        company = self.env.company
        sold, without = defaultdict(float), set()
        groups = self.env["sales.performance.report"]._read_group(
            self._progress_domain(company._sales_target_kinds(), asked.period.first, asked.period.last)
            & asked.of_people("user_id"),
            ["user_id", "company_id", "no_rate", "document_currency_id"],
            [f"{company._sales_target_field()}:sum"],
        )
        for user, house, no_rate, currency, amount in groups:
            sold[user.id] += float(amount) * asked.rates[house.id]
            if no_rate:
                without.add(currency)
        # sudo: the name of a currency is no secret
        return sold, sorted(currency.sudo().name for currency in without)

    @api.model
    def _progress_sales_before(self, asked):
        """:return: dict user id (False: nobody) -> dict day -> what was sold in the period of last year"""
        company = self.env.company
        sold = defaultdict(lambda: defaultdict(float))
        groups = self.env["sales.performance.report"]._read_group(
            self._progress_domain(company._sales_target_kinds(), *asked.period.before)
            & asked.of_people("user_id"),
            ["user_id", "company_id", "date:day"],
            [f"{company._sales_target_field()}:sum"],
        )
        for user, house, day, amount in groups:
            sold[user.id][fields.Date.to_date(day)] += float(amount) * asked.rates[house.id]
        return sold

    @api.model
    def _progress_new_clients(self, asked):
        """:return: dict user id (False: nobody) -> how many new clients he has got in the period"""
        found = defaultdict(int)
        for user, _month, count in self._progress_first_sales(asked):
            found[user] += count
        return found

    @api.model
    def _progress_first_sales(self, asked):
        """Clients whose first order or invoice with a company lies in the period, by that sale's manager.

        :return: list of (user id or False, month, how many)
        """
        Report = self.env["sales.performance.report"]
        query = Report._search(
            self._progress_domain(["ordered", "invoiced"], asked.period.first, asked.period.last)
        )
        names = ("id", "client_id", "company_id", "date", "user_id")
        columns = [
            SQL("%s AS %s", Report._field_to_sql(query.table, name, query), SQL.identifier(name))
            for name in names
        ]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT user_id, date_trunc('month', date)::date, COUNT(*)
                  FROM (SELECT DISTINCT ON (sale.client_id, sale.company_id) sale.*
                          FROM (%s) sale
                         WHERE sale.client_id IS NOT NULL
                         ORDER BY sale.client_id, sale.company_id, sale.date, sale.id) first
                 WHERE NOT %s
                 GROUP BY 1, 2
                """,
                query.select(*columns),
                Report._sold_before_sql("first"),
            )
        )
        people = None if asked.people is None else set(asked.people.ids)
        return [(user or False, *rest) for user, *rest in rows if people is None or user in people]

    @api.model
    def _progress_visits(self, asked):
        """:return: dict user id -> visits that he has done, by the day of the company"""
        groups = self._progress_visits_done(asked, ["done_user_id"])
        return {user.id: count for user, count in groups}

    @api.model
    def _progress_visits_done(self, asked, groupby):
        """:return: groups of the visits done in the period, with their number"""
        company = self.env.company
        begin, end = company._sales_day_bounds(asked.period.first, asked.period.last)
        whose = Domain("done_user_id.company_id", "in", self.env.companies.ids)
        # sudo: counted only, and those of the people whose figures are shown
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False, tz=company._sales_timezone().zone)
            ._read_group(
                (whose if asked.people is None else asked.of_people("done_user_id"))
                & Domain("active", "=", False)
                & Domain("activity_state_final", "=", "done")
                & Domain("activity_type_id.is_visit", "=", True)
                & Domain("datetime_done", ">=", begin)
                & Domain("datetime_done", "<", end),
                groupby,
                ["__count"],
            )
        )

    @api.model
    def _progress_deals(self, asked):
        """Open deals that are expected to close in the period, each by the conversion of its stage.

        :return: dict user id (False: nobody) -> amount
        """
        expected = defaultdict(float)
        conversion = self._stage_conversion(asked.period.today)
        if asked.period.today > asked.period.last:
            return expected
        groups = self.env["crm.lead"]._read_group(
            Domain("type", "=", "opportunity")
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [False, *self.env.companies.ids])
            & Domain("date_deadline", ">=", asked.period.first)
            & Domain("date_deadline", "<=", asked.period.last)
            & asked.of_people("user_id"),
            ["user_id", "stage_id", "company_id"],
            ["expected_revenue:sum", "prorated_revenue:sum"],
        )
        for user, stage, company, amount, by_odoo in groups:
            value = amount * conversion[stage.id] if stage.id in conversion else by_odoo
            expected[user.id] += (value or 0) * asked.rates.get(company.id, 1.0)
        return expected

    @api.model
    def _stage_conversion(self, today):
        """How many of the deals that have left a stage were won: of those that were on it and were closed in
        the last 12 months (and are not open again) the part that is won. Of all deals of the companies,
        whoever asks: a manager's forecast is the same for him and for his head.

        :return: dict stage id -> 0 to 1; a stage that no closed deal was on is missing
        """
        self.env["sales.stage.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT been.stage_from_id, AVG((closed.outcome = 'won')::int)::float
                  FROM (SELECT DISTINCT ON (lead_key) lead_key, outcome
                          FROM sales_stage_move
                         WHERE date >= %(since)s AND date < %(until)s
                           AND outcome IN ('won', 'lost', 'reopened')
                           AND (company_id IS NULL OR company_id = ANY(%(companies)s))
                         ORDER BY lead_key, date DESC, id DESC) closed
                  JOIN (SELECT DISTINCT lead_key, stage_from_id FROM sales_stage_move
                         WHERE stage_from_id IS NOT NULL AND outcome IN ('moved', 'won', 'lost')) been
                    ON been.lead_key = closed.lead_key
                 WHERE closed.outcome IN ('won', 'lost')
                 GROUP BY been.stage_from_id
                """,
                since=today - relativedelta(years=1),
                until=today + relativedelta(days=1),
                companies=self.env.companies.ids,
            )
        )
        return dict(rows)

    @api.model
    def _progress_average_order(self, asked):
        """:return: dict user id -> (amount, number) of his confirmed orders of the last 12 months, without
        tax; None -> of all
        """
        today = asked.period.today
        begin, end = self.env.company._sales_day_bounds(today - relativedelta(years=1), today)
        found = defaultdict(lambda: (0.0, 0))
        groups = self.env["sale.order"]._read_group(
            Domain("state", "=", "sale")
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("date_order", ">=", begin)
            & Domain("date_order", "<", end)
            & asked.of_people("user_id"),
            ["user_id", "currency_id"],
            ["amount_untaxed:sum", "__count"],
        )
        own = self.env.company
        # By today's rates: an average needs no more
        rates = self.env["res.currency"].union(own.currency_id, *(group[1] for group in groups))
        rates = rates._get_rates(own, today)
        for user, currency, amount, count in groups:
            amount *= rates[own.currency_id.id] / rates[currency.id]
            for key in (user.id, None):
                total, number = found[key]
                found[key] = total + amount, number + count
        return found
