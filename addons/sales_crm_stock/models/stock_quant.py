from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    # Goods in the warehouse that belong to a client
    _sales_guard_path = "owner_id"
