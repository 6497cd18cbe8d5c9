from odoo import api, models


class SaleOrderLine(models.Model):
    """Core orders the deliveries of a line after it has been written: the gate looks when they are there."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        delivered = [*vals_list, self.default_get(["qty_delivered"])]
        with self._credit_orders_of(vals_list)._credit_watch_delivered(delivered):
            return super().create(vals_list)

    def write(self, vals):
        if not self._credit_fields() & vals.keys():
            return super().write(vals)
        orders = self.order_id | self._credit_orders_of([vals])
        with orders._credit_watch_delivered([vals]):
            return super().write(vals)
