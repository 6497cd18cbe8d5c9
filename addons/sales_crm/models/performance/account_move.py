from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    # What was invoiced in a period
    _performance_idx = models.Index(
        "(invoice_date) WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
