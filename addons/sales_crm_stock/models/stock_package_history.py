from odoo import models


class StockPackageHistory(models.Model):
    _inherit = "stock.package.history"

    _sales_guard_path = "picking_ids"
