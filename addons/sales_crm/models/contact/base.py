from odoo import models
from odoo.exceptions import UserError

from ...tools.phone import phone_format


class Base(models.AbstractModel):
    """A phone is read in the same way everywhere: in cards, deals, files and by what sends messages."""

    _inherit = "base"

    def _phone_get_country(self):
        """Without a country of his own, it is that of the company of the record."""
        countries = super()._phone_get_country()
        field = self._fields.get("company_id")
        if field and field.comodel_name == "res.company":
            for record in self.filtered(lambda record: record.id not in countries):
                # sudo: a country decides how a number is read only
                country = record.sudo().company_id.country_id
                if country:
                    countries[record.id] = country.sudo(self.env.su)
        return countries

    def _phone_region(self):
        """:return: ISO code of the country that phones of the record without +… belong to, False if none is
        known
        """
        country = self._phone_get_country().get(self.id) or self.env.company.country_id
        return country.code or False

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """Core adds a + to what is too long, which makes a number of another country of it."""
        key, shown = phone_format(number or "", country.code)
        if not key:
            if number and raise_exception:
                raise UserError(
                    self.env._(
                        "“%s” is not a valid phone number. Correct it, or begin it with +.",
                        number,
                    )
                )
            return False
        if force_format == "INTERNATIONAL":
            return shown
        return super()._phone_format_number(key, country, force_format, raise_exception)

    def _phone_warning(self, number):
        """:return: the answer of an onchange to a number that can't be one, None if it can"""
        if phone_format(number, self._phone_region())[0]:
            return None
        message = self.env._(
            "“%s” is not a valid phone number and is kept as typed. Is a digit missing? Foreign numbers "
            "begin with + and the country's code.",
            number,
        )
        return {
            "warning": {"title": self.env._("Check the Phone"), "message": message, "type": "notification"}
        }
