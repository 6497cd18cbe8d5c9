from odoo import api, models
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    """What clients have ordered, or got, and not yet been invoiced for."""

    # Beside the standing of the clients
    _inherit = "sales.credit"

    @api.model
    def _orders_sql(self, ledger, client_ids, without, shipped, rare):
        """:param ledger: ids of the companies that sell
        :param set rare: see :meth:`_rare`
        :return: SQL of what is shipped or confirmed, and not yet invoiced, per client who has to pay
        """
        return SQL(
            """
            SELECT client_id,
                   SUM(amount) FILTER (WHERE NOT on_commission)::float AS open_orders,
                   SUM(amount) FILTER (WHERE on_commission)::float AS open_commission
              FROM (%s) open_order
             GROUP BY client_id
            """,
            self._owed_sql(ledger, client_ids, without, shipped, rare),
        )

    @api.model
    def _owed_sql(self, ledger, client_ids, without, shipped, rare):
        """:return: SQL of client_id, on_commission, amount: a row per document not yet invoiced"""
        return SQL(
            "SELECT client_id, on_commission, amount FROM (%s) owed",
            self._order_sql(
                SQL(
                    "%s AND ord.company_id = ANY(%s) AND %s AND %s",
                    self._owing_sql(rare),
                    ledger,
                    self._of_clients_sql("payer", "commercial_partner_id", client_ids),
                    self._without_sql("ord", without.get("sale.order")),
                ),
                shipped,
            ),
        )

    @api.model
    def _owing_sql(self, rare):
        """:return: SQL condition on ``ord``: something may be owed for it"""
        # each by an index of its own; a UNION of both is planned for longer
        left_over = {"left_over": self._left_over_sql(), "credited": self._credited_sql()}
        conditions = [SQL("ord.id IN (%s)", orders) for name, orders in left_over.items() if name in rare]
        return SQL("(%s)", SQL(" OR ").join([SQL("ord.state = 'sale'"), *conditions]))

    @api.model
    def _without_sql(self, alias, ids):
        return SQL("%s != ALL(%s)", SQL.identifier(alias, "id"), list(ids)) if ids else SQL("TRUE")

    @api.model
    def _left_over_sql(self):
        """:return: SQL of the ids of orders that are not confirmed, any more, and of which something was
        shipped: few, and read by an index of their own
        """
        return SQL(
            "SELECT order_id FROM sale_order_line WHERE state IS DISTINCT FROM 'sale' AND qty_delivered > 0"
        )

    @api.model
    def _credited_sql(self):
        """What a credit note takes back that isn't invoiced any more would be money of the client's. While it
        is matched with the invoice that isn't posted any more, it is none.

        :return: SQL of the ids of orders that are not confirmed, any more, of which more is credited than
        invoiced: hardly any, and read by an index of their own
        """
        return SQL(
            """
            SELECT credited.order_id
              FROM sale_order_line credited
             WHERE credited.credit_note_alone IS TRUE AND credited.state IS DISTINCT FROM 'sale' AND EXISTS (
                    SELECT FROM sale_order_line_invoice_rel link
                      JOIN account_move_line item ON item.id = link.invoice_line_id
                      JOIN account_move note ON note.id = item.move_id
                     WHERE link.order_line_id = credited.id
                       AND note.state = 'posted' AND note.move_type = 'out_refund'
                       AND NOT EXISTS (
                            SELECT FROM account_move_line due
                              JOIN account_partial_reconcile part ON part.credit_move_id = due.id
                              JOIN account_move_line matched ON matched.id = part.debit_move_id
                             WHERE due.move_id = note.id AND matched.parent_state != 'posted'))
            """
        )

    @api.model
    def _order_sql(self, condition, shipped=False, as_ordered=False):
        """What is left to invoice of orders, by posted invoices: a draft invoice is no debt yet.

        Per line: total × (quantity − invoiced quantity) / ordered quantity, never less than 0; price without
        tax × quantity where nothing was ordered and something delivered; less what was invoiced as a down
        payment and not deducted yet. Of an order that is not confirmed, any more, what was shipped.

        :param bool shipped: what was shipped, instead of what was ordered
        :param bool as_ordered: all that was ordered, even if it seems that it will never be shipped
        :param SQL condition: which orders; aliases ``ord`` and ``payer``, the partner who gets the invoice
        :return: SQL of order_id, client_id, on_commission, amount (company's currency, rate of the day on
            which the order was confirmed)
        """
        return SQL(
            """
            WITH draft AS (%(drafts)s)
            SELECT ord.id AS order_id, payer.commercial_partner_id AS client_id,
                   EXISTS (SELECT FROM sales_contract
                            WHERE id = ord.contract_id AND kind = 'commission') AS on_commission,
                   GREATEST(SUM(%(line)s + %(kept)s), 0) / %(rate)s AS amount
              FROM sale_order ord
              JOIN res_partner payer ON payer.id = ord.partner_invoice_id
              JOIN sale_order_line line ON line.order_id = ord.id AND line.display_type IS NULL
              LEFT JOIN draft ON draft.order_line_id = line.id
             WHERE (ord.invoice_status IS DISTINCT FROM 'invoiced' OR ord.id IN (SELECT order_id FROM draft))
               AND %(condition)s
             GROUP BY ord.id, payer.commercial_partner_id
            """,
            line=self._order_line_sql(shipped, as_ordered),
            kept=self._kept_sql(),
            rate=self._order_rate_sql(),
            drafts=self._drafts_sql(),
            condition=condition,
        )

    @api.model
    def _order_rate_sql(self):
        """:return: SQL of the order's rate; of one confirmed before rates were kept, core's"""
        return SQL("COALESCE(NULLIF(ord.credit_rate, 0), NULLIF(ord.currency_rate, 0), 1)")

    @api.model
    def _order_line_sql(self, shipped, as_ordered):
        return SQL(
            """
            CASE WHEN COALESCE(line.product_uom_qty, 0) = 0 AND line.is_downpayment
                 THEN -(%(prepaid)s) * %(rate)s
                 WHEN COALESCE(line.product_uom_qty, 0) = 0
                 THEN line.price_unit * (1 - COALESCE(line.discount, 0) / 100) * GREATEST(0,
                     COALESCE(line.qty_delivered, 0) - COALESCE(line.qty_invoiced, 0)
                     + COALESCE(draft.quantity, 0))
                 ELSE line.price_total * GREATEST(0,
                     (%(quantity)s - COALESCE(line.qty_invoiced, 0) + COALESCE(draft.quantity, 0))
                     / line.product_uom_qty)
            END
            """,
            prepaid=self._down_payment_sql(),
            rate=self._order_rate_sql(),
            quantity=self._quantity_sql(shipped, as_ordered),
        )

    @api.model
    def _quantity_sql(self, shipped, as_ordered):
        if shipped:
            return SQL("COALESCE(line.qty_delivered, 0)")
        return SQL(
            "CASE WHEN ord.state = 'sale' THEN %s ELSE COALESCE(line.qty_delivered, 0) END",
            self._confirmed_quantity_sql() if as_ordered else self._ordered_quantity_sql(),
        )

    @api.model
    def _confirmed_quantity_sql(self):
        """:return: SQL of what was ordered, or delivered beyond that; signs stay as they are"""
        return SQL(
            "CASE WHEN line.product_uom_qty < 0 THEN line.product_uom_qty"
            " ELSE GREATEST(line.product_uom_qty, COALESCE(line.qty_delivered, 0)) END"
        )

    @api.model
    def _ordered_quantity_sql(self):
        """:return: SQL of how much of a line the client gets in the end"""
        return self._confirmed_quantity_sql()

    @api.model
    def _down_payment_sql(self):
        """:return: SQL of what was invoiced on a down payment line, in the company's currency"""
        return SQL(
            """
            SELECT COALESCE(SUM(item.price_total / COALESCE(NULLIF(invoice.invoice_currency_rate, 0), 1)
                                * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END), 0)
              FROM sale_order_line_invoice_rel link
              JOIN account_move_line item ON item.id = link.invoice_line_id
              JOIN account_move invoice ON invoice.id = item.move_id
             WHERE link.order_line_id = line.id AND invoice.state = 'posted'
            """
        )

    @api.model
    def _drafts_sql(self):
        """:return: SQL of the quantities in draft invoices, which core counts as invoiced, by order line"""
        return SQL(
            """
            SELECT link.order_line_id, ordered.order_id,
                   SUM(item.quantity
                       * COALESCE((SELECT factor FROM uom_uom WHERE id = item.product_uom_id)
                                  / NULLIF((SELECT factor FROM uom_uom
                                             WHERE id = ordered.product_uom_id), 0), 1)
                       * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS quantity
              FROM account_move invoice
              JOIN account_move_line item ON item.move_id = invoice.id
              JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
              JOIN sale_order_line ordered ON ordered.id = link.order_line_id
             WHERE invoice.state = 'draft'
             GROUP BY link.order_line_id, ordered.order_id
            """
        )

    @api.model
    def _order_amounts(self, orders, shipped=False, as_ordered=False):
        """:return: dict order id -> (partner id who has to pay, on commission, amount in the currency of the
        order's company); without orders of which nothing is left to invoice
        """
        if not orders.ids:
            return {}
        self._flush_counted()
        rows = self.env.execute_query(
            self._order_sql(SQL("ord.id = ANY(%s)", list(orders.ids)), shipped, as_ordered)
        )
        return {order: (client, commission, float(amount or 0)) for order, client, commission, amount in rows}
