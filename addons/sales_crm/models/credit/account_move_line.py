from odoo import api, models


class AccountMoveLine(models.Model):
    """An order that comes onto an invoice has that invoice's client as its payer."""

    _inherit = "account.move.line"

    @api.constrains("sale_line_ids")
    def _check_orders_payer(self):
        self.move_id._check_orders_payer()
