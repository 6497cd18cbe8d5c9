from odoo import models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    _sales_guard_path = "partner_id"
