from odoo import api, models
from odoo.exceptions import UserError


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    _sales_guard_path = "picking_id"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self._credit_moves_of(vals_list)
        # sudo: see sales.credit.shipment
        orders = moves.sudo()._credit_watched_orders(False)
        with orders._credit_watch_live(), moves._credit_watch():
            lines = super().create(vals_list)
        lines._check_goes_with_its_move()
        # in whatever other way a line came to its move; sudo: see sales.credit.shipment
        other = (lines.move_id - moves).sudo().filtered(lambda move: move.state == "done")
        other._credit_record()
        for shipments in other._credit_shipments():
            shipments._credit_enforce()
        return lines

    def write(self, vals):
        if not self._credit_fields() & vals.keys():
            return super().write(vals)
        moves = self.move_id | self._credit_moves_of([vals])
        # sudo: see sales.credit.shipment
        orders = moves.sudo()._credit_watched_orders(False)
        with orders._credit_watch_live(), moves._credit_watch():
            res = super().write(vals)
        self._check_goes_with_its_move()
        return res

    @api.model
    def _credit_fields(self):
        """:return: names of the fields that decide how much went where"""
        return {
            "quantity", "product_uom_id", "move_id", "picking_id", "product_id", "location_id",
            "location_dest_id",
        }  # fmt: skip

    @api.model
    def _credit_moves_of(self, vals_list):
        """:return: the moves that the lines will belong to, by their values or by default"""
        ids = {vals.get("move_id") for vals in vals_list}
        if any("move_id" not in vals for vals in vals_list):
            ids.add(self.default_get(["move_id"]).get("move_id"))
        return self.env["stock.move"].browse(id_ for id_ in ids if isinstance(id_, int) and id_).exists()

    def _check_goes_with_its_move(self):
        """:raise UserError: goods leave for a client by a move that goes somewhere else"""
        # sudo: see sales.credit.shipment
        for line in self.sudo():
            if (
                line.move_id
                and line.location_dest_id._is_outgoing()
                and not line.move_id.location_dest_id._is_outgoing()
            ):
                raise UserError(
                    self.env._(
                        "%s goes to a client by a transfer that stays in the warehouse. Make a delivery.",
                        line.product_id.display_name,
                    )
                )
