"""The hand-written statement beside which ``./crm bench credit`` measures ours.

It answers the same by the same rules, so that no rule is cheaper here: contracts in force (supply before
commission, tolerances), what is unapplied and overdue, what is ordered and not yet invoiced (draft invoices,
down payments, goods that will never come), limits of goods on commission, clients who had a contract. What
makes it plain: company 1 without branches, contracts in its currency, two decimals, today of the server, and
only the columns that are asked for.
"""

MANY = 10_000  # clients; from here on looking at everything is faster than looking at each of them

STATEMENT = """
    WITH main AS (
        SELECT DISTINCT ON (contract.client_id) contract.id, contract.client_id, contract.kind,
               contract.overdue_tolerance_days AS days, contract.overdue_tolerance_amount AS tolerance,
               contract.credit_limit
          FROM sales_contract contract
         WHERE contract.state = 'active' AND contract.company_id = 1 AND contract.date_start <= CURRENT_DATE
           AND (contract.date_end IS NULL OR contract.date_end >= CURRENT_DATE
                OR contract.prolongation = 'auto')
           AND {of_contract}
         ORDER BY contract.client_id, contract.kind = 'commission', contract.date_start DESC, contract.id DESC
    ), commission AS (
        SELECT DISTINCT ON (contract.client_id) contract.client_id, contract.credit_limit
          FROM sales_contract contract
         WHERE contract.state = 'active' AND contract.company_id = 1 AND contract.date_start <= CURRENT_DATE
           AND (contract.date_end IS NULL OR contract.date_end >= CURRENT_DATE
                OR contract.prolongation = 'auto')
           AND contract.kind = 'commission' AND {of_contract}
         ORDER BY contract.client_id, contract.date_start DESC, contract.id DESC
    ), debt AS (
        SELECT debtor.commercial_partner_id AS client_id, SUM(line.amount_residual) AS receivable,
               -SUM(line.amount_residual) FILTER (WHERE line.amount_residual < 0) AS unapplied,
               SUM(line.amount_residual) FILTER (
                   WHERE line.amount_residual > 0
                     AND line.date_maturity < CURRENT_DATE - COALESCE(main.days, 0)) AS overdue
          FROM account_move_line line
          JOIN res_partner debtor ON debtor.id = line.partner_id
          LEFT JOIN main ON main.client_id = debtor.commercial_partner_id
         WHERE line.reconciled IS NOT TRUE AND line.parent_state = 'posted' AND line.company_id = 1
           AND line.account_id = ANY(
                   ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
           AND {of_debtor}
         GROUP BY 1
    ), draft AS (
        SELECT link.order_line_id, line.order_id,
               SUM(item.quantity
                   * COALESCE((SELECT factor FROM uom_uom WHERE id = item.product_uom_id)
                              / NULLIF((SELECT factor FROM uom_uom WHERE id = line.product_uom_id), 0), 1)
                   * CASE invoice.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS quantity
          FROM account_move invoice
          JOIN account_move_line item ON item.move_id = invoice.id
          JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = item.id
          JOIN sale_order_line line ON line.id = link.order_line_id
         WHERE invoice.state = 'draft'
         GROUP BY 1, 2
    ), open_order AS (
        SELECT payer.commercial_partner_id AS client_id,
               EXISTS (SELECT FROM sales_contract
                        WHERE id = ord.contract_id AND kind = 'commission') AS on_commission,
               GREATEST(0, SUM(
                   CASE WHEN COALESCE(line.product_uom_qty, 0) = 0 AND line.is_downpayment THEN
                        -(SELECT COALESCE(SUM(item.price_total
                                              / COALESCE(NULLIF(invoice.invoice_currency_rate, 0), 1)
                                              * CASE invoice.move_type WHEN 'out_refund' THEN -1
                                                                       ELSE 1 END), 0)
                            FROM sale_order_line_invoice_rel link
                            JOIN account_move_line item ON item.id = link.invoice_line_id
                            JOIN account_move invoice ON invoice.id = item.move_id
                           WHERE link.order_line_id = line.id AND invoice.state = 'posted')
                        * COALESCE(NULLIF(ord.currency_rate, 0), 1)
                        WHEN COALESCE(line.product_uom_qty, 0) = 0 THEN
                        line.price_unit * (1 - COALESCE(line.discount, 0) / 100)
                        * GREATEST(0, COALESCE(line.qty_delivered, 0) - COALESCE(line.qty_invoiced, 0)
                                      + COALESCE(draft.quantity, 0))
                        ELSE line.price_total * GREATEST(0,
                            ({quantity} - COALESCE(line.qty_invoiced, 0) + COALESCE(draft.quantity, 0))
                            / line.product_uom_qty)
                   END)) / COALESCE(NULLIF(ord.currency_rate, 0), 1) AS amount
          FROM sale_order ord
          JOIN res_partner payer ON payer.id = ord.partner_invoice_id
          JOIN sale_order_line line ON line.order_id = ord.id AND line.display_type IS NULL
          LEFT JOIN draft ON draft.order_line_id = line.id
         WHERE ord.state = 'sale' AND ord.company_id = 1
           AND (ord.invoice_status IS DISTINCT FROM 'invoiced' OR ord.id IN (SELECT order_id FROM draft))
           AND {of_payer}
         GROUP BY ord.id, payer.commercial_partner_id
    ), opened AS (
        SELECT client_id, SUM(amount) FILTER (WHERE NOT on_commission) AS supplied,
               SUM(amount) FILTER (WHERE on_commission) AS on_commission
          FROM open_order
         GROUP BY 1
    )
    SELECT client.id,
           CASE WHEN ROUND((GREATEST(COALESCE(debt.overdue, 0) - COALESCE(debt.unapplied, 0), 0)
                            - COALESCE(main.tolerance, 0))::numeric, 2) > 0 THEN 'overdue'
                WHEN ROUND((COALESCE(debt.receivable, 0) + COALESCE(opened.supplied, 0)
                            + CASE main.kind WHEN 'commission' THEN COALESCE(opened.on_commission, 0)
                                             ELSE 0 END
                            - main.credit_limit)::numeric, 2) > 0
                     OR main.kind = 'supply'
                        AND ROUND((COALESCE(opened.on_commission, 0)
                                   - commission.credit_limit)::numeric, 2) > 0 THEN 'over_limit'
                WHEN main.id IS NULL
                     AND EXISTS (SELECT FROM sales_contract past
                                  WHERE past.client_id = client.id AND past.state != 'draft'
                                    AND past.company_id = 1) THEN 'no_contract'
                ELSE 'ok' END
      FROM res_partner client
      LEFT JOIN main ON main.client_id = client.id
      LEFT JOIN commission ON commission.client_id = client.id
      LEFT JOIN debt ON debt.client_id = client.id
      LEFT JOIN opened ON opened.client_id = client.id
     WHERE {of_client}
"""

# What of an order line the client gets in the end, where Inventory is installed
QUANTITY = """
    CASE WHEN EXISTS (SELECT FROM stock_move move WHERE move.sale_line_id = line.id)
          AND NOT EXISTS (SELECT FROM stock_move move
                           WHERE move.sale_line_id = line.id AND move.state NOT IN ('done', 'cancel'))
         THEN GREATEST(COALESCE(line.qty_delivered, 0), 0)
         ELSE GREATEST(line.product_uom_qty, COALESCE(line.qty_delivered, 0)) END
"""


def statement(clients):
    """:return: SQL and its parameters: a row (id, state) per client"""
    each = "%s IN (SELECT unnest(%%(clients)s::int[]))"
    few = len(clients) <= MANY
    conditions = {
        name: each % column if few else "TRUE"
        for name, column in {
            "of_contract": "contract.client_id",
            "of_debtor": "debtor.commercial_partner_id",
            "of_payer": "payer.commercial_partner_id",
        }.items()
    }
    of_client = each % "client.id" if few else "client.id = ANY(%(clients)s::int[])"
    query = STATEMENT.format(**conditions, of_client=of_client, quantity=QUANTITY)
    return query, {"clients": f"{{{','.join(map(str, clients))}}}"}
