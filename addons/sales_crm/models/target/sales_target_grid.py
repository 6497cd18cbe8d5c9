from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.months import month_end, month_of

YEARS = range(2000, 2101)
NEAR = 0.8  # of the target: not good, and not bad either


class SalesTarget(models.Model):
    """The screen Targets: a year, with the company, the teams and the managers in its rows."""

    _inherit = "sales.target"

    @api.model
    def get_grid(self, year=False, figure="amount"):
        """Everything that the screen shows, of the current company, in a number of queries that doesn't grow.

        :param int year: the company's current one, if not given
        :param str figure: ``amount``, ``new_clients`` or ``visits``
        :return: dict, see the code. A fact is None in months to come, and where the user would be told a part
            of it only: a manager has facts in his own row, the leader of a team in those of its members too
        :raise UserError: an unknown figure, or a year that is none
        """
        target = self._of_company(self.env.company)
        target.check_access("read")
        target._check_figure(figure)
        company, today = target.env.company, target.env.company._sales_today()
        year = target._check_year(year or today.year)
        months = [date(year, number, 1) for number in range(1, 13)]
        people = target._progress_people(None)
        facts = {}
        if months[0] <= today:
            last = min(month_end(months[-1]), month_end(today))
            facts = target._facts_by_month(figure, months[0], last, people)
        targets = target.search_fetch(
            [("month", "in", months), ("company_id", "=", company.id)],
            ["month", "user_id", "team_id", figure],
        )
        rows = target._grid_rows(people, targets, facts)
        of_row = targets.grouped(lambda one: (one.user_id.id, one.team_id.id))
        return {
            "year": year,
            "this_year": today.year,
            "figure": figure,
            "company": company.display_name,
            "currency_id": company.currency_id.id,
            "measure": target._measure_name(),
            "may_edit": target.has_access("create") and target.has_access("write"),
            "months": [target._grid_month(month, today) for month in months],
            "rows": [
                target._grid_row(row, of_row.get(row["key"], target.browse()), figure, months, today)
                for row in rows
            ],
        }

    @api.model
    def set_grid(self, month, figure, value, user_id=False, team_id=False):
        """Save one cell, with the rights of the user.

        :param month: any day of it
        :param value: the target; False: none
        :param user_id: whose; with neither, the company's
        :return: the value as it is kept
        :raise AccessError: the user is no head
        :raise UserError: the value is no number, or below 0
        """
        target = self._of_company(self.env.company)
        target._check_figure(figure)
        target.check_access("write")
        try:
            value = float(value or 0)
        except (TypeError, ValueError):
            value = -1
        # as no number is equal to itself that isn't one
        if not 0 <= value < float("inf"):
            raise UserError(self.env._("A target is a number, 0 or more."))
        day = fields.Date.to_date(month)
        target._check_year(day and day.year)
        month = month_of(day)
        values = {"month": month, "user_id": user_id or False, "team_id": team_id or False}
        values["company_id"] = target.env.company.id
        kept = value if figure == "amount" else round(value)
        found = target.search([(name, "=", key) for name, key in values.items()])
        if found:
            found.write({figure: kept})
        else:
            found = target.create({**values, figure: kept})
        return found[figure]

    # ------------------------------------------------------
    # Rows and columns
    # ------------------------------------------------------

    @api.model
    def _check_year(self, year):
        if not isinstance(year, int) or year not in YEARS:
            raise UserError(self.env._("Choose a year between 2000 and 2100."))
        return year

    @api.model
    def _measure_name(self):
        """:return: what amounts are compared with, as the settings call it"""
        field = self.env["res.company"]._fields["sales_target_measure"]
        return dict(field._description_selection(self.env))[self.env.company.sales_target_measure]

    @api.model
    def _grid_month(self, month, today):
        now = month_of(today)
        return {
            "date": fields.Date.to_string(month),
            "name": format_date(self.env, month, date_format="LLL"),
            "when": "past" if month < now else "now" if month == now else "future",
        }

    @api.model
    def _grid_rows(self, people, targets, facts):
        """:return: list of dict: the company's row, the teams', the managers'; ``facts`` by month, or None"""
        company, everybody = self.env.company, people is None
        of_all = self._add_up(facts.values()) if everybody else None
        rows = [{"kind": "company", "id": False, "name": company.display_name, "facts": of_all}]
        teams = self._grid_teams(everybody, targets)
        members = teams.env["crm.team.member"].search([("crm_team_id", "in", teams.ids)])
        members = members.grouped("crm_team_id")
        for team in teams:
            whole = everybody or team.user_id == self.env.user
            users = members[team].user_id.ids if team in members else []
            of_team = self._add_up([facts.get(user, {}) for user in users]) if whole else None
            rows.append({"kind": "team", "id": team.id, "name": team.name, "facts": of_team})
        for user in self._grid_managers(people, targets, facts):
            rows.append({"kind": "user", "id": user.id, "name": user.name, "facts": facts.get(user.id, {})})
        for row in rows:
            row["key"] = tuple(row["kind"] == kind and row["id"] for kind in ("user", "team"))
        return rows

    @api.model
    def _grid_teams(self, everybody, targets):
        """:return: crm.team, sudo-ed: a head's all teams of the company with managers in them, else those
        that the user leads; with any that has a target he may read
        """
        # sudo: who is in which team is no secret
        Team = self.env["crm.team"].sudo()
        domain = Domain("company_id", "in", [False, self.env.company.id])
        domain &= (
            Domain("crm_team_member_ids.user_id", "in", self._progress_managers().ids)
            if everybody
            else Domain("user_id", "=", self.env.uid)
        )
        teams = Team.search(domain) | targets.team_id.sudo()
        return teams.sorted(lambda team: ((team.name or "").lower(), team.id))

    @api.model
    def _grid_managers(self, people, targets, facts):
        # sudo: their names
        Users = self.env["res.users"].sudo()
        found = people
        if people is None:
            found = Users.browse(user for user in facts if user) | self._progress_managers()
        found = found.with_env(Users.env) | targets.user_id.sudo()
        return found.sorted(lambda user: ((user.name or "").lower(), user.id))

    @api.model
    def _add_up(self, of_months):
        found = {}
        for months in of_months:
            for month, value in months.items():
                found[month] = found.get(month, 0) + value
        return found

    @api.model
    def _grid_row(self, row, targets, figure, months, today):
        """:return: dict ``kind``, ``id``, ``name``, ``cells``: a month's ``value`` (None where no target is
        set), its ``fact`` and what to think of it (``good``, ``near``, ``bad``, or nothing)
        """
        values = {target.month: target[figure] for target in targets}
        cells = []
        for month in months:
            known = row["facts"] is not None and month <= today
            fact = row["facts"].get(month, 0) if known else None
            cells.append(
                {
                    "value": values.get(month),
                    "fact": fact,
                    "state": self._grid_state(values.get(month), fact, month_end(month) < today),
                }
            )
        return {"kind": row["kind"], "id": row["id"], "name": row["name"], "cells": cells}

    @api.model
    def _grid_state(self, value, fact, is_over):
        if not value or fact is None:
            return False
        if fact >= value:
            return "good"
        return is_over and ("near" if fact >= value * NEAR else "bad")
