from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    _inherit = "sales.credit"

    @api.model
    def _ordered_quantity_sql(self):
        """What is still to be shipped counts as ordered; a line whose deliveries are all done or cancelled
        counts with what the client has got: the rest will never come.
        """
        return SQL(
            """
            CASE WHEN EXISTS (SELECT FROM stock_move move WHERE move.sale_line_id = line.id)
                  AND NOT EXISTS (SELECT FROM stock_move move
                                   WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel'))
                 THEN GREATEST(COALESCE(line.qty_delivered, 0), 0)
                 ELSE GREATEST(line.product_uom_qty, COALESCE(line.qty_delivered, 0)) END
            """
        )

    @api.model
    def _rare_sql(self):
        return {
            **super()._rare_sql(),
            "loose": SQL(
                "EXISTS (SELECT FROM stock_move WHERE credit_client_id IS NOT NULL AND sale_line_id IS NULL)"
            ),
        }

    @api.model
    def _rare_of_sql(self, client_ids, names):
        conditions = super()._rare_of_sql(client_ids, names)
        if "loose" in names:
            conditions["loose"] = SQL(
                """
                EXISTS (SELECT FROM stock_move move
                          JOIN res_partner debtor ON debtor.id = move.credit_client_id
                         WHERE move.credit_client_id IS NOT NULL AND move.sale_line_id IS NULL AND %s)
                """,
                self._of_clients_sql("debtor", "commercial_partner_id", client_ids),
            )
        return conditions

    @api.model
    def _owed_sql(self, ledger, client_ids, without, shipped, rare):
        """What left a warehouse is owed, with an order or without one."""
        owed = super()._owed_sql(ledger, client_ids, without, shipped, rare)
        if "loose" not in rare:
            return owed
        return SQL("%s UNION ALL %s", owed, self._loose_sql(ledger, client_ids, without))

    @api.model
    def _loose_sql(self, ledger, client_ids, without):
        """Shipped without an order, less returned, less invoiced since by invoices without an order: of each
        product so many as are not invoiced yet, at the value that they had when they left.

        :return: SQL of client_id, on_commission, amount
        """
        return SQL(
            """
            SELECT loose.client_id, FALSE AS on_commission,
                   loose.amount * GREATEST(0, 1 - COALESCE(invoiced.quantity, 0)
                                                  / NULLIF(loose.quantity, 0)) AS amount
              FROM (SELECT debtor.commercial_partner_id AS client_id, move.product_id,
                           GREATEST(SUM(move.credit_amount), 0) AS amount, MIN(move.date)::date AS since,
                           SUM(move.quantity * unit.factor * SIGN(move.credit_amount)) AS quantity
                      FROM stock_move move
                      JOIN res_partner debtor ON debtor.id = move.credit_client_id
                      JOIN uom_uom unit ON unit.id = move.product_uom
                     WHERE move.state = 'done' AND move.sale_line_id IS NULL
                       AND move.credit_client_id IS NOT NULL AND move.company_id = ANY(%(ledger)s)
                       AND %(clients)s AND %(others)s
                     GROUP BY debtor.commercial_partner_id, move.product_id) loose
              LEFT JOIN LATERAL (
                    SELECT SUM(item.quantity * unit.factor
                               * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS quantity
                      FROM account_move invoice
                      JOIN account_move_line item ON item.move_id = invoice.id
                      JOIN uom_uom unit ON unit.id = item.product_uom_id
                     WHERE invoice.commercial_partner_id = loose.client_id AND invoice.state = 'posted'
                       AND invoice.move_type IN ('out_invoice', 'out_refund')
                       AND invoice.company_id = ANY(%(ledger)s)
                       AND invoice.date >= loose.since AND item.product_id = loose.product_id
                       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                                        WHERE link.invoice_line_id = item.id)) invoiced ON TRUE
            """,
            ledger=ledger,
            clients=self._of_clients_sql("debtor", "commercial_partner_id", client_ids),
            others=self._without_sql("move", without.get("stock.move")),
        )

    @api.model
    def _flush_counted(self):
        res = super()._flush_counted()
        self.env["stock.move"].flush_model(
            [
                "sale_line_id", "state", "credit_client_id", "credit_amount", "quantity", "product_uom",
                "date", "product_id", "company_id",
            ]
        )  # fmt: skip
        self.env["account.move"].flush_model(["commercial_partner_id", "date"])
        self.env["account.move.line"].flush_model(["product_id", "quantity", "product_uom_id"])
        return res
