from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from ..tools.credit import CreditStanding

# First key of the advisory locks that let only one transaction at a time use up a client's limit
CREDIT_LOCK = 0x5A1E6

FEW = 5000  # clients; measured with ./crm bench credit


class SalesCredit(models.AbstractModel):
    """How clients stand with a company: one query for one client or for all of them.

    Exposure = posted unpaid invoices − unapplied payments and credit notes + confirmed and not yet
    invoiced, in the company's currency; branches count with their company. Core's ``credit_to_invoice`` is
    not used: it stays 0 unless a company setting is on, and leaves out what is not delivered yet.
    """

    _name = "sales.credit"
    _description = "Credit Standing of Clients"

    # ------------------------------------------------------
    # One at a time
    # ------------------------------------------------------

    @api.model
    def _lock(self, clients):
        """Wait until no other transaction uses up the limits of ``clients``, and keep others out until
        the end of this one. Always in the same order, so that two of them don't wait for each other.

        An advisory lock, not one on the partner's row: that one would fail with every change of a phone
        number, and hold up the posting of invoices.
        """
        if not clients.ids:
            return
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS client(id)",
                CREDIT_LOCK,
                sorted(clients.ids),
            )
        )

    @contextmanager
    def _fresh(self):
        """What others have committed until now: this transaction goes on seeing the state in which it began,
        and the one that it waited for in :meth:`_lock` has changed it since.

        :return: context manager with a cursor, for reading; this transaction's own while the add-on is being
            installed: its tables are nobody else's yet
        """
        if not self.env.registry.ready:
            yield self.env.cr
            return
        with self.env.registry.cursor() as cr:
            yield cr

    # ------------------------------------------------------
    # Standings
    # ------------------------------------------------------

    @api.model
    def _standings(self, clients, company, without_orders=(), shipped=False, cr=None):
        """:param clients: commercial partners
        :param company: the company that sells; what its branches and it are owed counts together
        :param without_orders: ids of orders to leave out
        :param bool shipped: of confirmed orders only what was shipped, instead of what was ordered
        :param cr: the cursor to read with, see :meth:`_fresh`; this transaction's, if not given
        :return: dict partner id -> CreditStanding, for each of ``clients``
        """
        if not clients:
            return {}
        self._flush()
        query = self._standing_sql(company, clients.ids, without_orders, shipped)
        cr = cr or self.env.cr
        cr.execute(query)
        names = [column.name for column in cr.description]
        required = company.sudo().sales_contract_required
        standings = {}
        for row in cr.fetchall():
            values = dict(zip(names, row, strict=True))
            values = {name: values[name] for name in CreditStanding._fields if name in values}
            standings[values["client_id"]] = CreditStanding(**values, contract_required=required)
        return standings

    @api.model
    def _flush(self):
        for name, fields in {
            "account.move.line": [
                "account_id", "amount_residual", "company_id", "date_maturity", "parent_state", "partner_id",
                "quantity", "reconciled", "product_uom_id", "price_total", "sale_line_ids",
            ],
            "account.move": ["state", "move_type", "invoice_currency_rate"],
            "sale.order": [
                "state", "company_id", "partner_invoice_id", "currency_rate", "invoice_status", "contract_id",
            ],
            "sale.order.line": [
                "order_id", "price_total", "product_uom_qty", "product_uom_id", "qty_delivered",
                "qty_invoiced", "is_downpayment", "display_type", "price_unit", "discount",
            ],
            "sales.contract": None,
            "res.partner": ["commercial_partner_id", "credit_limit", "is_client"],
        }.items():  # fmt: skip
            self.env[name].flush_model(fields)

    @api.model
    def _standing_sql(self, company, client_ids=None, without_orders=(), shipped=False):
        """:param client_ids: None for all clients
        :return: SQL of a row per client with the fields of CreditStanding, and ``available`` and ``state``
        """
        # for many clients it is faster to look at all of them than at each by the index
        few = client_ids if client_ids is not None and len(client_ids) <= FEW else None
        return SQL(
            """
            WITH main AS (%(main)s), commission AS (%(commission)s), debt AS (%(debt)s),
            orders AS (%(orders)s), standing AS (
                SELECT client.id AS client_id,
                       COALESCE(debt.receivable, 0) AS receivable,
                       COALESCE(debt.unapplied, 0) AS unapplied,
                       COALESCE(debt.overdue, 0) AS overdue,
                       COALESCE(debt.overdue_days, 0) AS overdue_days,
                       GREATEST(COALESCE(debt.overdue_late, 0) - COALESCE(debt.unapplied, 0), 0)
                           AS overdue_counting,
                       COALESCE(orders.open_orders, 0)
                           + CASE WHEN main.kind = 'commission'
                                  THEN COALESCE(orders.open_commission, 0) ELSE 0 END AS open_orders,
                       COALESCE(orders.open_commission, 0) AS open_commission,
                       main.id AS contract_id,
                       EXISTS (SELECT FROM sales_contract past
                                WHERE past.client_id = client.id AND past.state != 'draft'
                                  AND past.company_id = ANY(%(chain)s)) AS had_contract,
                       CASE WHEN main.id IS NULL THEN %(core_limit)s ELSE main.credit_limit END
                           AS credit_limit,
                       CASE WHEN main.kind = 'supply' THEN commission.credit_limit END AS commission_limit,
                       COALESCE(main.tolerance_amount, 0) AS tolerance_amount
                  FROM res_partner client
                  LEFT JOIN main ON main.client_id = client.id
                  LEFT JOIN commission ON commission.client_id = client.id
                  LEFT JOIN debt ON debt.client_id = client.id
                  LEFT JOIN orders ON orders.client_id = client.id
                 WHERE %(clients)s
            )
            SELECT *,
                   credit_limit - receivable - open_orders AS available,
                   CASE WHEN ROUND((overdue_counting - tolerance_amount)::numeric, %(digits)s) > 0
                        THEN 'overdue'
                        WHEN ROUND((receivable + open_orders - credit_limit)::numeric, %(digits)s) > 0
                             OR ROUND((open_commission - commission_limit)::numeric, %(digits)s) > 0
                        THEN 'over_limit'
                        WHEN contract_id IS NULL AND (had_contract OR %(required)s) THEN 'no_contract'
                        ELSE 'ok' END AS state
              FROM standing
            """,
            main=self._contract_sql(company, few),
            commission=self._contract_sql(company, few, "commission"),
            debt=self._debt_sql(company, few),
            orders=self._orders_sql(company, few, without_orders, shipped),
            chain=company.sudo().parent_ids.ids,
            core_limit=self._core_limit_sql(company),
            clients=self._of_clients_sql("client", "id", client_ids, SQL("client.is_client IS TRUE")),
            digits=company.currency_id.decimal_places,
            required=company.sudo().sales_contract_required,
        )

    @api.model
    def _of_clients_sql(self, alias, column, client_ids, otherwise=None):
        if client_ids is None:
            return otherwise or SQL("TRUE")
        return SQL("%s = ANY(%s)", SQL.identifier(alias, column), list(client_ids))

    @api.model
    def _core_limit_sql(self, company):
        """:return: SQL of the limit that accounting gave to a client without a contract; NULL: none"""
        if not company.sudo().account_use_credit_limit:
            return SQL("NULL::float")
        # sudo: the amount is compared, and shown to those who see the client
        Partner = self.env["res.partner"].sudo().with_company(company)
        return SQL("NULLIF(%s, 0)", Partner._field_to_sql("client", "credit_limit"))

    # ------------------------------------------------------
    # Contracts
    # ------------------------------------------------------

    @api.model
    def _contract_sql(self, company, client_ids, kind=None):
        """:return: SQL of the contract in force per client: supply before commission, the branch's own before
        the company's; amounts at today's rate of the company's currency
        """
        chain = company.sudo().parent_ids.ids
        rates = self._contract_rates(company)
        today = company._sales_today()
        return SQL(
            """
            SELECT DISTINCT ON (contract.client_id)
                   contract.id, contract.client_id, contract.kind,
                   contract.overdue_tolerance_days AS tolerance_days,
                   ROUND((contract.credit_limit * rate.rate)::numeric, %(digits)s)::float AS credit_limit,
                   ROUND((contract.overdue_tolerance_amount * rate.rate)::numeric, %(digits)s)::float
                       AS tolerance_amount
              FROM sales_contract contract
              JOIN unnest(%(currencies)s::int[], %(rates)s::float[]) AS rate(currency_id, rate)
                ON rate.currency_id = contract.currency_id
             WHERE contract.state = 'active' AND contract.date_start <= %(today)s
               AND (contract.date_end IS NULL OR contract.date_end >= %(today)s
                    OR contract.prolongation = 'auto')
               AND contract.company_id = ANY(%(chain)s) AND %(clients)s AND %(kind)s
             ORDER BY contract.client_id, contract.kind DESC,
                      array_position(%(chain)s, contract.company_id) DESC,
                      contract.date_start DESC, contract.id DESC
            """,
            digits=company.currency_id.decimal_places,
            currencies=list(rates),
            rates=list(rates.values()),
            today=today,
            chain=chain,
            clients=self._of_clients_sql("contract", "client_id", client_ids),
            kind=SQL("contract.kind = %s", kind) if kind else SQL("TRUE"),
        )

    @api.model
    def _contract_rates(self, company):
        """:return: dict currency id -> today's rate to the company's currency, for those in contracts"""
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT currency_id FROM sales_contract WHERE state = 'active'")
        )
        currencies = self.env["res.currency"].browse([currency for (currency,) in rows])
        return {
            currency.id: currency._get_conversion_rate(
                currency, company.currency_id, company, company._sales_today()
            )
            for currency in currencies | company.currency_id
        }

    # ------------------------------------------------------
    # Debt
    # ------------------------------------------------------

    @api.model
    def _debt_sql(self, company, client_ids):
        """:return: SQL of what each client owes by the ledger; uses ``main``, the contracts in force"""
        return SQL(
            """
            SELECT debtor.commercial_partner_id AS client_id,
                   SUM(line.amount_residual)::float AS receivable,
                   -SUM(line.amount_residual) FILTER (WHERE line.amount_residual < 0)::float AS unapplied,
                   SUM(line.amount_residual) FILTER (WHERE %(overdue)s)::float AS overdue,
                   MAX(%(today)s - line.date_maturity) FILTER (WHERE %(overdue)s) AS overdue_days,
                   SUM(line.amount_residual) FILTER (
                       WHERE line.amount_residual > 0
                         AND line.date_maturity < %(today)s - COALESCE(main.tolerance_days, 0))::float
                       AS overdue_late
              FROM account_move_line line
              JOIN res_partner debtor ON debtor.id = line.partner_id
              LEFT JOIN main ON main.client_id = debtor.commercial_partner_id
             WHERE line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
               AND line.account_id IN (SELECT id FROM account_account WHERE account_type = 'asset_receivable')
               AND line.company_id = ANY(%(tree)s) AND %(clients)s
             GROUP BY debtor.commercial_partner_id
            """,
            overdue=SQL("line.amount_residual > 0 AND line.date_maturity < %s", company._sales_today()),
            today=company._sales_today(),
            tree=self._tree(company),
            clients=self._of_clients_sql("debtor", "commercial_partner_id", client_ids),
        )

    @api.model
    def _tree(self, company):
        """:return: ids of the companies that keep one ledger with ``company``: the root and its branches"""
        # sudo: branches that the user may not enter owe and are owed as well
        root = company.sudo().root_id
        return root.with_context(active_test=False).search([("id", "child_of", root.id)]).ids

    # ------------------------------------------------------
    # Confirmed and not yet invoiced
    # ------------------------------------------------------

    @api.model
    def _orders_sql(self, company, client_ids, without_orders, shipped):
        """:return: SQL of what is confirmed and not yet invoiced per client who has to pay"""
        return SQL(
            """
            SELECT client_id,
                   SUM(amount) FILTER (WHERE NOT on_commission)::float AS open_orders,
                   SUM(amount) FILTER (WHERE on_commission)::float AS open_commission
              FROM (%s) open_order
             GROUP BY client_id
            """,
            self._order_sql(
                SQL(
                    "ord.state = 'sale' AND ord.company_id = ANY(%s) AND %s AND %s",
                    self._tree(company),
                    self._of_clients_sql("payer", "commercial_partner_id", client_ids),
                    SQL("ord.id != ALL(%s)", list(without_orders)) if without_orders else SQL("TRUE"),
                ),
                shipped,
            ),
        )

    @api.model
    def _order_sql(self, condition, shipped=False, as_ordered=False):
        """What is left to invoice of orders, by posted invoices: a draft invoice is no debt yet.

        Per line: total × (quantity − invoiced quantity) / ordered quantity, never less than 0; price without
        tax × quantity where nothing was ordered and something delivered; less what was invoiced as a down
        payment and not deducted yet.

        :param bool shipped: what was shipped, instead of what was ordered
        :param bool as_ordered: all that was ordered, even if it seems that it will never be shipped
        :param SQL condition: which orders; aliases ``ord`` and ``payer``, the partner who gets the invoice
        :return: SQL of order_id, client_id, on_commission, amount (company's currency, rate of the order)
        """
        return SQL(
            """
            WITH draft AS (%(drafts)s)
            SELECT ord.id AS order_id, payer.commercial_partner_id AS client_id,
                   COALESCE(contract.kind = 'commission', FALSE) AS on_commission,
                   GREATEST(SUM(%(line)s), 0) / COALESCE(NULLIF(ord.currency_rate, 0), 1) AS amount
              FROM sale_order ord
              JOIN res_partner payer ON payer.id = ord.partner_invoice_id
              LEFT JOIN sales_contract contract ON contract.id = ord.contract_id
              JOIN sale_order_line line ON line.order_id = ord.id AND line.display_type IS NULL
              LEFT JOIN draft ON draft.order_line_id = line.id
             WHERE (ord.invoice_status IS DISTINCT FROM 'invoiced' OR ord.id IN (SELECT order_id FROM draft))
               AND %(condition)s
             GROUP BY ord.id, payer.commercial_partner_id, contract.kind
            """,
            line=self._order_line_sql(shipped, as_ordered),
            drafts=self._drafts_sql(),
            condition=condition,
        )

    @api.model
    def _order_line_sql(self, shipped, as_ordered):
        return SQL(
            """
            CASE WHEN COALESCE(line.product_uom_qty, 0) = 0 AND line.is_downpayment
                 THEN -(%(prepaid)s) * COALESCE(NULLIF(ord.currency_rate, 0), 1)
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
            quantity=self._quantity_sql(shipped, as_ordered),
        )

    @api.model
    def _quantity_sql(self, shipped, as_ordered):
        if shipped:
            return SQL("COALESCE(line.qty_delivered, 0)")
        return SQL("line.product_uom_qty") if as_ordered else self._ordered_quantity_sql()

    @api.model
    def _ordered_quantity_sql(self):
        """:return: SQL of how much of a line the client gets in the end"""
        return SQL("line.product_uom_qty")

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
                   SUM(item.quantity * COALESCE(unit.factor / NULLIF(ordered_unit.factor, 0), 1)
                       * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS quantity
              FROM account_move invoice
              JOIN account_move_line item ON item.move_id = invoice.id
              JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
              JOIN sale_order_line ordered ON ordered.id = link.order_line_id
              LEFT JOIN uom_uom unit ON unit.id = item.product_uom_id
              LEFT JOIN uom_uom ordered_unit ON ordered_unit.id = ordered.product_uom_id
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
        self._flush()
        rows = self.env.execute_query(
            self._order_sql(SQL("ord.id = ANY(%s)", list(orders.ids)), shipped, as_ordered)
        )
        return {order: (client, commission, float(amount or 0)) for order, client, commission, amount in rows}
