from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL


class ResUsers(models.Model):
    """Whose calendar says when a manager works: the employee's, else one chosen here, else the company's.

    Days are counted in his time zone, else in his company's, also in SQL.
    """

    _name = "res.users"
    _inherit = ["res.users", "sales.work.time"]

    sales_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working Time in Sales",
        compute="_compute_sales_calendar_id",
        inverse="_inverse_sales_calendar_id",
        compute_sudo=True,
        help="When the plan of the day is carried over and reminders come. With the Employees app it is the "
        "employee's working time; nothing chosen: the company's.",
    )

    @api.depends("resource_ids.calendar_id", "company_id.resource_calendar_id")
    def _compute_sales_calendar_id(self):
        for user in self:
            user.sales_calendar_id = user._sales_calendar()

    def _inverse_sales_calendar_id(self):
        """The choice is kept where core keeps it: on the user's resource, which may be an employee's."""
        for user in self:
            # sudo: who may write users chooses their working time
            user = user.sudo()
            chosen = user.sales_calendar_id
            user._sales_create_resources()
            user._sales_resource().calendar_id = chosen or user.company_id.resource_calendar_id

    def _sales_timezone(self):
        """:return: the user's time zone, else his company's"""
        self.ensure_one()
        user = self.sudo()  # sudo: a colleague's time zone is no secret
        return pytz.timezone(user.tz) if user.tz else user.company_id._sales_timezone()

    def _sales_work_company(self):
        self.ensure_one()
        return self.company_id

    def _sales_resource(self):
        """:return: the employee's resource if the user is one (of his company first), else another"""
        self.ensure_one()
        # Those of many users are read together, and so are their calendars
        together = self.resource_ids._prefetch_ids
        resources = self.resource_ids.filtered("active").with_prefetch(together)
        of_employees = resources._sales_of_employees()
        found = self._sales_resource_of_company(of_employees) or self._sales_resource_of_company(resources)
        return found.with_prefetch(together)

    def _sales_resource_of_company(self, resources):
        return (resources.filtered(lambda r: r.company_id == self.company_id) or resources)[:1]

    def _sales_create_resources(self):
        """Those of these users who have none get a resource, which carries working time and days off."""
        missing = self.filtered(lambda user: not user._sales_resource())
        self.env["resource.resource"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": user.company_id.id,
                    "calendar_id": user.company_id.resource_calendar_id.id,
                    "tz": user._sales_timezone().zone,
                }
                for user in missing
            ]
        )

    def _sales_workdays_between(self, start, count):
        """:return: dict user id -> ``Workdays`` of the ``count`` days from ``start`` on"""
        workdays = self._sales_workdays(start, start + timedelta(days=count - 1))
        return {user.id: of_user for user, of_user in workdays.items()}

    @api.model
    def _sales_zones_sql(self):
        """:return: SQL to join the time zone of each user, ``zone.tz`` by ``zone.user_id``"""
        return SQL(
            """
            (SELECT person_user.id AS user_id,
                    COALESCE(NULLIF(person.tz, ''), NULLIF(calendar.tz, ''), NULLIF(house.tz, ''), 'UTC')
                    AS tz
               FROM res_users person_user
               JOIN res_partner person ON person.id = person_user.partner_id
               LEFT JOIN res_company ON res_company.id = person_user.company_id
               LEFT JOIN res_partner house ON house.id = res_company.partner_id
               LEFT JOIN resource_calendar calendar
                 ON calendar.id = res_company.resource_calendar_id) zone
            """
        )

    @api.model
    def _sales_day_sql(self, moment, tz=None):
        """:param SQL moment: a UTC time, as Odoo stores it
        :param SQL tz: a time zone that outweighs the other, where it isn't null
        :return: SQL of its date in the time zone that :meth:`_sales_zones_sql` joined
        """
        zone = SQL("COALESCE(%s, zone.tz)", tz) if tz else SQL("zone.tz")
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)
