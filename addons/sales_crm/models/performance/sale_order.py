from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # What was ordered in a period
    _performance_idx = models.Index("(date_order) WHERE state = 'sale'")
