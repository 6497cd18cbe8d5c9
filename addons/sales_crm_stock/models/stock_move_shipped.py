from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class StockMove(models.Model):
    """What left the warehouse is written down as it leaves: who owes it and how much. That stays, whatever
    becomes of the order, the partner or the delivery.
    """

    # Beside the routes to a shipment
    _inherit = "stock.move"

    credit_client_id = fields.Many2one(
        "res.partner",
        "Owed by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Who owed the goods when they left.",
    )
    credit_price = fields.Float(
        "Value of a Unit",
        digits=0,
        readonly=True,
        copy=False,
        help="In the company's currency, when the goods left.",
    )
    credit_amount = fields.Float(
        "Value When Shipped",
        digits=0,
        readonly=True,
        copy=False,
        help="What is owed for the goods in the company's currency; negative for a return.",
    )

    _credit_loose_idx = models.Index(
        "(credit_client_id) WHERE credit_client_id IS NOT NULL AND sale_line_id IS NULL"
    )

    def _credit_gated(self):
        """:return: whether goods leave for a client: from a warehouse, or straight from a supplier"""
        self.ensure_one()
        if not self.location_dest_id._is_outgoing():
            return False
        if not self.location_id._is_outgoing():
            return True
        # by way of a transit location: once is enough
        on_the_way = self.location_id.usage != "customer" and self.location_dest_id.usage == "customer"
        return on_the_way and not any(
            move.state == "done" and move.credit_client_id for move in self.move_orig_ids
        )

    def _credit_value(self):
        """:return: what the client owes for this move, in its company's currency: at the price of the order
        line; list price for goods that were never ordered
        """
        line, quantity = self.sale_line_id, self.quantity or self.product_uom_qty
        if line and line.product_id == self.product_id and line.product_uom_qty:
            quantity = self.product_uom._compute_quantity(quantity, line.product_uom_id, round=False)
            rate = line.order_id.credit_rate or line.order_id.currency_rate or 1
            return line.price_total / line.product_uom_qty * quantity / rate
        quantity = self.product_uom._compute_quantity(quantity, self.product_id.uom_id, round=False)
        return quantity * (self.credit_price if self.credit_client_id else self._credit_list_price())

    def _credit_list_price(self):
        company = self.company_id
        product = self.product_id.with_company(company)
        return product.currency_id._convert(
            product.list_price, company.currency_id, company, company._sales_today(), round=False
        )

    def _credit_record(self):
        """Write down who owes what was shipped by those of these moves that are done.

        :raise UserError: goods went to a client, and nobody said to whom
        """
        for move in self.filtered(lambda move: move.state == "done"):
            origin = move.origin_returned_move_id
            if move._credit_gated():
                move._credit_record_shipped()
            elif origin.credit_client_id and move.location_id._is_outgoing():
                move._credit_record_owed(origin.credit_client_id, origin.credit_price, -1)

    def _credit_record_shipped(self):
        payer = self.credit_client_id or self._credit_payer()
        if not payer:
            if self.location_dest_id.usage == "customer" and self._credit_needs_recipient():
                raise UserError(
                    self.env._(
                        "%s goes to a client, and it isn't said to whom. Enter the delivery address.",
                        self.product_id.display_name,
                    )
                )
            return
        quantity = self._credit_units()
        self._credit_record_owed(payer, self._credit_value() / quantity if quantity else 0)

    def _credit_record_owed(self, payer, price, sign=1):
        amount = sign * price * self._credit_units()
        values = {"credit_client_id": payer.id, "credit_price": price, "credit_amount": amount}
        changed = {name: value for name, value in values.items() if self._credit_differs(name, value)}
        if changed:
            # sudo: nobody writes these by himself
            self.sudo().write(changed)

    def _credit_differs(self, name, value):
        return (self[name].id if name == "credit_client_id" else self[name]) != value

    def _credit_units(self):
        """:return: how much it moves, in the product's unit"""
        quantity = self.quantity or self.product_uom_qty
        return self.product_uom._compute_quantity(quantity, self.product_id.uom_id, round=False)

    def _credit_needs_recipient(self):
        """:return: whether it must be known who gets the goods; across a shop's counter it is not"""
        return not ("pos_session_id" in self.picking_id._fields and self.picking_id.pos_session_id)

    def _check_shipped_stays(self, vals):
        """:raise AccessError: a user cuts what was shipped off from its order"""
        if self.env.su or "sale_line_id" not in vals:
            return
        # sudo: see sales.credit.shipment
        for move in self.sudo():
            if (
                move.state == "done"
                and move.sale_line_id
                and move.sale_line_id.id != vals["sale_line_id"]
                and move._credit_gated()
            ):
                raise AccessError(
                    self.env._(
                        "%s was shipped for its order and stays there. Make a return instead.",
                        move.display_name,
                    )
                )
