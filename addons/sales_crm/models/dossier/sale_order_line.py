from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _sales_guard_path = "order_id"
