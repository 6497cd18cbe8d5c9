from contextlib import contextmanager

from odoo import api, models


class StockMove(models.Model):
    """Every route to a shipment ends in moves that become done, or that are done and grow: of a delivery,
    which is asked then, or without one, and then the move is asked itself.
    """

    _name = "stock.move"
    _inherit = ["stock.move", "sales.credit.shipment"]

    _sales_guard_path = "picking_id"

    def _credit_gated(self):
        """:return: whether goods leave for a client: from a warehouse, or straight from a supplier"""
        self.ensure_one()
        return self.location_dest_id.usage == "customer" and self.location_id.usage != "customer"

    def _credit_value(self):
        """:return: what the client owes for this move, in its company's currency: at the price of the order
        line; list price for goods that were never ordered
        """
        line, quantity = self.sale_line_id, self.quantity or self.product_uom_qty
        company = self.company_id
        if line and line.product_id == self.product_id and line.product_uom_qty:
            quantity = self.product_uom._compute_quantity(quantity, line.product_uom_id, round=False)
            return line.price_total / line.product_uom_qty * quantity / (line.order_id.currency_rate or 1)
        product = self.product_id.with_company(company)
        value = product.list_price * self.product_uom._compute_quantity(quantity, product.uom_id, round=False)
        return product.currency_id._convert(
            value, company.currency_id, company, company._sales_today(), round=False
        )

    # ------------------------------------------------------
    # Answers of a move without a delivery
    # ------------------------------------------------------

    def _credit_order(self):
        return self.sale_line_id.order_id

    def _credit_moves(self):
        return self.filtered(lambda move: move._credit_gated())

    def _credit_recipient(self):
        return self.partner_id

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
        self.sudo()._credit_lock_shipments()
        return super()._action_done(cancel_backorder=cancel_backorder)

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        # sudo: see sales.credit.shipment
        done = moves.sudo().filtered(lambda move: move.state == "done")
        for shipments in done._credit_shipments():
            shipments._credit_enforce()
        return moves

    def write(self, vals):
        if vals.get("state") != "done" and not {"quantity", "product_uom_qty"} & vals.keys():
            return super().write(vals)
        with self._credit_watch(vals.get("state") == "done"):
            return super().write(vals)

    def _credit_shipments(self):
        """:return: the deliveries of the moves that go to a client, and those moves that have none"""
        gated = self._credit_moves()
        loose = gated.filtered(lambda move: not move.picking_id and move._credit_payer())
        return gated.picking_id, loose

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
        after = moves.exists()._credit_shipments()
        for shipments, amounts in zip(after, before, strict=True):
            shipments._credit_grown(amounts)._credit_enforce()
