from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.target import Period, Workdays, deals_for, forecast, growth, percent
from .sales_target_facts import Asked


class SalesTarget(models.Model):
    """Targets beside facts: what the head's desk and the grid show."""

    _inherit = "sales.target"

    @api.model
    def _progress(self, date_from, date_to, team=None, today=None):
        """Targets, facts and the forecast of a period, by manager, for whoever asks: a head sees everybody of
        the chosen companies, the leader of a team himself and its members, a manager himself. What each may
        not see of a client is not in his figures.

        * The amounts are in the currency of ``env.company``, those of other chosen companies at the rate of
          the period's last day, or today's if that is later; last year's at the same rate, so that growth is
          growth of sales and not of a currency. The measure, and the growth to reach, are ``env.company``'s.
        * The fact is the manager's at that time: the salesperson of the document. A team is its members of
          today, with all they have sold.
        * A target counts as it was set, also of somebody who joined in the middle of the month: who sets it
          knows when he comes. Of a month that is only partly in the period counts the part of its working
          days (of its days, if it has no working day). The total's target is the company's (with ``team``:
          the team's) of each month, where none is set the sum of the managers', without those of the teams'.
        * Working days are the manager's own, in the total those of ``env.company``. Today has gone, if it is
          one. Without a working day in the period there is no speed: the forecast is the fact and the deals.
        * ``forecast`` is the fact + the larger of: fact / working days gone × working days left; open deals
          whose expected closing lies in the period, each × the conversion of its stage (of the deals that
          were on that stage and were closed in the last 12 months, the part that was won; for a stage without
          any, Odoo's probability of the deal).
        * ``last_year_to_date`` is what was sold last year until as many working days had gone as now; once
          the period is over, or all its working days have gone, the whole. 29 February is compared with the
          28th, and the last day of a month with the last day of that month.
        * ``missing`` is what the fact lacks to last year × (1 + growth to reach), ``missing_deals`` that
          divided by the average confirmed order of the manager in the last 12 months (without any, by
          everybody's), rounded up.
        * A client is new, and counts for the manager of that sale, whose first order or invoice with a
          company lies in the period. Visits are those done, on the day in the company's time zone.

        :param date_from: first day, a date or a string
        :param date_to: last day
        :param team: crm.team; all, if not given
        :param today: as of which day; the company's today, if not given
        :return: dict ``measure`` (field of ``sales.performance.report``), ``currency_id``, ``rows`` (list of
            dict ``user_id``, ``name`` and figures; what was sold without a manager is a row without
            ``user_id``), ``total`` (dict of figures), ``no_rate`` (names of the currencies of documents that
            counted one to one, as no rate was entered). ``percent`` and ``growth`` are 85.0 for 85 %.
        :raise UserError: the period has no day, or there is no rate between the companies' currencies
        """
        target = self._sales_plain()
        target.check_access("read")
        return target._count_progress(target._progress_period(date_from, date_to, today), team)

    @api.model
    def _progress_period(self, date_from, date_to, today):
        first, last = fields.Date.to_date(date_from), fields.Date.to_date(date_to)
        if not first or not last:
            raise UserError(self.env._("Choose the first and the last day of the period."))
        if last < first:
            raise UserError(self.env._("The period ends before it begins. Choose a later last day."))
        return Period(first, last, fields.Date.to_date(today) or self.env.company._sales_today())

    @api.model
    def _progress_people(self, team):
        """:return: res.users, sudo-ed: whose figures the user is shown; None for everybody's"""
        # sudo: the user's own groups
        members, user = team and team._sales_members(), self.env.user.sudo()
        if self.env.su or user._has_group("sales_crm.group_head"):
            return members or (user.browse() if team else None)
        people = user | self.env["crm.team"]._members_led_by(user)
        return people & members if team else people

    @api.model
    def _whole_team(self, team):
        """:return: the team, if the user is shown all of it, so that its target can be compared"""
        # sudo: who leads a team is no secret
        user, leader = self.env.user.sudo(), team and team.sudo().user_id
        if team and (self.env.su or leader == user or user._has_group("sales_crm.group_head")):
            return team
        return self.env["crm.team"]

    @api.model
    def _progress_managers(self):
        """:return: the managers of the companies who have a row even with nothing in it; without the heads"""
        # sudo: who is in the group is no secret
        users = self.env["sales.morning"].sudo()._managers()
        return users.filtered(
            lambda user: user.company_ids & self.env.companies and not user._has_group("sales_crm.group_head")
        )

    # ------------------------------------------------------
    # Putting it together
    # ------------------------------------------------------

    @api.model
    def _count_progress(self, period, team):
        asked = Asked(
            period,
            self._progress_people(team),
            self._progress_rates(min(period.last, period.today)),
        )
        sold, without_rate = self._progress_sales(asked)
        counted = {
            "sold": sold,
            "before": self._progress_sales_before(asked),
            "new_clients": self._progress_new_clients(asked),
            "visits": self._progress_visits(asked),
            "deals": self._progress_deals(asked),
            "orders": self._progress_average_order(asked),
        }
        targets = self._targets_of(asked)
        people = self._progress_rows_of(asked, counted, targets)
        workdays, own_workdays = self._progress_workdays(period, people)
        set_for = self._progress_targets(asked, targets, self._whole_team(team), workdays, own_workdays)
        rows = [
            {
                "user_id": user.id,
                "name": user.name,
                **self._figure(asked, counted, workdays[user], set_for[user.id], [user.id]),
            }
            for user in people
        ]
        total = self._figure(asked, counted, own_workdays, set_for[None], None)
        if asked.people is not None and people == self.env.user:
            total = {key: value for key, value in rows[0].items() if key not in ("user_id", "name")}
        alone = self._figure(asked, counted, own_workdays, None, [False])
        if any(alone[key] for key in ("fact", "last_year", "new_clients", "forecast")):
            rows.append({"user_id": False, "name": self.env._("Without a manager"), **alone})
        return {
            "measure": self.env.company._sales_target_field(),
            "currency_id": self.env.company.currency_id.id,
            "rows": rows,
            "total": total,
            "no_rate": without_rate,
        }

    @api.model
    def _progress_rows_of(self, asked, counted, targets):
        """:return: res.users, sudo-ed, by name: who has a row"""
        # sudo: their names, and when they work
        Users = self.env["res.users"].sudo()
        if asked.people is not None:
            people = asked.people
        else:
            found = {user for key in ("sold", "before", "new_clients", "visits") for user in counted[key]}
            people = Users.browse(found - {False}) | targets.user_id.sudo() | self._progress_managers()
        people = people.with_env(Users.env)
        return people.sorted(lambda user: ((user.name or "").lower(), user.id))

    @api.model
    def _progress_workdays(self, period, people):
        """:return: dict user -> ``Workdays``; and those of the company"""
        found, company = [], self.env.company
        for first, last in (period.whole_months, period.before):
            days = people._sales_workdays(first, last) if people else {}
            found.append({**days, company: company._sales_workdays(first, last)[company]})
        now, before = found
        of_all = {one: Workdays(now[one].days, before[one].days) for one in now}
        return of_all, of_all[company]

    @api.model
    def _figure(self, asked, counted, workdays, target, whose):
        """:param target: three sums as of :meth:`_progress_targets`, or None
        :param whose: list of user ids whose figures are summed; None: of all
        :return: dict of figures, see :meth:`_progress`
        """
        period, money = asked.period, self.env.company.currency_id.round

        def total(of_users):
            users = of_users if whose is None else whose
            return sum(of_users.get(user, 0) for user in users)

        days, gone, limit = workdays.total(period), workdays.gone(period), workdays.same_day(period)
        before = [of_user for user, of_user in counted["before"].items() if whose is None or user in whose]
        fact, last_year = total(counted["sold"]), sum(sum(of_user.values()) for of_user in before)
        to_date = sum(
            amount for of_user in before for day, amount in of_user.items() if limit and day <= limit
        )
        missing = money(max(last_year * (1 + self.env.company.sales_growth_goal) - fact, 0))
        amount, clients, visits = target or (None, None, None)
        return {
            "target": amount if amount is None else money(amount),
            "fact": money(fact),
            "percent": percent(fact, amount),
            "forecast": money(forecast(fact, days, gone, total(counted["deals"]))),
            "last_year": money(last_year),
            "last_year_to_date": money(to_date),
            "growth": growth(fact, money(to_date)),
            "missing": missing,
            "missing_deals": deals_for(missing, self._average_order(counted["orders"], whose)),
            "working_days": days,
            "working_days_gone": gone,
            "new_clients": total(counted["new_clients"]),
            "new_clients_target": clients if clients is None else round(clients),
            "visits": total(counted["visits"]),
            "visits_target": visits if visits is None else round(visits),
        }

    @api.model
    def _average_order(self, orders, whose):
        amount, count = orders.get(whose[0] if whose else None) or orders.get(None) or (0, 0)
        return amount / count if count else None

    # ------------------------------------------------------
    # Targets
    # ------------------------------------------------------

    @api.model
    def _targets_of(self, asked):
        """:return: the targets of the period's months that the user may read"""
        return self.search_fetch(
            [("month", "in", asked.period.months), ("company_id", "in", self.env.companies.ids)],
            ["month", "company_id", "user_id", "team_id", "amount", "new_clients", "visits"],
        )

    @api.model
    def _progress_targets(self, asked, targets, team, workdays, own_workdays):
        """:return: dict user id -> [amount, new clients, visits] in the period, None where none was set; the
        key None is the total's
        """
        of_users, of_months = defaultdict(lambda: None), defaultdict(lambda: defaultdict(list))
        everybody = asked.people is None
        for target in targets:
            user = target.user_id.sudo()  # sudo: the days on which he works
            days = workdays.get(user) if user else own_workdays
            if user and not days:
                continue  # of nobody that is shown
            part, rate = days.share(asked.period, target.month), asked.rates[target.company_id.id]
            values = [target.amount * part * rate, target.new_clients * part, target.visits * part]
            if user:
                of_users[user.id] = self._sum([of_users[user.id] or [0, 0, 0], values])
            of_months[target.month, target.company_id][target._level(everybody, team)].append(values)
        chosen = []
        for of_levels in of_months.values():
            chosen += next((of_levels[level] for level in ("own", "user", "team") if of_levels[level]), [])
        of_users[None] = self._sum(chosen) if chosen else None
        return of_users

    def _level(self, everybody, team):
        """:return: what the target is for the total: ``own``, one of its parts, or nothing to it (False)"""
        self.ensure_one()
        if self.user_id:
            return "user"
        if self.team_id:
            return "own" if team and self.team_id == team else everybody and "team"
        return everybody and "own"

    @api.model
    def _sum(self, lists):
        return [sum(values) for values in zip(*lists, strict=True)]
