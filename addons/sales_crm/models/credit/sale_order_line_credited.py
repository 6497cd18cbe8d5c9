from odoo import api, fields, models
from odoo.exceptions import UserError
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
        help="Of this line more is credited than invoiced: the invoice was taken back, its "
        "credit note stands.",
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
            UPDATE sale_order_line line SET credit_note_alone = TRUE
              FROM (SELECT link.order_line_id AS id,
                           SUM(item.quantity * COALESCE(uom.factor, 1)
                               * CASE note.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS quantity
                      FROM sale_order_line_invoice_rel link
                      JOIN account_move_line item ON item.id = link.invoice_line_id
                      JOIN account_move note ON note.id = item.move_id
                      LEFT JOIN uom_uom uom ON uom.id = item.product_uom_id
                     WHERE note.state = 'posted'
                     GROUP BY link.order_line_id) invoiced
             WHERE invoiced.id = line.id AND invoiced.quantity < -0.000001 + LEAST(0, line.product_uom_qty
                   * COALESCE((SELECT factor FROM uom_uom WHERE id = line.product_uom_id), 1))
            """
        )

    @api.depends("product_uom_qty", "qty_invoiced_posted")
    def _compute_credit_note_alone(self):
        """Of goods that come back by an order of their own, a negative quantity is credited."""
        for line in self.with_context(accrual_entry_date=False):
            ordered_back = min(line.product_uom_qty, 0)
            line.credit_note_alone = (
                float_compare(line.qty_invoiced_posted, ordered_back, precision_digits=6) < 0
            )

    def write(self, vals):
        if (self._credit_fields() - {"qty_delivered", "invoice_lines"}) & vals.keys():
            self._check_credited_stays()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        self._check_credited_stays()

    def _check_credited_stays(self):
        """What the line says is owed against its credit note.

        :raise UserError: a user changes that
        """
        if self.env.su:
            return
        for line in self.filtered("credit_note_alone"):
            raise UserError(
                self.env._(
                    "%(line)s is credited, and its invoice isn't posted any more. Ask the accountant to post "
                    "the invoice, or to take the credit note back, before you change it.",
                    line=line.display_name,
                )
            )

    @api.model
    def _sales_server_fields(self):
        """What the gate counts with."""
        return super()._sales_server_fields() | {"credit_note_alone"}
