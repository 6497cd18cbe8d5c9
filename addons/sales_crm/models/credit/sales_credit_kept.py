from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    """What was shipped is owed at the price at which it was shipped, until it is invoiced at another."""

    # Beside the standing of the clients
    _inherit = "sales.credit"

    @api.model
    def _flush_counted(self):
        res = super()._flush_counted()
        self.env["sale.order.line"].flush_model(["credit_kept"])
        return res

    @api.model
    def _kept_sql(self):
        """:return: SQL of what ``line`` was worth more when it was shipped, in the order's currency"""
        return SQL(
            "CASE WHEN line.credit_kept > 0 AND %s > 0 THEN line.credit_kept * %s ELSE 0 END",
            self._not_invoiced_sql(),
            self._order_rate_sql(),
        )

    @api.model
    def _not_invoiced_sql(self):
        """:return: SQL of how much of ``line`` was shipped and isn't invoiced"""
        return SQL(
            "(COALESCE(line.qty_delivered, 0) - COALESCE(line.qty_invoiced, 0) + COALESCE(draft.quantity, 0))"
        )

    @api.model
    def _shipped_prices(self, orders):
        """:return: dict order line id -> (quantity shipped and not invoiced, price in the company's money);
        without lines of which there is nothing
        """
        if not orders.ids:
            return {}
        self._flush_counted()
        rows = self.env.execute_query(
            SQL(
                """
                WITH draft AS (%(drafts)s)
                SELECT line.id, %(quantity)s, (%(line)s) / %(rate)s / %(quantity)s
                  FROM sale_order ord
                  JOIN sale_order_line line ON line.order_id = ord.id AND line.display_type IS NULL
                  LEFT JOIN draft ON draft.order_line_id = line.id
                 WHERE ord.id = ANY(%(orders)s) AND line.qty_delivered > 0 AND %(quantity)s > 0
                """,
                drafts=self._drafts_sql(),
                quantity=self._not_invoiced_sql(),
                line=self._order_line_sql(shipped=True, as_ordered=False),
                rate=self._order_rate_sql(),
                orders=list(orders.ids),
            )
        )
        return {line: (float(quantity), float(price)) for line, quantity, price in rows}
