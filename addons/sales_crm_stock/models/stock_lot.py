from odoo import models


class StockLot(models.Model):
    """Managers look at the lots of what was delivered to their clients."""

    _name = "stock.lot"
    _inherit = ["stock.lot", "sales.warehouse.view"]
