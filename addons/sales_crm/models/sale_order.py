from odoo import api, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.client.document"]

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.partner_id._make_client()
        return orders

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self.partner_id._make_client()
        return res
