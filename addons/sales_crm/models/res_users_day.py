from odoo import api, models
from odoo.tools import SQL


class ResUsers(models.Model):
    """The day of a moment where a user is, for SQL. In Python it is :meth:`_sales_timezone`."""

    _inherit = "res.users"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _sales_zones_sql(self):
        """:return: SQL to join the time zone of each user, ``zone.tz`` by ``zone.user_id``"""
        return SQL(
            """
            (SELECT person_user.id AS user_id,
                    COALESCE(NULLIF(person.tz, ''), NULLIF(calendar.tz, ''), 'UTC') AS tz
               FROM res_users person_user
               JOIN res_partner person ON person.id = person_user.partner_id
               LEFT JOIN res_company ON res_company.id = person_user.company_id
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
