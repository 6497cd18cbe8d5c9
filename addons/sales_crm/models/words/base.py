import babel

from odoo import api, models
from odoo.tools import date_utils, get_lang


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        """A week by its number in the user's language; Odoo writes “W45 2026” in any."""
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if not groupby_spec.endswith(":week") or "." in groupby_spec:
            return formatter
        locale = get_lang(self.env).code

        def with_week(value):
            told, domain = formatter(value)
            if not value or not isinstance(told, tuple):
                return told, domain
            return (told[0], self._sales_week_label(value, locale)), domain

        return with_week

    @api.model
    def _sales_week_label(self, day, locale):
        """:return: the name of the week that a day or moment is in"""
        year, week = date_utils.weeknumber(babel.Locale.parse(locale), day)
        return self.env._("W%(week)s %(year)s", week=week, year=year)
