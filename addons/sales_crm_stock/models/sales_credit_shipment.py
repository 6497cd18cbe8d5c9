from odoo import models


class SalesCreditShipment(models.AbstractModel):
    """Goods that go to a client: a delivery, or a move without one.

    Everything here is asked with all rights, because who packs the goods sees neither debts nor contracts; he
    sees the sentence that says why. Beside the document's own questions, answer :meth:`_credit_order`,
    :meth:`_credit_moves` and :meth:`_credit_recipient`.
    """

    _name = "sales.credit.shipment"
    _description = "Shipment That Needs Credit"
    _inherit = "sales.credit.document"

    def _credit_order(self):
        """:return: the order that the goods are for, or an empty one"""
        raise NotImplementedError

    def _credit_moves(self):
        """:return: the moves by which goods go to a client"""
        raise NotImplementedError

    def _credit_recipient(self):
        """:return: the partner who gets goods for which there is no order"""
        raise NotImplementedError

    # ------------------------------------------------------
    # Answers
    # ------------------------------------------------------

    def _credit_amounts(self):
        """What has gone to the clients, at the prices of their orders."""
        amounts = {}
        for shipment in self:
            value = sum(move._credit_value() for move in shipment._credit_moves() if move.state == "done")
            if value:
                amounts[shipment.id] = (
                    shipment._credit_payer().id,
                    shipment._credit_on_commission(),
                    value,
                )
        return amounts

    def _credit_preview(self):
        moves = self._credit_moves().filtered(lambda move: move.state not in ("done", "cancel"))
        if not moves or not self._credit_payer():
            return None
        value = sum(move._credit_value() for move in moves)
        return self._credit_payer().id, self._credit_on_commission(), value

    def _credit_payer(self):
        order = self._credit_order()
        return order._credit_payer() if order else self._credit_recipient().commercial_partner_id

    def _credit_buyers(self):
        return {
            shipment.id: (
                shipment._credit_order().partner_id or shipment._credit_recipient()
            ).commercial_partner_id
            for shipment in self
        }

    def _credit_orders(self):
        """:return: the orders that these shipments are for"""
        return self.env["sale.order"].union(*(shipment._credit_order() for shipment in self))

    def _credit_on_commission(self):
        return self._credit_order().contract_id.kind == "commission"

    def _credit_shipped_only(self):
        """What goes without an order was promised to nobody: it comes after what is confirmed."""
        return bool(self._credit_order())

    def _credit_contract(self):
        return self._credit_order().contract_id

    def _credit_left_out(self):
        """The orders with all that they have shipped, and what these shipments brought beside them."""
        moves = self.env["stock.move"].union(*(shipment._credit_loose_moves() for shipment in self))
        return {"sale.order": self._credit_orders().ids, "stock.move": moves.ids}

    def _credit_left_out_ahead(self):
        """What the order has shipped before counts beside what this shipment would bring."""
        return {}

    def _credit_loose_moves(self):
        """:return: the moves of this shipment that no line of an order counts"""
        return self._credit_moves().filtered(lambda move: move.state == "done" and not move.sale_line_id)

    def _credit_shares(self, amounts):
        """The orders are left out with all that they have shipped, not only with these shipments."""
        shipped = self.env["sales.credit"]._order_amounts(self._credit_orders(), shipped=True)
        loose = [
            (payer, on_commission, shipment._credit_loose_value())
            for shipment in self
            if shipment.id in amounts
            for payer, on_commission, _value in [amounts[shipment.id]]
        ]
        return [*shipped.values(), *loose]

    def _credit_loose_value(self):
        return sum(move._credit_value() for move in self._credit_loose_moves())

    def _credit_is_prepaid(self, standing):
        return self._credit_is_paid_with_order() or super()._credit_is_prepaid(standing)

    def _credit_is_paid_with_order(self):
        """:return: whether the order's own payments cover what goes; more than was ordered they don't"""
        order = self._credit_order()
        return (
            bool(order)
            and order._credit_is_paid_online()
            and not self._credit_moves().filtered(lambda move: not move.sale_line_id)
            and all(line.qty_delivered <= line.product_uom_qty for line in order.order_line)
        )

    # ------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------

    def _credit_use_release(self, amount):
        """What was released as an order ships: once for the order is enough."""
        return self._credit_order_released(self._credit_loose_value()) or super()._credit_use_release(amount)

    def _credit_released_ahead(self, amount):
        return super()._credit_released_ahead(amount) or self._credit_order_released(amount[2])

    def _credit_order_released(self, more):
        """:param float more: what would be shipped beside what the order has shipped already
        :return: whether a used release of the order covers all that is shipped of it
        """
        order = self._credit_order()
        if not order:
            return False
        shipped = self.env["sales.credit"]._order_amounts(order, shipped=True).get(order.id, (0, False, 0))
        amount = (order._credit_payer().id, shipped[1], shipped[2] + more)
        return bool(order._credit_released(amount, states=("used",)))
