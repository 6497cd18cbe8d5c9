from odoo import api, fields, models
from odoo.tools import SQL, float_compare

from ...tools.columns import add_column


class SaleOrderLine(models.Model):
    """A credit note whose invoice is no longer posted is no money of the client's."""

    # Beside the routes to a bigger order
    _inherit = "sale.order.line"

    credit_note_alone = fields.Boolean(
        "More Credited than Invoiced",
        compute="_compute_credit_note_alone",
        store=True,
        help="The order is not confirmed, any more, and of this line more is credited than invoiced: the "
        "invoice was taken back, its credit note stands.",
    )

    _credit_note_alone_idx = models.Index("(order_id) WHERE credit_note_alone IS TRUE")

    def _auto_init(self):
        """Lines that are there already are told at once, not one by one."""
        add_column(self.env.cr, self._table, "credit_note_alone", "boolean", self._fill_credited_sql)
        return super()._auto_init()

    @api.model
    def _fill_credited_sql(self):
        return SQL(
            """
            UPDATE sale_order_line SET credit_note_alone = TRUE
             WHERE state IS DISTINCT FROM 'sale' AND id IN (
                    SELECT link.order_line_id
                      FROM sale_order_line_invoice_rel link
                      JOIN account_move_line item ON item.id = link.invoice_line_id
                      JOIN account_move note ON note.id = item.move_id
                      LEFT JOIN uom_uom uom ON uom.id = item.product_uom_id
                     WHERE note.state = 'posted'
                     GROUP BY link.order_line_id
                    HAVING SUM(item.quantity * COALESCE(uom.factor, 1)
                               * CASE note.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) < -0.000001)
            """
        )

    @api.depends("state", "qty_invoiced_posted")
    def _compute_credit_note_alone(self):
        for line in self.with_context(accrual_entry_date=False):
            line.credit_note_alone = (
                line.state != "sale" and float_compare(line.qty_invoiced_posted, 0, precision_digits=6) < 0
            )

    @api.model
    def _sales_server_fields(self):
        """What the gate counts with."""
        return super()._sales_server_fields() | {"credit_note_alone"}
