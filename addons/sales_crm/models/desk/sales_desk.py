from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import date_utils

PERIODS = ("month", "quarter", "year")


class Scope(NamedTuple):
    """What a desk is about.

    ``first`` and ``last`` day of the period, ``today`` of the reader, ``end``: the last day that has figures
    (today, or the period's last), ``users``: ids of the managers, None for everybody, ``team``: a crm.team
    """

    first: object
    last: object
    today: object
    end: object
    users: object
    team: object

    def of_users(self, name):
        """:return: Domain of the rows of these managers by the field ``name``"""
        return Domain.TRUE if self.users is None else Domain(name, "in", self.users)


class SalesDesk(models.AbstractModel):
    """A period on one screen: the head's of his team, a manager's of his own clients.

    Each part is a method of its own, see :meth:`_parts`. All figures are asked as the user, so that his
    access rules hold, from the same reports that open behind them; the number of queries doesn't grow.

    A head sees his companies, or one team: its members of today. Anybody else sees himself. Amounts are in
    the currency of the current company.
    """

    _name = "sales.desk"
    _description = "Desk"

    @api.model
    def get_desk(self, options=None):
        """Everything that the screen shows.

        :param dict options: ``period``: month, quarter or year; ``date``: a day of it, the user's today if
            not given; ``team_id``: for heads
        :return: dict ``options`` (complete), ``period`` (name, first, last, whether it goes on), ``is_head``,
            ``currency_id``, ``teams`` to choose from, and the parts
        :raise UserError: an unknown period, a team that doesn't exist, no rate between the currencies of the
            companies
        :raise AccessError: the user doesn't work in sales
        """
        desk = self._sales_plain()  # the caller's context changes no figure
        desk._check_may_see()
        scope, options = desk._prepare_scope(options)
        return {
            "options": options,
            "period": {
                "first": fields.Date.to_string(scope.first),
                "last": fields.Date.to_string(scope.last),
                "end": fields.Date.to_string(scope.end),
                "is_current": scope.first <= scope.today <= scope.last,
                "is_future": scope.first > scope.today,
            },
            "is_head": desk._is_head(),
            "name": desk.env.user.name,
            "currency_id": desk.env.company.currency_id.id,
            "teams": desk._teams() if desk._is_head() else [],
            **{name: part(scope) for name, part in desk._parts().items()},
        }

    @api.model
    def _parts(self):
        """:return: dict name in the answer -> method that is given the :class:`Scope`"""
        parts = {
            "today": self._get_today,
            "target": self._get_target,
            "sales": self._get_sales,
            "debt": self._get_debt,
            "funnel": self._get_funnel,
            "visits": self._get_visits,
            "attention": self._get_attention,
        }
        if not self._is_head():
            parts.update(place=self._get_place, next_client=self._get_next_client)
        return parts

    # ------------------------------------------------------
    # What it is about
    # ------------------------------------------------------

    @api.model
    def _check_may_see(self):
        if not self.env.user.has_group("sales_crm.group_manager"):
            raise AccessError(self.env._("The desk is for whoever works in sales."))

    @api.model
    def _is_head(self):
        return self.env.user.has_group("sales_crm.group_head")

    @api.model
    def _prepare_scope(self, options):
        """:return: (:class:`Scope`, complete options)"""
        options = options or {}
        # sudo: the user's own time zone
        today = self.env.user.sudo()._sales_today()
        period = options.get("period") or "month"
        date = self._to_date(options.get("date")) or today
        if period not in PERIODS:
            raise UserError(self.env._("The desk shows a month, a quarter or a year. Choose one of them."))
        first, last = date_utils.start_of(date, period), date_utils.end_of(date, period)
        users, team = None, self.env["crm.team"]
        if not self._is_head():
            users = self.env.user.ids
        elif options.get("team_id"):
            team = self._team(options["team_id"])
            users = team._sales_members().ids
        scope = Scope(first, last, today, min(last, today), users, team)
        return scope, {
            "period": period,
            "date": fields.Date.to_string(date),
            "team_id": team.id,
        }

    @api.model
    def _to_date(self, value):
        try:
            return fields.Date.to_date(value)
        except (TypeError, ValueError):
            raise UserError(self.env._("This is no date: %s.", value)) from None

    @api.model
    def _team(self, team_id):
        team = self.env["crm.team"].search([("id", "=", team_id)]) if isinstance(team_id, int) else None
        if not team:
            raise UserError(self.env._("There is no such team any more. Choose another."))
        return team

    @api.model
    def _teams(self):
        teams = self.env["crm.team"].search([("company_id", "in", [False, *self.env.companies.ids])])
        return [{"id": team.id, "name": team.name} for team in teams]

    # ------------------------------------------------------
    # Work
    # ------------------------------------------------------

    @api.model
    def _get_today(self, scope):
        """:return: the sums of Team Day, today; of a manager his own"""
        TeamDay = self.env["sales.team.day"]
        # sudo: as Team Day has them; a manager's own day is his
        managers = (
            TeamDay._managers(scope.today, scope.today) if self._is_head() else self.env.user.sudo()
        ).filtered_domain(scope.of_users("id"))
        counts, _last = TeamDay._query_counts(TeamDay._tasks_sql(managers, scope.today, scope.today))
        by_user = {user: TeamDay._count(tasks) for user, tasks in counts.items()}
        return {
            **TeamDay._count([task for tasks in counts.values() for task in tasks]),
            "by_user": {
                manager.id: {
                    "name": manager.name,
                    **(by_user[manager.id]["figures"] if manager.id in by_user else {}),
                }
                for manager in managers
            },
        }

    @api.model
    def _get_visits(self, scope):
        """:return: dict of what was due in the period by its end: ``on_time``, ``due``, ``coverage`` in
        percent, None where nothing was due; ``by_user``
        """
        rows = self.env["sales.visit.report"]._read_group(
            self._visits_domain(scope), ["manager_id"], ["on_time:sum", "due:sum"]
        )
        by_user = {manager.id: self._prepare_coverage(*sums) for manager, *sums in rows}
        return {
            **self._prepare_coverage(sum(row[1] for row in rows), sum(row[2] for row in rows)),
            "by_user": by_user,
        }

    @api.model
    def _prepare_coverage(self, on_time, due):
        return {"on_time": on_time, "due": due, "coverage": 100 * on_time / due if due else None}

    @api.model
    def _visits_domain(self, scope):
        return (
            Domain("date_due", ">=", scope.first)
            & Domain("date_due", "<=", scope.end)
            & Domain("state", "!=", "4_coming")
            & scope.of_users("manager_id")
        )

    @api.model
    def _get_funnel(self, scope):
        """:return: the bars of the funnel: which deals reached each level in the period"""
        Funnel = self.env["sales.funnel"]
        return Funnel._get_bars(Funnel._complete(self._funnel_options(scope)))

    @api.model
    def _funnel_options(self, scope):
        return {
            "mode": "event",
            "date_from": fields.Date.to_string(scope.first),
            "date_to": fields.Date.to_string(max(scope.end, scope.first)),
            "team_id": scope.team.id,
            "user_id": False if self._is_head() else self.env.uid,
        }
