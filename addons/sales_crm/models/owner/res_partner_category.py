from odoo import models


class ResPartnerCategory(models.Model):
    _name = "res.partner.category"
    _inherit = ["res.partner.category", "sales.client.naming"]

    _sales_naming_field = "partner_ids"
