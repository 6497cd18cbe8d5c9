"""Sales by manager, month and category: 500 000 orders of 2 000 000 lines, 500 000 invoices of 60 months.

Side by side in one run:

* ours: ``sales.performance.report``, grouped as the pivot does it, for a head and for one manager, with their
  record rules and the client guard; all kinds of figures, and ordered only;
* plain SQL: the same figures by hand-written SQL on the same tables, without any rules;
* stock ``sale.report`` with the same grouping, as a head: it knows what was ordered only;
* the desk of a head and of a manager, beside plain SQL of the same figures: see ``performance_desk.py``.

Run it with ``./crm bench performance [--orders N] [--runs N]``.
"""

import argparse
import os
import statistics
import time
from contextlib import closing

import data
import performance_desk
import psycopg2
from credit import one, shipping_columns

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
LINES, CATEGORIES, PRODUCTS, MONTHS = 4, 10, 200, 60
GROUPS = ["user_id", "date:month", "categ_id"]
ORDERED = [("kind", "=", "ordered")]
PLAIN_ORDERED = """
    SELECT ord.user_id, date_trunc('month', ord.date_order) AS month, template.categ_id,
           SUM(ROUND(line.price_subtotal / ord.currency_rate, 2)) AS ordered, 0 AS invoiced
      FROM sale_order_line line
      JOIN sale_order ord ON ord.id = line.order_id
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE ord.state = 'sale' AND line.display_type IS NULL GROUP BY 1, 2, 3
"""
PLAIN = f"""
    SELECT user_id, month, categ_id, SUM(ordered), SUM(invoiced) FROM ({PLAIN_ORDERED} UNION ALL
    SELECT move.invoice_user_id, date_trunc('month', move.invoice_date), template.categ_id, 0,
           SUM(-line.balance)
      FROM account_move_line line
      JOIN account_move move ON move.id = line.move_id
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE line.display_type = 'product' AND move.state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt') GROUP BY 1, 2, 3) fact
     GROUP BY 1, 2, 3
"""


def connect(name):
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return closing(connection)


def prepare(count):
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        categories = env["product.category"].create([{"name": f"C{n}"} for n in range(CATEGORIES)])
        products = env["product.product"].create(
            [
                {"name": f"P{n}", "type": "service", "categ_id": categories[n % CATEGORIES].id}
                for n in range(PRODUCTS)
            ]
        )
        names = {
            "company": env.company.id,
            "currency": env.company.currency_id.id,
            "unit": products[0].uom_id.id,
            "count": count,
            "lines": LINES,
            "months": MONTHS,
            "products": products.ids,
            "product_count": PRODUCTS,
        }
        cr.commit()
    with connect(SOURCE) as connection, connection.cursor() as cr:
        cr.execute("UPDATE ir_cron SET active = FALSE")
        cr.execute("SET session_replication_role = replica")  # every reference is right
        pairs = data.make_clients(cr, 10_000, data.make_managers(cr, 50))
        cr.execute("CREATE TEMP TABLE pair (number int, client int, manager int)")
        data.copy(cr, "pair", ("number", "client", "manager"), ((n, *pair) for n, pair in enumerate(pairs)))
        names["pairs"] = len(pairs)
        make_orders(cr, names)
        make_invoices(cr, names)
        cr.execute("VACUUM ANALYZE")


def make_orders(cr, names):
    stock = shipping_columns(cr)
    columns = "".join(f", {column}" for column in stock)
    values = "".join(f", %({column})s" for column in stock)
    cr.execute(
        f"""
        INSERT INTO sale_order (name, company_id, partner_id, partner_invoice_id, partner_shipping_id,
                                user_id, date_order, state, currency_id, currency_rate{columns})
        SELECT 'B' || n, %(company)s, client, client, client, manager,
               timestamp '2021-01-01 10:00' + (n::bigint * 7919 %% (%(months)s * 30)) * interval '1 day',
               'sale',
               %(currency)s, 1{values}
          FROM generate_series(1, %(count)s) n JOIN pair ON number = n %% %(pairs)s
        """,
        {**names, **stock},
    )
    cr.execute(
        """
        INSERT INTO sale_order_line (order_id, name, product_id, product_uom_id, product_uom_qty, price_unit,
                                     price_subtotal, price_total, price_tax, customer_lead, qty_delivered,
                                     qty_delivered_method, company_id, currency_id, state, discount)
        SELECT ord.id, 'Goods', (%(products)s)[1 + (ord.id * 31 + n * 17) %% %(product_count)s], %(unit)s, 1,
               100 + n, 100 + n, 100 + n, 0, 0, 0, 'manual', %(company)s, %(currency)s, 'sale', 0
          FROM sale_order ord CROSS JOIN generate_series(1, %(lines)s) n WHERE ord.name LIKE 'B%%'
        """,
        names,
    )


def make_invoices(cr, names):
    names["journal"] = one(cr, "SELECT id FROM account_journal WHERE type = 'sale' ORDER BY id LIMIT 1")
    names["account"] = one(
        cr, "SELECT id FROM account_account WHERE account_type = 'income' ORDER BY id LIMIT 1"
    )
    cr.execute(
        """
        INSERT INTO account_move (name, journal_id, currency_id, company_id, state, move_type, auto_post,
                                  date, invoice_date, partner_id, commercial_partner_id, invoice_user_id,
                                  invoice_currency_rate, amount_total_signed)
        SELECT 'BENCH/' || name, %(journal)s, %(currency)s, %(company)s, 'posted', 'out_invoice', 'no',
               date_order::date, date_order::date, partner_id, partner_id, user_id, 1, 410
          FROM sale_order WHERE name LIKE 'B%%'
        """,
        names,
    )
    names["receivable"] = one(
        cr, "SELECT id FROM account_account WHERE account_type = 'asset_receivable' ORDER BY id LIMIT 1"
    )
    cr.execute(
        """
        INSERT INTO account_move_line (move_id, currency_id, company_id, journal_id, parent_state, date,
                                       date_maturity, partner_id, account_id, display_type, balance,
                                       amount_currency, amount_residual, amount_residual_currency, reconciled)
        SELECT id, currency_id, company_id, journal_id, 'posted', date, date + 30, commercial_partner_id,
               %(receivable)s, 'payment_term', 410, 410, CASE WHEN id %% 20 = 0 THEN 410 ELSE 0 END,
               CASE WHEN id %% 20 = 0 THEN 410 ELSE 0 END, id %% 20 != 0
          FROM account_move WHERE name LIKE 'BENCH/%%'
        """,
        names,
    )
    cr.execute(
        """
        INSERT INTO account_move_line (move_id, currency_id, company_id, journal_id, parent_state,
                                       date, partner_id, account_id, display_type, balance, amount_currency,
                                       quantity, product_id, product_uom_id)
        SELECT id, currency_id, company_id, journal_id, 'posted', date, partner_id, %(account)s, 'product',
               -410, -410, 1, (%(products)s)[1 + id %% %(product_count)s], %(unit)s
          FROM account_move WHERE name LIKE 'BENCH/%%'
        """,
        names,
    )


def timed(method, *args):
    start = time.perf_counter()
    result = method(*args)
    return time.perf_counter() - start, result


def ours(env, user, domain):
    """What the pivot asks for."""
    env.invalidate_all()
    Report = env["sales.performance.report"].with_user(user)
    return Report.formatted_read_group(domain, GROUPS, ["ordered_amount:sum", "invoiced_amount:sum"])


def plain(cr, statement):
    cr.execute(statement)
    return cr.fetchall()


def stock(env, user):
    env.invalidate_all()
    Report = env["sale.report"].with_user(user)
    return Report.formatted_read_group([("state", "=", "sale")], GROUPS, ["price_subtotal:sum"])


def measure(runs):
    times, rows = {}, {}
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        manager = one(cr, "SELECT user_id FROM sale_order WHERE name LIKE 'B%%' LIMIT 1")
        group = env.ref("sales_crm.group_head").id
        head = env["res.users"].create({"name": "Head", "login": "bench_head", "group_ids": [(4, group)]})
        env.flush_all()
        for run in range(runs + 1):
            for label, method, *args in (
                ("all figures: ours, head", ours, env, head.id, []),
                ("all figures: ours, manager", ours, env, manager, []),
                ("all figures: plain SQL", plain, cr, PLAIN),
                ("ordered: ours, head", ours, env, head.id, ORDERED),
                ("ordered: ours, manager", ours, env, manager, ORDERED),
                ("ordered: plain SQL", plain, cr, PLAIN_ORDERED),
                ("ordered: stock sale.report, head", stock, env, head.id),
            ):
                seconds, rows[label] = timed(method, *args)
                if run:  # the first one warms up
                    times.setdefault(label, []).append(seconds)
        cr.rollback()
    _check(rows)
    for label, seconds in times.items():
        base = statistics.median(times[f"{label.partition(':')[0]}: plain SQL"])
        median = statistics.median(seconds)
        print(f"  {label:36} {median * 1000:9.0f} ms   {median / base:8.2f} × plain SQL", flush=True)
    ratio = statistics.median(times["ordered: stock sale.report, head"]) / statistics.median(
        times["ordered: ours, head"]
    )
    print(f"  stock sale.report takes {ratio:.1f} × what ours takes", flush=True)


def _check(rows):
    """The report shows what plain SQL counts."""
    report, table = rows["all figures: ours, head"], rows["all figures: plain SQL"]
    shown = sum(row["ordered_amount:sum"] + row["invoiced_amount:sum"] for row in report)
    counted = sum(float(row[3] + row[4]) for row in table)
    if abs(shown - counted) > 0.01 or len(report) != len(table):
        raise SystemExit(f"wrong result: {shown} instead of {counted}")


def main():
    parser = argparse.ArgumentParser(prog="crm bench performance")
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    prepare(args.orders)
    with connect(SOURCE) as connection, connection.cursor() as cr:
        size = one(cr, "SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(
        f"{args.orders:,} orders, {args.orders * LINES:,} lines, {args.orders:,} invoices, {size}, medians:"
    )
    measure(args.runs)
    performance_desk.measure(SOURCE, args.runs)


if __name__ == "__main__":
    main()
