from odoo import models


class ResPartner(models.Model):
    """The time zone of a company's own card is the company's where it has no working calendar."""

    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        # sudo: whether it is the card of a company of ours, whoever changes it
        if "tz" in vals and self.sudo().ref_company_ids:
            self.env["sales.access.rule"]._access_changed()
        return res
