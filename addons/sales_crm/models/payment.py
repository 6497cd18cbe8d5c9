from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    _sales_guard_path = "partner_id"


class PaymentToken(models.Model):
    _inherit = "payment.token"

    _sales_guard_path = "partner_id"
