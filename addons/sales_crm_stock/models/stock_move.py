from contextlib import contextmanager

from odoo import api, models


class StockMove(models.Model):
    _inherit = "stock.move"

    _sales_guard_path = "picking_id"

    def _credit_gated(self):
        """:return: whether goods leave for a client: from a warehouse, or straight from a supplier"""
        self.ensure_one()
        return self.location_dest_id.usage == "customer" and self.location_id.usage != "customer"

    def _credit_value(self):
        """:return: what the client owes for this move, in its company's currency: at the price of the order
        line; list price for goods that were never ordered
        """
        line, quantity = self.sale_line_id, self.quantity or self.product_uom_qty
        company = self.company_id
        if line and line.product_id == self.product_id and line.product_uom_qty:
            quantity = self.product_uom._compute_quantity(quantity, line.product_uom_id, round=False)
            return line.price_total / line.product_uom_qty * quantity / (line.order_id.currency_rate or 1)
        product = self.product_id.with_company(company)
        value = product.list_price * self.product_uom._compute_quantity(quantity, product.uom_id, round=False)
        return product.currency_id._convert(
            value, company.currency_id, company, company._sales_today(), round=False
        )

    def _action_done(self, cancel_backorder=False):
        """The client's limit is locked before the goods are: two at once would wait for each other."""
        # sudo: see stock.picking
        self.sudo().filtered(lambda move: move._credit_gated()).picking_id._credit_lock()
        return super()._action_done(cancel_backorder=cancel_backorder)

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # sudo: see stock.picking
        done = moves.sudo().filtered(lambda move: move.state == "done" and move._credit_gated())
        done.picking_id._credit_enforce()
        return moves

    def write(self, vals):
        """Every route to a shipment ends in moves that become done, or that are done and grow."""
        if vals.get("state") != "done" and not {"quantity", "product_uom_qty"} & vals.keys():
            return super().write(vals)
        with self._credit_watch(vals.get("state") == "done"):
            return super().write(vals)

    @contextmanager
    def _credit_watch(self, shipping=False):
        """Afterwards the deliveries are checked if their clients got more by them than before."""
        # sudo: see stock.picking
        moves = self.sudo().filtered(
            lambda move: (shipping or move.state == "done") and move.picking_id and move._credit_gated()
        )
        before = moves.picking_id._credit_amounts()
        yield
        moves.exists().picking_id._credit_grown(before)._credit_enforce()
