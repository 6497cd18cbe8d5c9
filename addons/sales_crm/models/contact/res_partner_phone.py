from odoo import api, models

from ...tools.phone import phone_format


class ResPartner(models.Model):
    """Phones are read by the client's country, else by that of the company that he is of.

    Valid ones are stored as they are written in the world; others as they were typed, with a warning.
    """

    # Beside the other ways to reach a client
    _inherit = "res.partner"

    def _phone_get_country(self):
        """A contact without a country of his own is where his client is."""
        families = {}
        for partner in self.filtered(lambda partner: not partner.country_id):
            # sudo: a country decides how a number is read only
            known = partner.sudo()
            country = known.parent_id.country_id or known.client_id.country_id
            if country:
                families[partner.id] = country.sudo(self.env.su)
        return {**super()._phone_get_country(), **families}

    @api.onchange("phone", "country_id", "company_id", "parent_id")
    def _onchange_phone_validation(self):
        res = super()._onchange_phone_validation()
        return (self.phone and self._phone_warning(self.phone)) or res

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._write_phone_as_shown()
        return partners

    def write(self, vals):
        res = super().write(vals)
        if {"phone", "country_id"} & vals.keys():
            self._write_phone_as_shown()
        return res

    def _write_phone_as_shown(self):
        # sudo: it is the number that the user has just written
        for partner in self.sudo().filtered("phone"):
            shown = phone_format(partner.phone, partner._phone_region())[1]
            if shown != partner.phone:
                partner.phone = shown
