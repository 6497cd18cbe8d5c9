from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    _inherit = "sales.credit"

    @api.model
    def _ordered_quantity_sql(self):
        """What is still to be shipped counts as ordered; a line whose deliveries are all done or cancelled
        counts with what the client has got: the rest will never come.
        """
        return SQL(
            """
            CASE WHEN EXISTS (SELECT FROM stock_move move WHERE move.sale_line_id = line.id)
                  AND NOT EXISTS (SELECT FROM stock_move move
                                   WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel'))
                 THEN GREATEST(COALESCE(line.qty_delivered, 0), 0)
                 ELSE GREATEST(line.product_uom_qty, COALESCE(line.qty_delivered, 0)) END
            """
        )

    @api.model
    def _flush(self):
        res = super()._flush()
        self.env["stock.move"].flush_model(["sale_line_id", "state"])
        return res
