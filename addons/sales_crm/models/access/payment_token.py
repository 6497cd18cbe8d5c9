from odoo import models


class PaymentToken(models.Model):
    _inherit = "payment.token"

    _sales_guard_path = "partner_id"
