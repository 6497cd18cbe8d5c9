from odoo import api, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    _sales_guard_path = "picking_id"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["stock.move"].browse({vals.get("move_id") for vals in vals_list} - {None, False})
        with moves.exists()._credit_watch():
            return super().create(vals_list)

    def write(self, vals):
        if "quantity" not in vals:
            return super().write(vals)
        with self.move_id._credit_watch():
            return super().write(vals)
