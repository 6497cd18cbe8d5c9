from datetime import date
from math import ceil

from babel.dates import get_month_names

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import babel_locale_parse

from ...tools.months import month_end
from ...tools.target import filled, rounded

COUNTED = ("new_clients", "visits")  # beside the amount


class SalesTargetCopy(models.TransientModel):
    """Targets of a year from what was sold in the year before, month by month, so that the season stays.

    * The company, and a team with all that its members of today have sold: each month × (1 + growth).
    * A manager: the same. Who began in the course of last year: the months before, and the one in which he
      began, are the company's, in the proportion of what he has sold since to what the company has.
    * Who has sold nothing last year gets a year's amount, spread by the company's season (where that sold
      nothing either: evenly); in the month in which he begins the part of its working days that are left.

    Amounts are rounded so that those of somebody add up to his year's, rounded. New clients and visits are
    those of the month a year before × (1 + growth), rounded up; a newcomer has none.
    """

    _name = "sales.target.copy"
    _description = "Copy Last Year into Targets"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer("Targets of the Year", required=True, default=lambda self: self._default_year())
    month_from = fields.Selection("_months", "From Month", required=True, default="1")
    month_to = fields.Selection("_months", "To Month", required=True, default="12")
    of_company = fields.Boolean("Target of the Company", default=True)
    team_ids = fields.Many2many("crm.team", string="Sales Teams", default=lambda self: self._default_teams())
    user_ids = fields.Many2many(
        "res.users",
        string="Managers",
        default=lambda self: self._default_users(),
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    growth = fields.Float(
        compute="_compute_growth",
        store=True,
        readonly=False,
        help="What is added to last year's sales. The growth of the settings, if nothing else is entered.",
    )
    rounding = fields.Monetary("Round to", default=1000, help="0: no rounding.")
    newcomer_amount = fields.Monetary(
        "A Year of Newcomers",
        help="For managers who sold nothing last year: the target of a whole year, spread by the company's "
        "season. 0: the average of the other managers.",
    )
    newcomer_date = fields.Date(
        "Newcomers Begin on",
        help="Before this day they have no target; in its month, by the working days that are left. Empty: "
        "from the beginning.",
    )
    replace = fields.Boolean("Replace Targets That Are Set", help="Otherwise they stay as they are.")
    line_ids = fields.One2many("sales.target.copy.line", "copy_id", "Sales Targets")

    # ------------------------------------------------------
    # What is chosen
    # ------------------------------------------------------

    @api.model
    def _months(self):
        names = get_month_names("wide", "stand-alone", babel_locale_parse(self.env.lang))
        return [(str(number), name) for number, name in sorted(names.items())]

    @api.model
    def _default_year(self):
        today = self.env.company._sales_today()
        return today.year + (today.month > 9)

    @api.model
    def _default_teams(self):
        return self.env["sales.target"]._grid_teams(True, self.env["sales.target"]).ids

    @api.model
    def _default_users(self):
        managers = self.env["sales.target"]._progress_managers()
        return managers.filtered(lambda user: self.env.company in user.company_ids).ids

    @api.depends("company_id")
    def _compute_growth(self):
        for copy in self:
            copy.growth = copy.company_id.sales_growth_goal

    def _check_choice(self):
        """:raise UserError: nothing can be counted from what is chosen"""
        self.env["sales.target"]._check_year(self.year)
        if int(self.month_to) < int(self.month_from):
            raise UserError(self.env._("The last month is before the first one. Choose a later one."))
        if not (self.of_company or self.team_ids or self.user_ids):
            raise UserError(self.env._("Choose for whom: the company, teams or managers."))
        if self.growth < -1:
            raise UserError(self.env._("Sales can't fall by more than 100 %: enter a higher growth."))
        if self.rounding < 0 or self.newcomer_amount < 0:
            raise UserError(self.env._("Enter an amount of 0 or more."))

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_preview(self):
        """Count the targets and show them, before anything is saved.

        :raise UserError: nothing can be counted from what is chosen
        """
        self.ensure_one()
        self._check_choice()
        self.line_ids = [Command.clear(), *(Command.create(line) for line in self._prepare_lines())]
        return {
            **self._reopened(),
            "res_id": self.id,
        }

    def action_save(self):
        """Write the targets of the preview, with the rights of the user.

        :return: the screen Targets with the year
        """
        self.ensure_one()
        Target = self._targets()
        set_before = self._set_before()
        for line in self.line_ids:
            key = line._key()
            if key not in set_before:
                continue
            if self.replace:
                set_before[key]._set_figures(line._prepare_figures())
        Target.create(
            [
                {**line._prepare_target(), "company_id": self.company_id.id}
                for line in self.line_ids
                if line._key() not in set_before
            ]
        )
        action = self.env["ir.actions.actions"]._for_xml_id("sales_crm.sales_target_grid_action")
        # Instead of the screen that the copy was asked for on
        return {**action, "target": "main", "params": {"year": self.year}}

    def _reopened(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._description_of_action(),
            "res_model": self._name,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _description_of_action(self):
        return self.env._("Copy Last Year")

    # ------------------------------------------------------
    # What comes out
    # ------------------------------------------------------

    def _targets(self):
        return self.env["sales.target"]._of_company(self.company_id)

    def _chosen_months(self):
        numbers = range(int(self.month_from), int(self.month_to) + 1)
        return [date(self.year, number, 1) for number in numbers]

    def _set_before(self):
        """:return: dict (month, user id, team id) -> the target that is set already"""
        targets = self._targets().search(
            [("month", "in", self._chosen_months()), ("company_id", "=", self.company_id.id)]
        )
        return {(target.month, target.user_id.id, target.team_id.id): target for target in targets}

    def _prepare_lines(self):
        """:return: list of values of the preview's lines"""
        target = self._targets()
        # One year more says who is new
        facts = target._facts_by_month("amount", date(self.year - 2, 1, 1), date(self.year - 1, 12, 31))
        months = [date(self.year, number, 1) for number in range(1, 13)]

        def shifted(of_months):
            return {month: of_months.get(month.replace(year=self.year - 1), 0) for month in months}

        sold = target._add_up(facts.values())
        season = shifted(sold)
        own = {user: shifted(facts.get(user.id, {})) for user in self.user_ids}
        whole = {user: shifted(filled(facts.get(user.id, {}), sold)) for user in self.user_ids}
        amounts = []
        if self.of_company:
            amounts.append(({}, season, self._grown(season)))
        # sudo: who is in which team is no secret
        for team in self.team_ids.sudo():
            members = team.crm_team_member_ids.filtered("active").user_id
            before = shifted(target._add_up([facts.get(user, {}) for user in members.ids]))
            amounts.append(({"team_id": team.id}, before, self._grown(before)))
        for user, aims in self._of_managers(whole, season).items():
            amounts.append(({"user_id": user.id}, own[user], aims))
        return self._prepare_months(amounts, {name: self._counts_before(name) for name in COUNTED})

    def _counts_before(self, figure):
        """:return: function of whose target it is and of its month: how many there were a year before"""
        target = self._targets()
        facts = target._facts_by_month(figure, date(self.year - 1, 1, 1), date(self.year - 1, 12, 31))

        def count(whose, month):
            if "user_id" in whose:
                users = [whose["user_id"]]
            elif "team_id" in whose:
                # sudo: who is in which team is no secret
                team = self.team_ids.sudo().browse(whose["team_id"])
                users = team.crm_team_member_ids.filtered("active").user_id.ids
            else:
                users = list(facts)
            month = month.replace(year=self.year - 1)
            return sum(facts.get(user, {}).get(month, 0) for user in users)

        return count

    def _grown(self, of_months):
        return {month: amount * (1 + self.growth) for month, amount in of_months.items()}

    def _of_managers(self, whole, season):
        """:param dict whole: manager -> dict month -> what he would have sold a year before
        :param dict season: what the company has
        :return: dict manager -> dict month -> his target, not rounded
        """
        aims = {
            user: self._grown(of_months) for user, of_months in whole.items() if sum(of_months.values()) > 0
        }
        years = [sum(of_months.values()) for of_months in aims.values()]
        year = self.newcomer_amount or (sum(years) / len(years) if years else 0)
        return {user: aims.get(user) or self._of_newcomer(user, year, season) for user in whole}

    def _of_newcomer(self, user, year, season):
        shares = {month: max(amount, 0) for month, amount in season.items()}
        if not any(shares.values()):
            shares = dict.fromkeys(season, 1)
        whole = sum(shares.values())
        return {
            month: year * share / whole * self._part_after_beginning(user, month)
            for month, share in shares.items()
        }

    def _part_after_beginning(self, user, month):
        """:return: which part of the month's working days a newcomer works"""
        begin, last = self.newcomer_date, month_end(month)
        if not begin or begin <= month:
            return 1
        if begin > last:
            return 0
        days = user._sales_workdays(month, last)[user].days
        left = [day for day in days if day >= begin]
        return len(left) / len(days) if days else ((last - begin).days + 1) / last.day

    def _prepare_months(self, amounts, counts):
        """:param amounts: list of (whose, dict month -> last year's, dict month -> target)
        :param dict counts: name of a figure -> function of :meth:`_counts_before`
        :return: list of values of the lines of the chosen months
        """
        chosen, set_before = self._chosen_months(), self._set_before()
        lines = []
        for whose, before, aims in amounts:
            values = rounded([aims[month] for month in chosen], self.rounding)
            for month, amount in zip(chosen, values, strict=True):
                key = (month, whose.get("user_id", False), whose.get("team_id", False))
                found = set_before.get(key)
                figures = {"amount": amount}
                for name, count in counts.items():
                    counted = ceil(round(count(whose, month) * (1 + self.growth), 6))
                    # Where there were none, what a head has thought of stays
                    figures[name] = counted or (found[name] if found else 0)
                if found and not self.replace:
                    figures = {name: found[name] for name in figures}
                lines.append(
                    {
                        **whose,
                        **figures,
                        "month": month,
                        "last_year": before[month],
                        "set_before": found.amount if found else 0,
                        "state": "new" if not found else "replace" if self.replace else "keep",
                    }
                )
        return lines


class SalesTargetCopyLine(models.TransientModel):
    """A target of the preview; what is corrected in it is saved."""

    _name = "sales.target.copy.line"
    _description = "Target to Be Set"
    _order = "id"

    copy_id = fields.Many2one("sales.target.copy", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="copy_id.currency_id")
    user_id = fields.Many2one("res.users", "Manager", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    whose = fields.Char("For Whom", compute="_compute_whose")
    month = fields.Date(required=True, readonly=True)
    month_name = fields.Char("Month", compute="_compute_month_name")
    last_year = fields.Monetary(readonly=True)
    amount = fields.Monetary("New Target")
    new_clients = fields.Integer()
    visits = fields.Integer()
    set_before = fields.Monetary("Set till Now", readonly=True)
    state = fields.Selection(
        [("new", "Will be set"), ("keep", "Stays as it is"), ("replace", "Replaced")],
        "What Happens",
        readonly=True,
    )

    @api.depends("user_id", "team_id")
    def _compute_whose(self):
        for line in self:
            line.whose = (line.user_id or line.team_id or line.copy_id.company_id).display_name

    @api.depends("month")
    def _compute_month_name(self):
        for line in self:
            line.month_name = line.month and format_date(self.env, line.month, date_format="LLLL y")

    def _key(self):
        return self.month, self.user_id.id, self.team_id.id

    def _prepare_target(self):
        return {
            "month": self.month,
            "user_id": self.user_id.id,
            "team_id": self.team_id.id,
            **self._prepare_figures(),
        }

    def _prepare_figures(self):
        return {name: self[name] for name in ("amount", *COUNTED)}
