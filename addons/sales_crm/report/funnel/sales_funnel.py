from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.funnel import CODES

GROUPS = ("user_id", "team_id", "source_id", "approach", "client_class", "tag_ids", "month")


class SalesFunnel(models.AbstractModel):
    """The figures of the funnel: of its picture, its tables and its Excel file, from one place.

    All of them are counted on ``sales.funnel.report`` and ``sales.stage.move`` with the reader's own
    access rights, in a constant number of queries. Options, all optional:

    * ``mode``: ``cohort`` (of the deals that reached ``level`` in the period, how many reached each
      further level, whenever) or ``event`` (how many deals reached each level in the period);
    * ``level``: where the funnel begins, ``cold`` if not given;
    * ``date_from``, ``date_to``: first and last day, in the user's time zone; this year if not given;
    * ``days``: in a cohort, further levels count if reached within so many days (of 24 hours);
    * ``user_id``, ``team_id``, ``source_id``, ``approach``, ``client_class``: only these;
    * ``group``: what the second table is grouped by, one of ``GROUPS``. By ``tag_ids``, the products of
      imported deals among them, a deal counts with each of its tags.

    Amounts are in the currency of the current company, at today's rates.
    """

    _name = "sales.funnel"
    _description = "Figures of the Funnel"

    @api.model
    def get_funnel(self, options=None):
        """Everything that the funnel's screen shows.

        :return: dict ``options`` (complete), ``bars``, ``groups``, ``lost``, ``currency_id``,
            ``choices``, ``unmapped`` (whether no stage has a level yet)
        :raise UserError: an option that doesn't exist
        """
        options = self._complete(options)
        return {
            "options": options,
            "bars": self._get_bars(options),
            "groups": self._get_groups(options),
            "lost": self._get_lost(options),
            "currency_id": self.env.company.currency_id.id,
            "choices": self._get_choices(),
            "unmapped": not self.env["crm.stage"].search_count([("funnel_level", "!=", False)], limit=1),
            "may_map": self.env.user.has_group("sales_crm.group_head"),
        }

    # ------------------------------------------------------
    # Options
    # ------------------------------------------------------

    @api.model
    def _complete(self, options):
        today = self.env.user._sales_today()
        options = {
            "mode": "cohort",
            "level": "cold",
            "date_from": fields.Date.to_string(today.replace(month=1, day=1)),
            "date_to": fields.Date.to_string(today),
            "days": 0,
            "group": "user_id",
            **{key: value for key, value in (options or {}).items() if value not in (None, False, "")},
        }
        valid = (
            options["mode"] in ("cohort", "event")
            and options["level"] in CODES
            and options["group"] in GROUPS
            and isinstance(options["days"], int)
            and options["days"] >= 0
        )
        if not valid:
            raise UserError(self.env._("The funnel can't be counted this way. Choose from the lists."))
        return options

    @api.model
    def _moment(self, day):
        """:return: when a day begins for the user, in UTC, naive"""
        return self.env.user._sales_moment(day)

    @api.model
    def _filter(self, options):
        """:return: Domain of the options that ``sales.funnel.report`` and ``sales.stage.move`` share"""
        first, last = (fields.Date.to_date(options[name]) for name in ("date_from", "date_to"))
        if not first or not last:
            raise UserError(self.env._("Choose the first and the last day of the period."))
        domain = Domain("date", ">=", self._moment(first))
        domain &= Domain("date", "<", self._moment(last + timedelta(days=1)))
        for name in ("user_id", "team_id"):
            if options.get(name):
                domain &= Domain(name, "=", options[name])
        return domain

    @api.model
    def _report_domain(self, options):
        """:return: Domain on ``sales.funnel.report`` of the rows that are counted"""
        domain = self._filter(options)
        for name in ("source_id", "approach", "client_class"):
            if options.get(name):
                domain &= Domain(name, "=", options[name])
        if options["mode"] == "cohort":
            return domain & Domain("level", "=", options["level"])
        return domain & Domain("rank", ">=", CODES.index(options["level"]))

    @api.model
    def _bar_domain(self, options, level):
        """:return: Domain on ``sales.funnel.report``: the rows behind one bar"""
        domain = self._report_domain(options)
        if options["mode"] == "event":
            return domain & Domain("level", "=", level)
        if level == options["level"]:
            return domain
        domain &= Domain(f"to_{level}", "=", 1)
        if options["days"]:
            domain &= Domain(f"days_to_{level}", "<=", options["days"])
        return domain

    @api.model
    def get_deals_action(self, options, level, group=None, value=None):
        """Drill-down: the deals behind a bar, or behind a group's part of it.

        :param str level: whose bar
        :param group: one of ``GROUPS``, with ``value``: the group's id, code, or first day of a month
        :return: act_window; deals that were deleted since can't be opened and aren't in it
        """
        options = self._complete(options)
        domain = self._bar_domain(options, level)
        if group:
            domain &= self._group_domain(group, value)
        return {
            "type": "ir.actions.act_window",
            "name": self._level_names()[level],
            "res_model": "crm.lead",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("funnel_report_ids", "any", list(domain))],
            "context": {"active_test": False, "create": False},
        }

    @api.model
    def get_lost_action(self, options, field, value):
        """Drill-down: the events behind a line of the lost deals.

        :param str field: ``lost_reason_id`` or ``stage_from_id``
        :param value: the id, False for none
        :return: act_window
        """
        if field not in ("lost_reason_id", "stage_from_id"):
            raise UserError(self.env._("The funnel can't be counted this way. Choose from the lists."))
        domain = self._lost_domain(self._complete(options)) & Domain(field, "=", value)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lost Deals"),
            "res_model": "sales.stage.move",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": list(domain),
        }

    @api.model
    def get_xlsx_action(self, options):
        """:return: the action that downloads the same figures as an Excel file"""
        report = self.env.ref("sales_crm.report_sales_funnel_xlsx")
        # sudo: the report's name is no secret; its rights are checked when it is made
        return report.sudo().report_action([], data={"options": self._complete(options)}, config=False)

    @api.model
    def _group_domain(self, group, value):
        if group not in GROUPS:
            raise UserError(self.env._("The funnel can't be counted this way. Choose from the lists."))
        if group != "month":
            return Domain(group, "=", value or False)
        month = fields.Date.to_date(value)
        following = (month + timedelta(days=32)).replace(day=1)
        return Domain("date", ">=", self._moment(month)) & Domain("date", "<", self._moment(following))

    # ------------------------------------------------------
    # Choices
    # ------------------------------------------------------

    @api.model
    def _levels(self, options):
        """:return: the levels of the funnel, from where it begins"""
        return CODES[CODES.index(options["level"]) :]

    @api.model
    def _level_names(self):
        return dict(self.env["crm.stage"]._fields["funnel_level"]._description_selection(self.env))

    @api.model
    def _get_choices(self):
        """:return: dict option -> list of (value, name) to choose from"""
        Report = self.env["sales.funnel.report"]
        teams = self.env["crm.team"].search(Domain.TRUE)
        managers = self.env["sales.morning"].sudo()._managers()  # sudo: who is in the group is no secret
        return {
            "level": list(self._level_names().items()),
            "group": self._group_labels(),
            "user_id": [(user.id, user.name) for user in managers.sorted("name")],
            "team_id": [(team.id, team.name) for team in teams],
            "source_id": [
                (source.id, source.name) for source in self.env["utm.source"].search([], limit=200)
            ],
            "approach": Report._fields["approach"]._description_selection(self.env),
            "client_class": Report._fields["client_class"]._description_selection(self.env),
        }

    @api.model
    def _group_labels(self):
        Report = self.env["sales.funnel.report"]
        return [
            (
                name,
                Report._fields[name]._description_string(self.env)
                if name != "month"
                else self.env._("Month"),
            )
            for name in GROUPS
        ]
