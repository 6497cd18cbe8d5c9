from contextlib import contextmanager

from odoo import api, models


class StockMove(models.Model):
    """Every route to a shipment ends in moves that become done, or that are done and grow: of a delivery,
    which is asked then, or without one, and then the move is asked itself.
    """

    _name = "stock.move"
    _inherit = ["stock.move", "sales.credit.shipment"]

    _sales_guard_path = "picking_id"

    # ------------------------------------------------------
    # Answers of a move without a delivery, or for another client than the rest of its delivery
    # ------------------------------------------------------

    def _credit_order(self):
        return self.sale_line_id.order_id or self.picking_id.sale_id

    def _credit_moves(self):
        return self.filtered(lambda move: move._credit_gated())

    def _credit_recipient(self):
        """What goes straight from a supplier has the supplier as the partner of its delivery."""
        if self.partner_id or self.location_id.usage == "supplier":
            return self.partner_id
        return self.picking_id.partner_id

    def _credit_releases(self):
        """It is released as its order; for a move alone nobody asks."""
        return self.env["sales.credit.release"]

    def _compute_credit_reason(self):
        """Nobody looks at a move before it is done."""
        self.credit_reason = False
        self.credit_release_state = False

    # ------------------------------------------------------
    # Routes
    # ------------------------------------------------------

    def _action_done(self, cancel_backorder=False):
        """The client's limit is locked before the goods are: two at once would wait for each other."""
        # sudo: see sales.credit.shipment
        moves = self.sudo()
        moves._credit_lock_shipments()
        with moves._credit_more_than_ordered():
            return super()._action_done(cancel_backorder=cancel_backorder)

    @api.model_create_multi
    def create(self, vals_list):
        with self._credit_orders_of(vals_list)._credit_watch_live():
            moves = super().create(vals_list)
        # sudo: see sales.credit.shipment
        done = moves.sudo().filtered(lambda move: move.state == "done")
        done._credit_record()
        for shipments in done._credit_shipments():
            shipments._credit_enforce()
        return moves

    def write(self, vals):
        if not self._credit_fields() & vals.keys():
            return super().write(vals)
        self._check_shipped_stays(vals)
        orders = self._credit_orders_of([vals] if vals.get("sale_line_id") else [])
        shipping = vals.get("state") == "done"
        # sudo: see sales.credit.shipment
        orders |= self.sudo()._credit_watched_orders(shipping)
        with orders._credit_watch_live(), self._credit_watch(shipping):
            return super().write(vals)

    def _credit_more_than_ordered(self):
        """:return: context manager; afterwards the orders are checked if more has gone than was ordered"""
        return self._credit_watched_orders(True)._credit_watch_live()

    def _credit_watched_orders(self, shipping):
        """:return: the orders that owe more if these moves bring more; so far only what is done counts"""
        moves = self.filtered(lambda move: shipping or move.state == "done")
        return moves.sale_line_id.order_id

    @api.model
    def _credit_fields(self):
        """:return: names of the fields that decide what went to whom"""
        return {
            "state", "quantity", "product_uom_qty", "product_uom", "product_id", "location_id",
            "location_dest_id", "partner_id", "picking_id", "sale_line_id", "move_line_ids", "company_id",
        }  # fmt: skip

    @api.model
    def _credit_orders_of(self, vals_list):
        """:return: the orders whose deliveries these values make, also by a default, of the context or one
        that the user keeps
        """
        ids = {vals.get("sale_line_id") for vals in vals_list}
        if any("sale_line_id" not in vals for vals in vals_list):
            ids.add(self.default_get(["sale_line_id"]).get("sale_line_id"))
        # sudo: see sales.credit.shipment
        lines = self.env["sale.order.line"].sudo().browse(id_ for id_ in ids if isinstance(id_, int) and id_)
        return lines.exists().order_id

    def _credit_shipments(self):
        """:return: the deliveries of the moves that go to a client, and those moves that have none, or are
        for somebody else than the rest of it
        """
        gated = self._credit_moves()
        delivered = gated.filtered(lambda move: move.picking_id and move._credit_is_of(move.picking_id))
        loose = (gated - delivered).filtered(lambda move: move._credit_payer())
        return delivered.picking_id, loose

    def _credit_is_of(self, picking):
        """:return: whether the delivery answers for this move: both are of one order and one client"""
        return (
            self._credit_order() == picking._credit_order()
            and self._credit_payer() == picking._credit_payer()
        )

    def _credit_lock_shipments(self):
        """Lock all the clients of both at once: in turn, two transactions might wait for each other."""
        clients = self.env["res.partner"].union(
            *(shipments._credit_clients() for shipments in self._credit_shipments())
        )
        self.env["sales.credit"]._lock(clients)

    @contextmanager
    def _credit_watch(self, shipping=False):
        """Afterwards the shipments are checked if their clients got more by them than before."""
        # sudo: see sales.credit.shipment
        moves = self.sudo().filtered(lambda move: shipping or move.state == "done")
        before = [shipments._credit_amounts() for shipments in moves._credit_shipments()]
        yield
        moves = moves.exists()
        moves._credit_record()
        after = moves._credit_shipments()
        for shipments, amounts in zip(after, before, strict=True):
            shipments._credit_grown(amounts)._credit_enforce()
