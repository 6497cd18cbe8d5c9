from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.months import period_before
from ..target.sales_target_facts import Asked

MONTHS = 12  # of a chart


class SalesDesk(models.AbstractModel):
    """Sales and debt."""

    _inherit = "sales.desk"

    # ------------------------------------------------------
    # Targets
    # ------------------------------------------------------

    @api.model
    def _get_target(self, scope):
        """:return: what :meth:`sales.target._progress` says of the period"""
        return self.env["sales.target"]._progress(scope.first, scope.last, team=scope.team, today=scope.today)

    @api.model
    def _get_place(self, scope):
        """:return: the user's place among the managers, by what was reached of the target, by the fact if not
        all of them have one: ``place``, ``of``; False where he isn't among them
        """
        # sudo: a manager is told his place and nothing else of the others
        Target = self.env["sales.target"].sudo()
        managers = Target._progress_managers()
        if self.env.uid not in managers.ids or len(managers) < 2:
            return False
        period = Target._progress_period(scope.first, scope.last, scope.today)
        asked = Asked(period, managers, Target._progress_rates(min(period.last, period.today)))
        reached, _without_rate = Target._progress_sales(asked)
        targets = defaultdict(float)
        for target in Target._targets_of(asked):
            targets[target.user_id.id] += target.amount * asked.rates[target.company_id.id]
        if all(targets[manager.id] for manager in managers):
            reached = {manager.id: reached[manager.id] / targets[manager.id] for manager in managers}
        own = reached.get(self.env.uid, 0)
        ahead = sum(1 for manager in managers if reached.get(manager.id, 0) > own)
        return {"place": ahead + 1, "of": len(managers)}

    # ------------------------------------------------------
    # Sales of two years
    # ------------------------------------------------------

    @api.model
    def _measure(self):
        # sudo: which amount the company's targets are in is no secret
        return self.env.company.sudo()._sales_target_field()

    @api.model
    def _sales_windows(self, scope):
        """:return: two periods (first, last): twelve months up to the end of the figures, and the same of the
        year before
        """
        first = scope.end.replace(day=1) - relativedelta(months=MONTHS - 1)
        return (first, scope.end), period_before(first, scope.end)

    @api.model
    def _sales_domain(self, scope, first, last):
        """:return: Domain on ``sales.performance.report`` of what was sold in a period"""
        # sudo: which amount the company's targets are in is no secret
        kinds = self.env.company.sudo()._sales_target_kinds()
        return (
            Domain("kind", "in", kinds)
            & Domain("date", ">=", first)
            & Domain("date", "<=", last)
            & Domain("company_id", "in", self.env.companies.ids)
            & scope.of_users("user_id")
        )

    @api.model
    def _sales_rates_sql(self):
        """:return: SQL of the table ``rate``: company_id, rate of its currency into the current company's of
        today; None if all have the same
        """
        rates = self.env["sales.target"]._progress_rates(self.env.user._sales_today())
        if all(rate == 1 for rate in rates.values()):
            return None
        return SQL("unnest(%s::int[], %s::float[]) AS rate(company_id, rate)", [*rates], [*rates.values()])

    @api.model
    def _query_sales(self, scope):
        """One pass over the sales of two years.

        :return: dict month (first day) -> amount; dict client id -> [amount of the twelve months, of those a
            year before]
        """
        Report = self.env["sales.performance.report"]
        now, before = self._sales_windows(scope)
        query = Report._search(
            self._sales_domain(scope, before[0], before[1]) | self._sales_domain(scope, *now)
        )
        columns = {
            name: Report._field_to_sql(query.table, field, query)
            for name, field in {
                "date": "date",
                "client_id": "client_id",
                "company_id": "company_id",
                "amount": self._measure(),
            }.items()
        }
        rates = self._sales_rates_sql()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT month, client_id, is_now, SUM(amount)
                  FROM (SELECT date_trunc('month', sale.date)::date AS month, sale.client_id,
                               sale.date >= %(first)s AS is_now, %(amount)s AS amount
                          FROM (%(sales)s) sale %(rates)s) sale
                 GROUP BY GROUPING SETS ((month), (client_id, is_now))
                """,
                first=now[0],
                amount=SQL("sale.amount * rate.rate") if rates else SQL("sale.amount"),
                sales=query.select(
                    *(SQL("%s AS %s", column, SQL.identifier(name)) for name, column in columns.items())
                ),
                rates=SQL("JOIN %s ON rate.company_id = sale.company_id", rates) if rates else SQL(),
            )
        )
        months, clients = {}, {}
        for month, client, is_now, amount in rows:
            if month:
                months[month] = float(amount)
            elif client:
                clients.setdefault(client, [0, 0])[0 if is_now else 1] = float(amount)
        return months, clients

    @api.model
    def _get_sales(self, scope):
        """:return: dict ``months``: twelve of dict month, amount, amount of the year before; their sums
        ``amount``, ``before``, the ``growth`` in percent (None with nothing before), the ``goal`` of
        growth; ``top`` and ``falling`` clients of these months, see :meth:`_prepare_clients`
        """
        amounts, clients = self._query_sales(scope)
        (first, _last), _before = self._sales_windows(scope)
        months = [first + relativedelta(months=number) for number in range(MONTHS)]
        lines = [
            {
                "month": fields.Date.to_string(month),
                "amount": amounts.get(month, 0),
                "before": amounts.get(month - relativedelta(years=1), 0),
            }
            for month in months
        ]
        amount, before = (sum(line[name] for line in lines) for name in ("amount", "before"))
        return {
            "measure": self.env["sales.performance.report"]
            ._fields[self._measure()]
            ._description_string(self.env),
            "months": lines,
            "amount": amount,
            "before": before,
            "growth": 100 * (amount - before) / before if before > 0 else None,
            # sudo: a setting of the company
            "goal": 100 * self.env.company.sudo().sales_growth_goal,
            **self._prepare_clients(clients),
        }

    # ------------------------------------------------------
    # Debt
    # ------------------------------------------------------

    @api.model
    def _domain_debt(self, scope):
        return Domain("company_id", "in", self.env.companies.ids) & scope.of_users("manager_id")

    @api.model
    def _get_debt(self, scope):
        """:return: dict of today's indicators (:meth:`_prepare_debt`), ``by_user``, the ``months`` before,
        and the red lines ``debt_target`` and ``overdue_target`` as shares
        """
        Kpi = self.env["sales.receivable.kpi"]
        groups = Kpi._read_group(
            self._domain_debt(scope) & Domain("is_current", "=", True),
            ["manager_id"],
            [
                *("debt:sum_currency", "overdue:sum_currency", "shipments_full:sum_currency"),
                "is_early:bool_or",
            ],
        )
        # Amounts may be missing where nothing was shipped
        rows = [(manager.id, *(amount or 0 for amount in amounts)) for manager, *amounts in groups]
        totals = [sum(row[column] for row in rows) for column in (1, 2, 3, 4)]
        since = scope.today.replace(day=1) - relativedelta(months=MONTHS)
        past = self._domain_debt(scope) & Domain("is_current", "=", False) & Domain("date", ">=", since)
        # sudo: a setting of the company
        company = self.env.company.sudo()
        return {
            **self._prepare_debt(*totals),
            "by_user": {user: self._prepare_debt(*amounts) for user, *amounts in rows},
            "months": [
                {"date": fields.Date.to_string(day), "debt_ratio": debt, "overdue_ratio": overdue}
                for day, debt, overdue in Kpi._read_group(
                    past, ["date:day"], ["debt_ratio:avg", "overdue_ratio:avg"], order="date:day"
                )
            ],
            "debt_target": company.sales_kpi_debt_target,
            "overdue_target": company.sales_kpi_overdue_target,
        }

    @api.model
    def _prepare_debt(self, debt, overdue, shipments, is_early):
        """:return: dict of the amounts and of their ratios, as the indicators have them: None with nothing to
        divide by
        """
        # sudo: settings of the company
        company = self.env.company.sudo()
        return {
            "debt": debt,
            "overdue": overdue,
            "debt_ratio": debt / shipments if shipments > 0 else None,
            "overdue_ratio": overdue / debt if debt > 0 else None,
            "is_early": bool(is_early),
            "debt_red": not is_early and company._sales_debt_red(debt, shipments),
            "overdue_red": not is_early and company._sales_overdue_red(overdue, debt),
        }
