"""The desk on the data of ``performance.py``: a head's and a manager's, beside plain SQL of the same figures.

Plain SQL knows no rules: it is what one would write by hand for each part. The desk is opened for the last
month of the data, whose figures are compared with those of plain SQL.
"""

import statistics
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

DAY = "2025-06-15"
MINE = "AND move.invoice_user_id = %(user)s"
SOLD = """
      FROM account_move_line line JOIN account_move move ON move.id = line.move_id
     WHERE line.display_type = 'product' AND move.state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
"""
PLAIN = {
    "sales of two years, by month and client": f"""
        SELECT date_trunc('month', move.invoice_date) AS month, commercial_partner_id AS client,
               move.invoice_date >= date '2024-07-01' AS is_now, SUM(-line.balance) {SOLD}
           AND (move.invoice_date BETWEEN '2023-07-01' AND '2024-06-30'
                OR move.invoice_date BETWEEN '2024-07-01' AND '2025-06-30') {{mine}}
         GROUP BY GROUPING SETS ((1), (2, 3))
    """,
    "sales of the month and of a year before, by manager": f"""
        SELECT move.invoice_user_id, move.invoice_date >= date '2025-06-01', SUM(-line.balance) {SOLD}
           AND (move.invoice_date BETWEEN '2025-06-01' AND '2025-06-30'
                OR move.invoice_date BETWEEN '2024-06-01' AND '2024-06-30') {{mine}}
         GROUP BY 1, 2
    """,
    "new clients of the month, by manager": """
        SELECT first.manager, COUNT(*)
          FROM (SELECT DISTINCT ON (client) client, manager, date
                  FROM (SELECT partner_id AS client, user_id AS manager, date_order::date AS date
                          FROM sale_order WHERE state = 'sale'
                         UNION ALL
                        SELECT commercial_partner_id, invoice_user_id, invoice_date FROM account_move
                         WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_receipt')) sale
                 ORDER BY client, date) first
         WHERE first.date BETWEEN '2025-06-01' AND '2025-06-30'
           AND (%(user)s IS NULL OR first.manager = %(user)s)
         GROUP BY 1
    """,
    "average order of a year, by manager": """
        SELECT user_id, AVG(amount_untaxed) FROM sale_order
         WHERE state = 'sale' AND date_order > now() - interval '1 year'
           AND (%(user)s IS NULL OR user_id = %(user)s)
         GROUP BY 1
    """,
    "debt, by manager": """
        SELECT client.user_id, SUM(line.amount_residual),
               SUM(line.amount_residual) FILTER (WHERE line.date_maturity < now()::date)
          FROM account_move_line line
          JOIN account_account account ON account.id = line.account_id
          JOIN res_partner client ON client.id = line.partner_id
         WHERE account.account_type = 'asset_receivable' AND line.reconciled IS NOT TRUE
           AND line.parent_state = 'posted' AND (%(user)s IS NULL OR client.user_id = %(user)s)
         GROUP BY 1
    """,
    "shipments of a year, by manager": """
        SELECT client.user_id, SUM(move.amount_total_signed)
          FROM account_move move JOIN res_partner client ON client.id = move.commercial_partner_id
         WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND move.date > now()::date - interval '1 year'
           AND (%(user)s IS NULL OR client.user_id = %(user)s)
         GROUP BY 1
    """,
    "clients without a next step": """
        SELECT COUNT(*), COUNT(*) FILTER (WHERE is_asleep) FROM res_partner
         WHERE is_client IS TRUE AND active IS TRUE AND next_step_date IS NULL
           AND (%(user)s IS NULL OR user_id = %(user)s)
    """,
}


def measure(name, runs):
    """:param str name: the database that ``performance.py`` has filled"""
    times = {}
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cr.execute("SELECT user_id FROM sale_order WHERE name LIKE 'B%%' LIMIT 1")
        [manager] = cr.fetchone()
        group = env.ref("sales_crm.group_head").id
        head = env["res.users"].create({"name": "Head", "login": "desk_head", "group_ids": [(4, group)]}).id
        env.flush_all()
        for run in range(runs + 1):
            for label, user in (("head", head), ("manager", manager)):
                env.invalidate_all()
                queries = cr.sql_log_count
                seconds, desk = _timed(lambda u=user: env["sales.desk"].with_user(u).get_desk({"date": DAY}))
                queries = cr.sql_log_count - queries
                plain, rows = _plain(cr, None if label == "head" else user)
                _check(desk, rows)
                if run:  # the first one warms up
                    times.setdefault(label, []).append((seconds, plain, queries))
        cr.rollback()
    for label, measured in times.items():
        ours, plain = (statistics.median(row[column] for row in measured) for column in (0, 1))
        print(
            f"  desk, {label:29} {ours * 1000:9.0f} ms   {ours / plain:8.2f} × plain SQL"
            f"   {measured[-1][2]} queries",
            flush=True,
        )


def _timed(method):
    start = time.perf_counter()
    result = method()
    return time.perf_counter() - start, result


def _plain(cr, user):
    """:return: seconds of all statements, rows of the first one"""
    seconds, first = 0, None
    for statement in PLAIN.values():
        text = statement.replace("{mine}", MINE if user else "")

        def run(text=text):
            cr.execute(text, {"user": user})
            return cr.fetchall()

        took, rows = _timed(run)
        seconds += took
        first = rows if first is None else first
    return seconds, first


def _check(desk, rows):
    counted = sum(amount for month, _client, _is_now, amount in rows if month)
    shown = desk["sales"]["amount"] + desk["sales"]["before"]
    if abs(float(counted) - shown) > 0.01:
        raise SystemExit(f"wrong result: {shown} instead of {counted}")
