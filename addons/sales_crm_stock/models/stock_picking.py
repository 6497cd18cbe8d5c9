from odoo import api, fields, models


class StockPicking(models.Model):
    """No delivery goes out beyond what the client may owe.

    Whatever the route, it ends in moves that become done: ``stock.move`` asks then. Everything here is
    asked with all rights, because who packs the goods sees neither debts nor contracts; he sees
    the sentence that says why.
    """

    _name = "stock.picking"
    _inherit = ["stock.picking", "sales.credit.document"]

    _credit_shipped = True

    credit_release_ids = fields.One2many("sales.credit.release", "picking_id", "Releases")

    # ------------------------------------------------------
    # Answers
    # ------------------------------------------------------

    def _credit_amounts(self):
        """What these deliveries have brought the clients, at the prices of their orders."""
        amounts = {}
        for picking in self:
            value = sum(move._credit_value() for move in picking._credit_moves() if move.state == "done")
            if value:
                amounts[picking.id] = (picking._credit_payer().id, picking._credit_on_commission(), value)
        return amounts

    def _credit_preview(self):
        moves = self._credit_moves().filtered(lambda move: move.state not in ("done", "cancel"))
        if not moves or not self._credit_payer():
            return None
        value = sum(move._credit_value() for move in moves)
        return self._credit_payer().id, self._credit_on_commission(), value

    def _credit_moves(self):
        """:return: the moves of these deliveries by which goods go to a client"""
        return self.move_ids.filtered(lambda move: move._credit_gated())

    def _credit_order(self):
        """:return: the order that the delivery is for, or an empty one"""
        return self.sale_id

    def _credit_payer(self):
        order = self._credit_order()
        return order._credit_payer() if order else self.partner_id.commercial_partner_id

    def _credit_buyers(self):
        return {
            picking.id: (picking._credit_order() or picking).partner_id.commercial_partner_id
            for picking in self
        }

    def _credit_on_commission(self):
        return self._credit_order().contract_id.kind == "commission"

    def _credit_contract(self):
        return self._credit_order().contract_id

    def _credit_left_out(self):
        return self.sale_id.ids

    def _credit_left_out_ahead(self):
        """What the order has shipped before counts beside what this delivery would bring."""
        return []

    def _credit_shares(self, amounts):
        """The orders are left out with all that they have shipped, not only with these deliveries."""
        Credit = self.env["sales.credit"]
        by_hand = {
            picking: amount for picking, amount in amounts.items() if not self.browse(picking)._credit_order()
        }
        return [*Credit._order_amounts(self.sale_id, shipped=True).values(), *by_hand.values()]

    def _credit_is_prepaid(self, standing):
        order = self._credit_order()
        return (bool(order) and order._credit_is_paid_online()) or super()._credit_is_prepaid(standing)

    # ------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------

    def _credit_release_values(self):
        return {"picking_id": self._origin.id}

    def _credit_released_ahead(self, amount):
        return super()._credit_released_ahead(amount) or self._credit_order_released(amount)

    def _credit_use_release(self, amount):
        """What was released as an order ships: once for the order is enough."""
        return self._credit_order_released(0) or super()._credit_use_release(amount)

    def _credit_order_released(self, more):
        """:param float more: what would be shipped beside what was shipped already
        :return: whether a used release of the order covers all that is shipped of it
        """
        order = self._credit_order()
        if not order:
            return False
        shipped = self.env["sales.credit"]._order_amounts(order, shipped=True).get(order.id, (0, False, 0))
        return any(
            release._covers(shipped[2] + more, states=("used",)) for release in order._credit_releases()
        )

    # ------------------------------------------------------
    # Before anyone presses
    # ------------------------------------------------------

    @api.depends("state", "partner_id", "sale_id", "move_ids.state", "move_ids.quantity")
    def _compute_credit_reason(self):
        # sudo: see the class
        waiting = self.sudo().filtered(lambda picking: picking.state not in ("done", "cancel"))
        res = super(StockPicking, waiting)._compute_credit_reason()
        done = self - waiting.sudo(False)
        done.credit_reason = False
        done.credit_release_state = False
        return res
