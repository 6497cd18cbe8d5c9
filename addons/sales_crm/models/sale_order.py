from odoo import api, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.client.document"]

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._make_clients()
        return orders

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._make_clients()
        return res

    def _make_clients(self):
        """Whoever makes the offer is the manager of a client that has none yet."""
        for manager, orders in self.grouped("user_id").items():
            orders.partner_id._make_client(manager)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    _sales_guard_path = "order_id"
