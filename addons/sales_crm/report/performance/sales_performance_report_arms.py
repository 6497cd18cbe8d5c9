from odoo import api, models
from odoo.tools import SQL

from ...tools.receivable import is_posted_receivable


class SalesPerformanceReport(models.Model):
    """Where each figure comes from."""

    _inherit = "sales.performance.report"

    @api.model
    def _arms(self):
        """:return: dict number -> SQL made by :meth:`_arm`. The number is part of the rows' ids: it stays"""
        return {
            1: self._arm_ordered(1),
            2: self._arm_delivered_by_hand(2),
            3: self._arm_invoiced(3),
            4: self._arm_paid(4),
            5: self._arm_paid_back(5),
        }

    # ------------------------------------------------------
    # Orders
    # ------------------------------------------------------

    @api.model
    def _order_arm(self, arm, condition, source=None, tables=None, **columns):
        """A source of lines of orders: aliases ``line``, ``ord``, ``buyer`` and ``house``.

        :param SQL source: as for :meth:`_arm`; the line's id, if it isn't given
        :param SQL tables: what else is joined
        """
        return self._arm(
            arm,
            source or SQL("line.id"),
            SQL(
                """
                sale_order_line line
                JOIN sale_order ord ON ord.id = line.order_id
                LEFT JOIN res_partner buyer ON buyer.id = ord.partner_id
                JOIN %(houses)s ON house.company_id = ord.company_id
                %(tables)s %(units)s
                WHERE line.display_type IS NULL AND %(condition)s
                """,
                houses=self._houses_sql(),
                tables=tables or SQL(),
                units=self._units_sql(),
                condition=condition,
            ),
            **{
                "date": self._day_sql(SQL("ord.date_order")),
                "client_id": SQL("buyer.commercial_partner_id"),
                "user_id": SQL("ord.user_id"),
                "team_id": SQL("ord.team_id"),
                "company_id": SQL("ord.company_id"),
                "currency_id": SQL("house.currency_id"),
                "document_currency_id": SQL("ord.currency_id"),
                "no_rate": self._no_rate_sql(SQL("ord.currency_id"), SQL("ord.currency_rate")),
                "contract_id": SQL("ord.contract_id"),
                "order_id": SQL("ord.id"),
                "product_id": SQL("line.product_id"),
                "number": SQL("ord.name"),
                "res_model": SQL("'sale.order'"),
                "res_id": SQL("ord.id"),
                **columns,
            },
        )

    @api.model
    def _arm_ordered(self, arm):
        return self._order_arm(
            arm,
            SQL("ord.state = 'sale'"),
            kind=SQL("'ordered'"),
            ordered_amount=self._rounded(SQL("line.price_subtotal / %s", self._order_rate_sql())),
            ordered_quantity=self._in_product_unit(SQL("line.product_uom_qty"), SQL("line.product_uom_id")),
        )

    @api.model
    def _arm_delivered_by_hand(self, arm):
        """What no move of the warehouse has delivered, whatever has become of the order since."""
        return self._order_arm(
            arm,
            SQL("line.qty_delivered != 0 AND %s", self._delivered_by_hand_sql()),
            kind=SQL("'shipped'"),
            shipped_amount=self._shipped_amount_sql(SQL("line.qty_delivered")),
            shipped_quantity=self._in_product_unit(SQL("line.qty_delivered"), SQL("line.product_uom_id")),
        )

    @api.model
    def _delivered_by_hand_sql(self):
        """:return: SQL condition on ``line``: no other source counts its delivered quantity"""
        return SQL("TRUE")

    @api.model
    def _shipped_amount_sql(self, quantity):
        """:param SQL quantity: in the unit of the order's ``line``
        :return: SQL of its value without tax at the line's price; where nothing was ordered, at the price
            less the discount
        """
        return self._rounded(
            SQL(
                """
                %(quantity)s / %(rate)s
                * CASE WHEN line.product_uom_qty != 0 THEN line.price_subtotal / line.product_uom_qty
                       ELSE line.price_unit * (1 - COALESCE(line.discount, 0) / 100.0) END
                """,
                quantity=quantity,
                rate=self._order_rate_sql(),
            )
        )

    @api.model
    def _order_rate_sql(self):
        return SQL("COALESCE(NULLIF(ord.currency_rate, 0), 1)")

    # ------------------------------------------------------
    # Invoices
    # ------------------------------------------------------

    @api.model
    def _move_columns(self):
        """:return: dict of the columns that invoices, ``move``, and their payments have in common"""
        return {
            "client_id": SQL("move.commercial_partner_id"),
            "user_id": SQL("move.invoice_user_id"),
            "team_id": SQL("move.team_id"),
            "company_id": SQL("move.company_id"),
            "currency_id": SQL("house.currency_id"),
            "contract_id": SQL("move.contract_id"),
        }

    @api.model
    def _arm_invoiced(self, arm):
        quantity = self._in_product_unit(
            SQL("CASE move.move_type WHEN 'out_refund' THEN -line.quantity ELSE line.quantity END"),
            SQL("line.product_uom_id"),
        )
        cost = SQL("NULLIF((product.standard_price ->> move.company_id::text)::numeric, 0)")
        known = SQL("CASE WHEN %s IS NOT NULL THEN -line.balance ELSE 0 END", cost)
        return self._arm(
            arm,
            SQL("line.id"),
            SQL(
                """
                account_move_line line
                JOIN account_move move ON move.id = line.move_id
                JOIN %(houses)s ON house.company_id = move.company_id
                %(units)s
                WHERE line.display_type = 'product' AND move.state = 'posted'
                  AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """,
                houses=self._houses_sql(),
                units=self._units_sql(),
            ),
            kind=SQL("CASE move.move_type WHEN 'out_refund' THEN 'credited' ELSE 'invoiced' END"),
            date=SQL("move.invoice_date"),
            document_currency_id=SQL("move.currency_id"),
            no_rate=self._no_rate_sql(SQL("move.currency_id"), SQL("move.invoice_currency_rate")),
            order_id=SQL(
                """
                SELECT MIN(sold.order_id)
                  FROM sale_order_line_invoice_rel link
                  JOIN sale_order_line sold ON sold.id = link.order_line_id
                 WHERE link.invoice_line_id = line.id
                """
            ),
            product_id=SQL("line.product_id"),
            number=SQL("move.name"),
            res_model=SQL("'account.move'"),
            res_id=SQL("move.id"),
            invoiced_amount=SQL("-line.balance"),
            returned_amount=SQL("CASE move.move_type WHEN 'out_refund' THEN line.balance ELSE 0 END"),
            margin_amount=self._rounded(SQL("%s - COALESCE(%s * %s, 0)", known, quantity, cost)),
            margin_base_amount=known,
            invoiced_quantity=quantity,
            **self._move_columns(),
        )

    # ------------------------------------------------------
    # Payments
    # ------------------------------------------------------

    @api.model
    def _arm_paid(self, arm):
        return self._payment_arm(arm, 1, "debit", "credit", ("out_invoice", "out_receipt"))

    @api.model
    def _arm_paid_back(self, arm):
        return self._payment_arm(arm, -1, "credit", "debit", ("out_refund",))

    @api.model
    def _payment_arm(self, arm, sign, invoice_side, money_side, move_types):
        """Matchings of invoices with money. Exchange differences, credit notes and entries made by hand are
        none.
        """
        matched = SQL.identifier("partial", f"{money_side}_amount_currency")
        return self._arm(
            arm,
            SQL("partial.id"),
            SQL(
                """
                account_partial_reconcile partial
                JOIN account_move_line owed ON owed.id = %(owed)s
                JOIN account_move move ON move.id = owed.move_id
                JOIN account_move_line money ON money.id = %(money)s
                JOIN account_move entry ON entry.id = money.move_id
                JOIN account_journal journal ON journal.id = entry.journal_id
                JOIN %(houses)s ON house.company_id = move.company_id
                WHERE move.move_type = ANY(%(types)s) AND %(receivable)s AND entry.state = 'posted'
                  AND journal.type IN ('bank', 'cash', 'credit')
                """,
                owed=SQL.identifier("partial", f"{invoice_side}_move_id"),
                money=SQL.identifier("partial", f"{money_side}_move_id"),
                houses=self._houses_sql(),
                types=list(move_types),
                receivable=is_posted_receivable("owed"),
            ),
            kind=SQL("'paid'"),
            date=SQL("entry.date"),
            document_currency_id=SQL("money.currency_id"),
            no_rate=self._no_rate_sql(
                SQL("money.currency_id"), SQL("ABS(money.amount_currency / NULLIF(money.balance, 0))")
            ),
            order_id=SQL(
                """
                SELECT MIN(sold.order_id)
                  FROM account_move_line item
                  JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
                  JOIN sale_order_line sold ON sold.id = link.order_line_id
                 WHERE item.move_id = move.id
                """
            ),
            number=SQL("entry.name"),
            res_model=SQL(
                "CASE WHEN entry.origin_payment_id IS NULL THEN 'account.move' ELSE 'account.payment' END"
            ),
            res_id=SQL("COALESCE(entry.origin_payment_id, entry.id)"),
            paid_amount=SQL(
                "%s * %s",
                sign,
                self._rounded(
                    SQL(
                        """
                        CASE WHEN money.amount_currency = 0 THEN partial.amount
                             ELSE ABS(money.balance) * %s / ABS(money.amount_currency) END
                        """,
                        matched,
                    )
                ),
            ),
            **self._move_columns(),
        )

    # ------------------------------------------------------
    # What they have in common
    # ------------------------------------------------------

    @api.model
    def _units_sql(self):
        """:return: SQL to join the units of a ``line`` and of its ``product``"""
        return SQL(
            """
            LEFT JOIN product_product product ON product.id = line.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
            LEFT JOIN uom_uom product_unit ON product_unit.id = template.uom_id
            """
        )

    @api.model
    def _in_product_unit(self, quantity, unit_id):
        """:return: SQL of a quantity in the unit of the line, ``unit_id``, in that of its product"""
        return SQL(
            """
            (CASE WHEN %(unit)s = template.uom_id THEN %(quantity)s
                  ELSE (%(quantity)s) * COALESCE(unit.factor / NULLIF(product_unit.factor, 0), 1)
                  END)::numeric
            """,
            quantity=quantity,
            unit=unit_id,
        )

    @api.model
    def _rounded(self, amount):
        """:return: SQL of an amount in the digits of the ``house``'s currency"""
        return SQL("ROUND((%s)::numeric, house.digits)", amount)

    @api.model
    def _no_rate_sql(self, currency_id, rate):
        """:return: SQL of whether a foreign currency counts one to one"""
        return SQL("%s != house.currency_id AND COALESCE(NULLIF(%s, 0), 1) = 1", currency_id, rate)
