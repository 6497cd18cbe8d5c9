from odoo import fields, models


class SalesCreditRelease(models.Model):
    _inherit = "sales.credit.release"

    picking_id = fields.Many2one(
        "stock.picking", "Delivery", readonly=True, index="btree_not_null", ondelete="restrict"
    )

    def _document(self):
        return self.picking_id or super()._document()
