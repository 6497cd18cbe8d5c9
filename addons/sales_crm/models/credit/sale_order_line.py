from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, float_compare


class SaleOrderLine(models.Model):
    """Every route to a bigger order by its lines."""

    _inherit = "sale.order.line"
    _name = "sale.order.line"

    _credit_left_over_idx = models.Index(
        "(order_id) WHERE state IS DISTINCT FROM 'sale' AND qty_delivered > 0"
    )

    @api.constrains("order_id")
    def _check_invoices_payer(self):
        """:raise UserError: somebody else than the order's payer has its invoice, or is to get it"""
        # sudo: what is invoiced doesn't depend on who asks
        for line in self.sudo():
            others = line._invoiced_to_others()
            if others:
                raise UserError(line._other_payer_message(others[0].move_id))

    def _invoiced_to_others(self):
        """:return: lines of invoices for somebody else than the payer: those of drafts, or all that are not
        credited
        """
        payer = self.order_id._credit_payer()
        others = self.invoice_lines.filtered(
            lambda item: (
                item.move_id.state in ("draft", "posted") and item.move_id.commercial_partner_id != payer
            )
        )
        drafts = others.filtered(lambda item: item.move_id.state == "draft")
        if drafts:
            return drafts
        left = sum(
            item.quantity
            * (item.product_uom_id.factor or 1)
            * (-1 if item.move_id.move_type == "out_refund" else 1)
            for item in others
        )
        return others if float_compare(left, 0, precision_digits=6) else others.browse()

    def _other_payer_message(self, invoice):
        values = {"order": self.order_id.display_name, "client": invoice.commercial_partner_id.display_name}
        if invoice.state == "draft":
            return self.env._(
                "%(order)s is on a draft invoice for %(client)s. Post or cancel that invoice before "
                "somebody else pays for the order.",
                **values,
            )
        return self.env._(
            "%(order)s is invoiced to %(client)s. Ask the accountant to credit that invoice before somebody "
            "else pays for the order, or make a new order for the rest.",
            **values,
        )

    def _credit_hold(self):
        """Let no other transaction give these lines, or their orders, to somebody else: whoever does it at
        the same time fails, and core has him try again with what is committed by then. A lock alone would
        let him go on with what he saw before.
        """
        for records in (self.order_id, self):
            if records.ids:
                self.env.cr.execute(
                    SQL(
                        "UPDATE %s SET write_date = write_date WHERE id IN %s",
                        SQL.identifier(records._table),
                        tuple(sorted(records.ids)),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        orders = self._credit_orders_of(vals_list)
        with orders._credit_watch_delivered([*vals_list, self.default_get(["qty_delivered"])]):
            lines = super().create(vals_list)
            lines._count_delivered()
        # in whatever other way a line came to its order
        (lines.order_id - orders).filtered(lambda order: order.state == "sale")._credit_enforce()
        return lines

    def write(self, vals):
        if not self._credit_fields() & vals.keys():
            return super().write(vals)
        self._check_delivered_by_hand(vals)
        orders = self.order_id | self._credit_orders_of([vals])
        with orders._credit_watch_delivered([vals]):
            return super().write(vals)

    def unlink(self):
        with self.order_id._credit_watch_live():
            return super().unlink()

    def _compute_qty_delivered(self):
        """What is stored is as of now, whatever day a report asks for."""
        return super(SaleOrderLine, self.with_context(accrual_entry_date=False))._compute_qty_delivered()

    def _compute_qty_invoiced(self):
        return super(SaleOrderLine, self.with_context(accrual_entry_date=False))._compute_qty_invoiced()

    @api.model
    def _credit_orders_of(self, vals_list):
        """:return: the orders that the lines will belong to, by their values or by default"""
        ids = {vals.get("order_id") for vals in vals_list}
        if any("order_id" not in vals for vals in vals_list):
            ids.add(self.default_get(["order_id"]).get("order_id"))
        return self.env["sale.order"].browse(id_ for id_ in ids if isinstance(id_, int) and id_).exists()

    def _delivered_by_others(self):
        """:return: the lines of which nobody enters what was delivered: the warehouse counts it"""
        return self.filtered(
            lambda line: line.product_id and not line.display_type and line.qty_delivered_method != "manual"
        )

    def _count_delivered(self):
        """Whatever new lines say to be delivered: what counts is counted."""
        counted = self._delivered_by_others().filtered("qty_delivered")
        self.env.add_to_compute(self._fields["qty_delivered"], counted)

    def _check_delivered_by_hand(self, vals):
        """:raise AccessError: a user enters what the warehouse counts"""
        if "qty_delivered" not in vals or self.env.su:
            return
        for line in self._delivered_by_others():
            if line.qty_delivered != vals["qty_delivered"]:
                raise AccessError(
                    self.env._(
                        "%s: the delivered quantity is counted by the warehouse. Change the delivery.",
                        line.display_name,
                    )
                )

    @api.model
    def _credit_fields(self):
        """:return: names of the fields that decide how much a client owes for a line"""
        return {
            "order_id", "product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount",
            "tax_ids", "display_type", "is_downpayment", "qty_delivered", "invoice_lines",
        }  # fmt: skip

    @api.model
    def _sales_server_fields(self):
        """What core computes and the gate counts with; and lines of posted invoices of another order would
        make this one an invoiced one.
        """
        return super()._sales_server_fields() | {
            "price_subtotal", "price_tax", "price_total", "qty_invoiced", "qty_delivered_method", "state",
            "invoice_lines",
        }  # fmt: skip
