from datetime import date, timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...tools.production_calendar import HOLIDAY, WORKING, official_days, transfers_known

YEARS_BACK, YEARS_AHEAD = 1, 2  # what looks back, like stuck deals and reports, needs the last year


class SalesCalendarDay(models.Model):
    """A day on which a company works otherwise than its week says: a holiday or a working Saturday.

    Russia's, Kazakhstan's and Belarus' days come from a package and are kept by a cron; what somebody has
    entered or changed stays as it is. ``sales.work.time`` asks here; core sees the holidays as public ones.
    """

    _name = "sales.calendar.day"
    _description = "Day of the Production Calendar"
    _order = "date, company_id"
    _rec_name = "date"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    date = fields.Date(required=True)
    kind = fields.Selection(
        [(HOLIDAY, "Day off"), (WORKING, "Working day"), ("usual", "As in any week")],
        "What It Is",
        required=True,
        default=HOLIDAY,
    )
    name = fields.Char()
    as_on = fields.Date(
        "Hours as on",
        compute="_compute_as_on",
        store=True,
        readonly=False,
        precompute=True,
        help="A working Saturday is worked as this day would be; who has no work on it by his own working "
        "time has none on the Saturday.",
    )
    source = fields.Selection(
        [("package", "Official"), ("hand", "By hand")],
        required=True,
        readonly=True,
        default="hand",
        copy=False,
        help="Official days are kept up to date; what was entered or changed by hand stays.",
    )
    to_check = fields.Boolean(
        help="The transfers of the year are not known: compare it with the official calendar, enter what is "
        "missing, and take the tick away.",
    )
    note = fields.Char(compute="_compute_note")
    leave_ids = fields.One2many("resource.calendar.leaves", "calendar_day_id", "Public Holiday")

    _company_date_uniq = models.Constraint(
        "UNIQUE (company_id, date)", "This day is in the company's calendar already: change it there."
    )

    @api.depends("date")
    def _compute_display_name(self):
        for day in self:
            day.display_name = format_date(self.env, day.date)

    @api.depends("kind", "date")
    def _compute_as_on(self):
        """The last day from Monday to Friday before it, unless somebody knows better."""
        for day in self:
            if day.kind != WORKING or not day.date:
                day.as_on = False
            elif not day.as_on or day.as_on == day.date:
                weekday = day.date.weekday()
                day.as_on = day.date - timedelta(days=max(weekday - 4, 0) or (3 if weekday == 0 else 1))

    @api.depends("to_check", "date")
    @api.depends_context("lang")
    def _compute_note(self):
        for day in self:
            day.note = day.to_check and self.env._(
                "No transfers of %(year)s are known: check by hand.", year=day.date.year
            )

    @api.constrains("kind", "as_on", "date")
    def _check_as_on(self):
        for day in self:
            if day.kind == WORKING and day.as_on == day.date:
                raise ValidationError(
                    self.env._(
                        "%(date)s cannot have its own hours: choose the day that it is worked for, or leave "
                        "the field empty.",
                        date=day.display_name,
                    )
                )

    # ------------------------------------------------------
    # What is asked
    # ------------------------------------------------------

    @api.model
    @tools.ormcache("company_id")
    def _days_of(self, company_id):
        """:return: dict date -> (kind, date whose hours a working day has); not to be changed"""
        # sudo: when a company works is no secret
        days = self.sudo().search_fetch(
            [("company_id", "=", company_id), ("kind", "!=", "usual")], ["date", "kind", "as_on"]
        )
        return {day.date: (day.kind, day.as_on) for day in days}

    # ------------------------------------------------------
    # By hand
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        days = super().create(vals_list)
        days._changed()
        return days

    def write(self, vals):
        """What is changed by hand is no longer kept by the package."""
        res = super().write(vals)
        if not self.env.su:
            official = self.filtered(lambda day: day.source == "package")
            # sudo: only the server says where a day comes from
            official.sudo().source = "hand"
        self._changed()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_official(self):
        # The cron, as superuser, takes away what is official no longer
        official = not self.env.su and self.filtered(lambda day: day.source == "package")
        if official:
            raise UserError(
                self.env._(
                    "%(date)s is an official day and would come back. Choose “As in any week” if your "
                    "company does not follow it.",
                    date=official[0].display_name,
                )
            )

    def unlink(self):
        self.check_access("unlink")
        # sudo: core's copy goes with its day
        self.sudo().leave_ids.unlink()
        res = super().unlink()
        self.env.registry.clear_cache()
        return res

    def _changed(self):
        self._tell_core()
        self.env.flush_all()
        self.env.registry.clear_cache()

    # ------------------------------------------------------
    # Public holidays, as core sees them
    # ------------------------------------------------------

    def _tell_core(self):
        """Each day off is a public holiday of its company, of all its calendars; nothing else is one."""
        # sudo: who keeps the calendar need not keep public holidays
        days = self.sudo()
        holidays = days.filtered(lambda day: day.kind == HOLIDAY)
        (days - holidays).leave_ids.unlink()
        for company, of_company in holidays.grouped("company_id").items():
            missing = days.browse()
            for day in of_company:
                if not day.leave_ids or not day._is_told_by(day.leave_ids):
                    missing += day
                elif day.leave_ids.name != day._leave_values()["name"]:
                    day.leave_ids.name = day._leave_values()["name"]
            missing.leave_ids.unlink()
            # Core computes the company of a public holiday: it is the current one
            leaves = days.env["resource.calendar.leaves"].with_company(company)
            leaves.create([day._leave_values() for day in missing])

    def _leave_values(self):
        """:return: values of the public holiday that says the same as this day"""
        self.ensure_one()
        begin, end = self._leave_bounds()
        speaking = self.with_context(lang=self.company_id.partner_id.lang)
        return {
            "name": self.name or speaking.env._("Day off"),
            "calendar_day_id": self.id,
            "company_id": self.company_id.id,
            "calendar_id": False,
            "resource_id": False,
            "time_type": "leave",
            "date_from": begin,
            "date_to": end,
        }

    def _leave_bounds(self):
        """:return: when the day begins and ends where the company is, in UTC, naive"""
        begin, end = self.company_id._sales_day_bounds(self.date)
        return begin, end - timedelta(seconds=1)

    def _is_told_by(self, leave):
        """:return: whether the public holiday says the same as this day"""
        whose = leave.company_id == self.company_id and not leave.calendar_id and not leave.resource_id
        when = (leave.date_from, leave.date_to) == self._leave_bounds()
        return whose and when and leave.time_type == "leave"

    # ------------------------------------------------------
    # Official days
    # ------------------------------------------------------

    @api.model
    def _cron_fill(self):
        """Keep the official days of all companies: last year, this one and two ahead."""
        self.env["res.company"].search([("active", "=", True)])._sales_fill_calendar()

    @api.model
    def _fill(self, company):
        """Make the days of a company what the package says, but for those that were changed by hand.

        Where the country is none that the package is asked for, official days go.
        """
        official = self._official(company)
        years = self._years(company)
        kept = self.search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", date(years[0], 1, 1)),
                ("date", "<=", date(years[-1], 12, 31)),
            ]
        )
        kept.filtered(lambda day: day.source == "package" and day.date not in official).unlink()
        kept = kept.exists()
        for day in kept.filtered(lambda day: day.source == "package"):
            values = official[day.date]
            if any(day[name] != value for name, value in values.items()):
                day.write(values)
        known = set(kept.mapped("date"))
        self.create(
            [
                {"company_id": company.id, "date": day, "source": "package", **values}
                for day, values in official.items()
                if day not in known
            ]
        )
        kept._tell_core()  # the company's time zone may have changed

    @api.model
    def _years(self, company):
        year = company._sales_today().year
        return range(year - YEARS_BACK, year + YEARS_AHEAD + 1)

    @api.model
    def _official(self, company):
        """:return: dict date -> values of a day, of all years that are kept"""
        country = company.country_id.code
        russian = (company.partner_id.lang or "").startswith("ru")
        this_year = company._sales_today().year
        speaking = self.with_context(lang=company.partner_id.lang)
        found = {}
        for year in self._years(company):
            for day, official in official_days(country, year, russian).items():
                found[day] = {
                    "kind": official.kind,
                    "name": official.name or speaking.env._("Working day"),
                    "to_check": False,
                }
                if official.as_on:
                    found[day]["as_on"] = official.as_on
            # One day tells of the year: the first of January is a holiday in all these countries
            first = date(year, 1, 1)
            if first in found and year >= this_year and not transfers_known(country, year):
                found[first]["to_check"] = True
        return found
