from odoo import api, models
from odoo.tools import SQL


class SalesPerformanceReport(models.Model):
    """Goods are shipped on the day on which they leave, and taken off on the day on which they come back."""

    _inherit = "sales.performance.report"

    _depends = {
        "stock.location": ["parent_path", "usage"],
        "stock.move": [
            "date", "location_dest_id", "location_id", "origin_returned_move_id", "picking_id", "product_id",
            "product_uom", "quantity", "reference", "sale_line_id", "state", "to_refund",
        ],
        "stock.picking": ["name"],
    }  # fmt: skip

    @api.model
    def _arms(self):
        return {**super()._arms(), 6: self._arm_moved(6)}

    @api.model
    def _arm_moved(self, arm):
        """The moves that make up the delivered quantity of an order's line: what goes to a client, and what
        comes back and is taken off the order. What goes without an order is no sale until it is invoiced.
        """
        is_back = SQL("move.location_dest_id != ALL(%s)", self._outgoing_locations_sql())
        quantity = SQL(
            """
            CASE WHEN move.product_uom = line.product_uom_id THEN move.quantity
                 ELSE move.quantity * moved_unit.factor / NULLIF(unit.factor, 0) END
            * CASE WHEN %s THEN -1 ELSE 1 END
            """,
            is_back,
        )
        amount = self._shipped_amount_sql(SQL("(%s)::numeric", quantity))
        return self._order_arm(
            arm,
            self._moved_sql(),
            source=SQL("move.id"),
            tables=SQL(
                """
                JOIN stock_move move ON move.sale_line_id = line.id
                LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                LEFT JOIN uom_uom moved_unit ON moved_unit.id = move.product_uom
                """
            ),
            kind=SQL("CASE WHEN %s THEN 'goods_returned' ELSE 'shipped' END", is_back),
            date=self._day_sql(SQL("move.date")),
            number=SQL("COALESCE(picking.name, move.reference)"),
            res_model=SQL("CASE WHEN move.picking_id IS NULL THEN 'stock.move' ELSE 'stock.picking' END"),
            res_id=SQL("COALESCE(move.picking_id, move.id)"),
            shipped_amount=amount,
            goods_returned_amount=SQL("CASE WHEN %s THEN -(%s) ELSE 0 END", is_back, amount),
            shipped_quantity=self._in_product_unit(quantity, SQL("line.product_uom_id")),
        )

    @api.model
    def _moved_sql(self):
        """:return: SQL condition on ``move``: core counts it in the delivered quantity of its ``line``"""
        return SQL(
            """
            move.state = 'done' AND move.product_id = line.product_id
            AND line.qty_delivered_method = 'stock_move'
            AND (move.location_dest_id = ANY(%(outgoing)s)
                 AND (move.origin_returned_move_id IS NULL OR move.to_refund IS TRUE)
                 OR move.location_dest_id != ALL(%(outgoing)s) AND move.location_id = ANY(%(outgoing)s)
                 AND move.to_refund IS TRUE)
            """,
            outgoing=self._outgoing_locations_sql(),
        )

    @api.model
    def _outgoing_locations_sql(self):
        """:return: SQL of an array of the locations of clients, and of the transit between companies"""
        # sudo: where goods pass between companies is no secret
        transit = self.env.ref("stock.stock_location_inter_company", raise_if_not_found=False)
        path = transit.sudo().parent_path if transit else None
        return SQL(
            "ARRAY(SELECT id FROM stock_location WHERE usage = 'customer' OR parent_path LIKE %s)",
            path and f"{path}%",
        )

    @api.model
    def _delivered_by_hand_sql(self):
        condition = SQL(
            "%s AND line.qty_delivered_method IS DISTINCT FROM 'stock_move'", super()._delivered_by_hand_sql()
        )
        if "mrp.bom" not in self.env:
            return condition
        # A kit's moves are those of its components: they say nothing of the kit's price
        return SQL(
            """
            (%s OR NOT EXISTS (SELECT FROM stock_move move
                                WHERE move.sale_line_id = line.id AND move.state = 'done'
                                  AND move.product_id = line.product_id))
            """,
            condition,
        )
