from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _sales_guard_path = "partner_id"

    _partner_idx = models.Index("(partner_id, date)")
