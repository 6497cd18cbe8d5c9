from odoo import models


class StockScrap(models.Model):
    """What is thrown away of a client's delivery, or of his goods in the warehouse."""

    _inherit = "stock.scrap"

    _sales_guard_path = "picking_id"
