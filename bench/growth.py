"""Where growth comes from: ten months against those of the year before, on the data of ``performance.py``.

Side by side in one run, as a head and as one manager:

* ours: ``sales.growth``, both bridges as a whole, by manager and by category, and a page of the clients;
* plain SQL: last year and this year of each client and product on the same tables, without any rules.

Run it with ``./crm bench growth [--orders N] [--runs N]``.
"""

import argparse
import os
import statistics

import performance
from credit import one

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
PERIOD = {"date_from": "2025-01-01", "date_to": "2025-10-31"}
SUMS = """
    SELECT client, product, SUM(amount) FILTER (WHERE day < '2025-01-01'),
           SUM(amount) FILTER (WHERE day >= '2025-01-01') FROM (%s) sold
     WHERE day BETWEEN '2025-01-01' AND '2025-10-31' OR day BETWEEN '2024-01-01' AND '2024-10-31'
     GROUP BY 1, 2
"""
PLAIN = {
    "invoiced": SUMS
    % """
    SELECT move.commercial_partner_id AS client, line.product_id AS product, -line.balance AS amount,
           move.invoice_date AS day
      FROM account_move_line line JOIN account_move move ON move.id = line.move_id
     WHERE line.display_type = 'product' AND move.state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
    """,
    "ordered": SUMS
    % """
    SELECT buyer.commercial_partner_id AS client, line.product_id AS product,
           ROUND(line.price_subtotal / ord.currency_rate, 2) AS amount, ord.date_order::date AS day
      FROM sale_order_line line
      JOIN sale_order ord ON ord.id = line.order_id
      JOIN res_partner buyer ON buyer.id = ord.partner_id
     WHERE ord.state = 'sale' AND line.display_type IS NULL
    """,
}


def ours(env, user, method, *args, **options):
    env.invalidate_all()
    return getattr(env["sales.growth"].with_user(user), method)(*args, **PERIOD, **options)


def measure(runs):
    times, told = {}, {}
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        manager = one(cr, "SELECT user_id FROM sale_order WHERE name LIKE 'B%%' LIMIT 1")
        group = env.ref("sales_crm.group_head").id
        head = env["res.users"].create({"name": "Head", "login": "bench_head", "group_ids": [(4, group)]})
        env.flush_all()
        for run in range(runs + 1):
            for measure in PLAIN:
                calls = {
                    f"{measure}: plain SQL": lambda m=measure: performance.plain(cr, PLAIN[m]),
                    **{
                        f"{measure}: ours, {name}, {by}": lambda m=measure, u=user, b=by: ours(
                            env, u, "get_growth", measure=m, group_by=b
                        )
                        for name, user in (("head", head.id), ("manager", manager))
                        for by in ("none", "manager", "category")
                    },
                    f"{measure}: ours, head, clients": lambda m=measure: ours(
                        env, head.id, "get_clients", "all", measure=m
                    ),
                }
                for label, call in calls.items():
                    seconds, told[label] = performance.timed(call)
                    if run:  # the first one warms up
                        times.setdefault(label, []).append(seconds)
        cr.rollback()
    for measure in PLAIN:
        _check(told[f"{measure}: ours, head, none"], told[f"{measure}: plain SQL"])
    for label, seconds in times.items():
        base = statistics.median(times[f"{label.partition(':')[0]}: plain SQL"])
        median = statistics.median(seconds)
        print(f"  {label:36} {median * 1000:9.0f} ms   {median / base:8.2f} × plain SQL", flush=True)


def _check(growth, rows):
    """The screen shows what plain SQL counts."""
    counted = [round(sum(float(row[number] or 0) for row in rows), 2) for number in (2, 3)]
    if counted != [growth["last"], growth["this"]]:
        raise SystemExit(f"wrong result: {growth['last']}, {growth['this']} instead of {counted}")


def main():
    parser = argparse.ArgumentParser(prog="crm bench growth")
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    performance.prepare(args.orders)
    print(f"{args.orders:,} orders, {args.orders * performance.LINES:,} lines, {args.orders:,} invoices:")
    measure(args.runs)


if __name__ == "__main__":
    main()
