from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from ...tools.moment import to_char_format


class SalesClientHistory(models.Model):
    """When something happened, where only its day is told; and days in the user's format."""

    _inherit = "sales.client.history"

    recorded = fields.Datetime(
        "Recorded at",
        readonly=True,
        help="Of two events of the same moment the one that was recorded later is above.",
    )
    day_only = fields.Boolean(readonly=True, help="Only the day is known: it was recorded on another one.")

    @api.model
    def _noon(self, column, zone=None):
        """:param SQL column: a day
        :param SQL zone: where it is that day; UTC, if not given
        :return: SQL of its noon there, which is the same day for whoever looks at it from far away
        """
        noon = SQL("(%s + interval '12 hours')", column)
        return SQL("(%s AT TIME ZONE %s AT TIME ZONE 'UTC')", noon, zone) if zone else noon

    @api.model
    def _moment(self, day, recorded, company):
        """When something happened of which a day is told: at the moment when it was recorded, if that was on
        the same day, else some time on its day.

        :param SQL day: in the time zone of the company
        :param SQL recorded: a moment
        :param SQL company: id
        :return: dict of SQL, ``date``, ``recorded`` and ``day_only`` of a :meth:`_row`
        """
        zone = self._zone_sql(company)
        same_day = SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date = %s", recorded, zone, day)
        return {
            "date": SQL("CASE WHEN %s THEN %s ELSE %s END", same_day, recorded, self._noon(day, zone)),
            "recorded": recorded,
            "day_only": SQL("((%s) IS NOT TRUE)", same_day),
        }

    @api.model
    def _zone_sql(self, company):
        """:return: SQL of the time zone of the company with that id"""
        # sudo: in which time zone a company works is no secret
        companies = self.env["res.company"].sudo().search([("active", "in", [True, False])])
        zones = companies.grouped(lambda one: one._sales_timezone_name(one.id))
        if len(zones) == 1:
            return SQL("%s::text", *zones)
        cases = SQL(" ").join(
            SQL("WHEN %s = ANY(%s) THEN %s", company, of_zone.ids, zone) for zone, of_zone in zones.items()
        )
        return SQL("(CASE %s ELSE 'UTC' END)", cases)

    @api.model
    def _day_text(self, day):
        """:return: SQL of a day as the user's language writes it"""
        return SQL("to_char(%s, %s)", day, to_char_format(get_lang(self.env).date_format))
