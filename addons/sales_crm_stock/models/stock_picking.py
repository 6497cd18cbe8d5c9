from odoo import api, fields, models


class StockPicking(models.Model):
    """No delivery goes out beyond what the client may owe.

    Whatever the route, it ends in moves that become done: ``stock.move`` asks then.
    """

    _name = "stock.picking"
    _inherit = ["stock.picking", "sales.credit.shipment", "sales.warehouse.view"]

    credit_release_ids = fields.One2many("sales.credit.release", "picking_id", "Releases")

    def _credit_order(self):
        return self.sale_id or self._credit_gated_moves().sale_line_id.order_id[:1]

    def _credit_gated_moves(self):
        return self.move_ids.filtered(lambda move: move._credit_gated())

    def _credit_moves(self):
        """Those that are for another order or client are asked by themselves."""
        return self._credit_gated_moves().filtered(lambda move: move._credit_is_of(self))

    def _credit_recipient(self):
        """What goes straight from a supplier has the supplier as its partner, and the client on its moves."""
        moves = self._credit_gated_moves()
        return moves.partner_id[:1] or moves[:1]._credit_recipient() or self.partner_id

    def _credit_release_values(self):
        return {"picking_id": self._origin.id}

    def button_validate(self):
        """The client's limit is locked before goods are reserved, set aside or taken."""
        # sudo: see sales.credit.shipment
        self.sudo().move_ids._credit_lock_shipments()
        return super().button_validate()

    def action_cancel(self):
        """An order's deliveries go with it. What the warehouse has made of them, like a batch, is no
        business of whoever may cancel the order.
        """
        own = self.filtered(lambda picking: picking._is_of_own_order())
        # sudo: that he may write the orders and all of their deliveries has been asked
        res = super(StockPicking, own.sudo()).action_cancel()
        if self - own:
            res = super(StockPicking, self - own).action_cancel()
        return res

    def _log_activity_get_documents(self, orig_obj_changes, stream_field, stream, groupby_method=False):
        """Who has to be told of a change, like a buyer, does not depend on what the user may see."""
        # sudo: what is found is told to those who answer for it, and to nobody else
        return super(StockPicking, self.sudo())._log_activity_get_documents(
            orig_obj_changes, stream_field, stream, groupby_method
        )

    def _is_of_own_order(self):
        """:return: whether the user may write the order that this is for, and all deliveries that wait for
        these goods are for that order as well
        """
        if self.env.su or not self.sale_id or not self.has_access("write"):
            return False
        # sudo: what waits for it may be another's; it is compared only
        moves = self.sudo().move_ids
        chain = moves.browse(moves._rollup_move_dests())
        orders = chain.sale_line_id.order_id | chain.picking_id.sale_id
        return orders <= self.sudo().sale_id and self.sale_id.has_access("write")

    @api.depends("state", "partner_id", "sale_id", "move_ids.state", "move_ids.quantity")
    def _compute_credit_reason(self):
        # sudo: see sales.credit.shipment
        waiting = self.sudo().filtered(lambda picking: picking.state not in ("done", "cancel"))
        res = super(StockPicking, waiting)._compute_credit_reason()
        done = self - waiting.sudo(False)
        done.credit_reason = False
        done.credit_release_state = False
        return res
