from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.requisites import compact, valid_kpp, valid_ogrn


class ResPartner(models.Model):
    """What a Russian firm is known by on its documents, beside its tax number."""

    _inherit = "res.partner"

    kpp = fields.Char(
        "Tax Registration (KPP)",
        size=9,
        index="btree_not_null",
        help="Why and where the firm is registered with the tax authorities: nine characters. Branches of "
        "one firm have its tax number and a KPP of their own.",
    )
    legal_form = fields.Char("Legal Form", help="For example LLC, JSC, sole trader.")
    director_name = fields.Char("Director", help="Who signs for the firm.")
    director_position = fields.Char("Director's Position", help="In the words in which he signs.")

    def _get_company_registry_labels(self):
        """Core's "Company ID" is the OGRN in Russia."""
        return {**super()._get_company_registry_labels(), "RU": self.env._("OGRN")}

    def _commercial_fields(self):
        return [*super()._commercial_fields(), "kpp", "legal_form", "director_name", "director_position"]

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sales_compact_requisites(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._sales_compact_requisites(vals))

    @api.model
    def _sales_compact_requisites(self, vals):
        """:return: the values, with the numbers as they are stored: without spaces, in capital letters"""
        found = {name: compact(vals[name]) for name in ("kpp",) if isinstance(vals.get(name), str)}
        return {**vals, **found} if found else vals

    @api.constrains("kpp")
    def _check_kpp(self):
        for partner in self:
            if partner.kpp and not valid_kpp(partner.kpp):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” can't be the KPP of %(client)s: it has nine characters, digits all but "
                        "the fifth and sixth, which may be letters. Correct it or leave the field empty.",
                        number=partner.kpp,
                        client=partner.display_name,
                    )
                )

    @api.constrains("company_registry", "country_id")
    def _check_ogrn(self):
        """Only where the firm is said to be Russian: other countries have registers of their own."""
        for partner in self:
            number = partner.company_registry
            if number and partner._sales_is_russian() and not valid_ogrn(number):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not the OGRN of %(client)s: a firm's has 13 digits, a sole trader's "
                        "15, and the last one is a check. Correct it, leave the field empty, or say which "
                        "country the client is of.",
                        number=number,
                        client=partner.display_name,
                    )
                )

    def _sales_is_russian(self):
        """:return: whether Russian numbers are expected of the partner: its country, else the company's"""
        self.ensure_one()
        country = self.country_id or self.company_id.country_id or self.env.company.country_id
        return country.code == "RU"
