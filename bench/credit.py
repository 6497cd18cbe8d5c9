"""Credit state of 1, 80, 1 000 and 20 000 clients with 60 000 invoices and 40 000 orders; posting invoices.

Side by side on one database, in turn:

* ours: ``credit_state`` of the partners, as a list reads it, and its statement alone;
* plain SQL: one hand-written statement with debt, overdue and open orders against the contract's limit;
* core: ``credit`` and ``credit_to_invoice`` of the same partners.

Then a search by ``credit_state``, and 1 000 invoices posted with the add-on and, on a second
database, without it. Run it with ``./crm bench credit [--runs N] [--no-core] [--no-posting]``.
"""

import argparse
import os
import statistics
import time
from datetime import date, timedelta

import data
from carry import clone, connect, drop

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
SIZES = (1, 80, 1_000, 20_000)

PLAIN = """
    WITH debt AS (
        SELECT debtor.commercial_partner_id AS client_id, SUM(line.amount_residual) AS receivable,
               SUM(line.amount_residual) FILTER (
                   WHERE line.amount_residual > 0 AND line.date_maturity < CURRENT_DATE) AS overdue
          FROM account_move_line line
          JOIN res_partner debtor ON debtor.id = line.partner_id
         WHERE line.reconciled IS NOT TRUE AND line.parent_state = 'posted'
           AND line.account_id IN (SELECT id FROM account_account WHERE account_type = 'asset_receivable')
           AND debtor.commercial_partner_id = ANY(%(clients)s)
         GROUP BY 1
    ), opened AS (
        SELECT payer.commercial_partner_id AS client_id,
               SUM(line.price_total * (line.product_uom_qty - COALESCE(line.qty_invoiced, 0))
                   / NULLIF(line.product_uom_qty, 0)) AS amount
          FROM sale_order ord
          JOIN res_partner payer ON payer.id = ord.partner_invoice_id
          JOIN sale_order_line line ON line.order_id = ord.id AND line.display_type IS NULL
         WHERE ord.state = 'sale' AND ord.invoice_status IS DISTINCT FROM 'invoiced'
           AND payer.commercial_partner_id = ANY(%(clients)s)
         GROUP BY 1
    )
    SELECT client.id, CASE WHEN COALESCE(debt.overdue, 0) > 0 THEN 'overdue'
                           WHEN COALESCE(debt.receivable, 0) + COALESCE(opened.amount, 0)
                                > contract.credit_limit THEN 'over_limit' ELSE 'ok' END
      FROM res_partner client
      LEFT JOIN debt ON debt.client_id = client.id
      LEFT JOIN opened ON opened.client_id = client.id
      LEFT JOIN sales_contract contract ON contract.client_id = client.id AND contract.state = 'active'
     WHERE client.id = ANY(%(clients)s)
"""


# ------------------------------------------------------
# Data
# ------------------------------------------------------


def one(cr, query, *args):
    cr.execute(query, args)
    return cr.fetchone()[0]


def make_contracts(cr, company, currency):
    cr.execute(
        """
        INSERT INTO sales_contract (name, client_id, company_id, kind, state, date_start, prolongation,
                                    credit_limit, currency_id, overdue_tolerance_days,
                                    overdue_tolerance_amount)
        SELECT 'B-' || id, id, %s, 'supply', 'active', CURRENT_DATE - 400, 'none', 3000, %s, 0, 0
          FROM res_partner WHERE name LIKE 'Client %%'
        """,
        [company, currency],
    )


def make_invoices(cr, pairs, count, company, currency):
    """Posted invoices of 500 each, one of three open, some of them overdue."""
    journal = one(
        cr, "SELECT id FROM account_journal WHERE type = 'sale' AND company_id = %s LIMIT 1", company
    )
    debit = one(
        cr, "SELECT id FROM account_account WHERE account_type = 'asset_receivable' ORDER BY id LIMIT 1"
    )
    credit = one(cr, "SELECT id FROM account_account WHERE account_type = 'income' ORDER BY id LIMIT 1")
    moves, debits, credits = (
        data.next_ids(cr, table, count) for table in ("account_move", *["account_move_line"] * 2)
    )
    today = date.today()
    dates = [today - timedelta(days=number * 7 % 330) for number in range(count)]
    clients = [pairs[number % len(pairs)][0] for number in range(count)]
    data.copy(
        cr,
        "account_move",
        (
            *(
                "id",
                "name",
                "journal_id",
                "currency_id",
                "company_id",
                "state",
                "move_type",
                "auto_post",
                "date",
            ),
            *("invoice_date", "partner_id", "commercial_partner_id", "amount_total_signed", "payment_state"),
        ),
        (
            (
                *(move, f"BENCH/{move}", journal, currency, company, "posted", "out_invoice", "no", day),
                *(day, client, client, 500, "not_paid"),
            )
            for move, day, client in zip(moves, dates, clients, strict=True)
        ),
    )

    def lines():
        rows = zip(moves, debits, credits, dates, clients, strict=True)
        for number, (move, debit_line, credit_line, day, client) in enumerate(rows):
            is_open = number % 3 == 0
            left = 500 if is_open else 0
            due = day + timedelta(days=45 if is_open and number % 9 else 400)
            common = (move, currency, company, journal, "posted", day, client)
            yield (debit_line, *common, debit, "payment_term", due, 500, 500, left, "f" if is_open else "t")
            yield (credit_line, *common, credit, "product", None, -500, -500, 0, "f")

    data.copy(
        cr,
        "account_move_line",
        (
            *(
                "id",
                "move_id",
                "currency_id",
                "company_id",
                "journal_id",
                "parent_state",
                "date",
                "partner_id",
            ),
            *("account_id", "display_type", "date_maturity", "balance", "amount_currency", "amount_residual"),
            "reconciled",
        ),
        lines(),
    )


def make_orders(cr, pairs, count, company, product, uom):
    """Confirmed orders of 100 each, one of four not invoiced yet."""
    orders, lines = data.next_ids(cr, "sale_order", count), data.next_ids(cr, "sale_order_line", count)
    clients = [pairs[number * 3 % len(pairs)][0] for number in range(count)]
    opened = [number % 4 == 0 for number in range(count)]
    data.copy(
        cr,
        "sale_order",
        (
            *("id", "name", "company_id", "partner_id", "partner_invoice_id", "partner_shipping_id"),
            *("date_order", "state", "invoice_status", "currency_rate", "amount_total"),
        ),
        (
            (
                *(order, f"B{order}", company, client, client, client),
                *(date.today(), "sale", "to invoice" if is_open else "invoiced", 1, 100),
            )
            for order, client, is_open in zip(orders, clients, opened, strict=True)
        ),
    )
    data.copy(
        cr,
        "sale_order_line",
        (
            *("id", "order_id", "name", "product_uom_qty", "price_unit", "customer_lead", "price_total"),
            *("qty_invoiced", "qty_delivered", "product_id", "product_uom_id", "company_id", "state"),
        ),
        (
            (line, order, "Goods", 1, 100, 0, 100, 0 if is_open else 1, 0, product, uom, company, "sale")
            for line, order, is_open in zip(lines, orders, opened, strict=True)
        ),
    )


def prepare(name, clients, invoices, orders):
    """:return: ids of the clients"""
    clone(SOURCE, name)
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        product = env["product.product"].create({"name": "Goods", "type": "consu"})
        product, uom = product.id, product.uom_id.id
        company, currency = env.company.id, env.company.currency_id.id
        cr.commit()
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            cr.execute("UPDATE ir_cron SET active = FALSE")
            pairs = data.make_clients(cr, clients, data.make_managers(cr, 50))
            cr.execute(
                "UPDATE res_partner SET client_id = id, partner_share = TRUE WHERE name LIKE 'Client %%'"
            )
            make_contracts(cr, company, currency)
            make_invoices(cr, pairs, invoices, company, currency)
            make_orders(cr, pairs, orders, company, product, uom)
        connection.commit()
    with connect(name) as connection, connection.cursor() as cr:
        cr.execute("VACUUM ANALYZE")
    return [client for client, _manager in pairs]


# ------------------------------------------------------
# Measures
# ------------------------------------------------------


def timed(method, *args):
    start = time.perf_counter()
    result = method(*args)
    return time.perf_counter() - start, result


def ours(env, ids):
    return dict(env["res.partner"].browse(ids).mapped(lambda client: (client.id, client.credit_state)))


def plain(env, ids):
    env.cr.execute(PLAIN, {"clients": ids})
    return dict(env.cr.fetchall())


def standing(env, ids):
    """The statement of the add-on alone, without the ORM's records around it."""
    rows = env["res.partner"]._query_credit(env.company, ids)
    return {client: row["state"] for client, row in rows.items()}


def core(env, ids):
    for client in env["res.partner"].browse(ids):
        _sums = client.credit + client.credit_to_invoice


def search(env, _ids):
    return env["res.partner"].search_count([("is_client", "=", True), ("credit_state", "=", "overdue")])


def search_plain(env, ids):
    return sum(state == "overdue" for state in plain(env, ids).values())


def measure(name, clients, runs, with_core):
    """Each method in turn, ``runs`` times; print the medians."""
    sizes = [size for size in SIZES if size <= len(clients)]
    for size in sizes:
        methods = {
            "plain SQL": plain,
            "statement": standing,
            "ours": ours,
            **({"core": core} if with_core else {}),
        }
        compare(name, f"{size:,} clients", clients[:size], methods, runs)
    compare(name, "search by state", clients, {"plain SQL": search_plain, "ours": search}, runs)


def compare(name, title, ids, methods, runs):
    times, results = {label: [] for label in methods}, {}
    for _run in range(runs):
        for label, method in methods.items():
            with Registry(name).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                seconds, results[label] = timed(method, env, ids)
                times[label].append(seconds)
    if results["ours"] != results["plain SQL"]:
        raise SystemExit(f"{title}: ours and plain SQL differ")
    base = statistics.median(times["plain SQL"])
    shown = ", ".join(
        f"{label} {median * 1000:.1f} ms ({median / base:.2f})"
        for label, median in ((label, statistics.median(seconds)) for label, seconds in times.items())
    )
    print(f"{title}: {shown}", flush=True)


def post(name, count):
    """:return: seconds to post ``count`` draft invoices in one go"""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        partners = env["res.partner"].create([{"name": f"Buyer {number}"} for number in range(50)])
        line = {"name": "Goods", "price_unit": 100, "tax_ids": [Command.clear()]}
        moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partners[number % 50].id,
                    "invoice_date": date.today(),
                    "invoice_line_ids": [Command.create(line)],
                }
                for number in range(count)
            ]
        )
        env.flush_all()
        cr.commit()
        start = time.perf_counter()
        moves.action_post()
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start


def measure_posting(without, count, runs):
    target = f"{SOURCE}_post"
    times = {SOURCE: [], without: []}
    try:
        for _run in range(runs):
            for source, seconds in times.items():
                clone(source, target)
                seconds.append(post(target, count))
                Registry.delete(target)
    finally:
        drop(target)
    ours_s, core_s = (statistics.median(seconds) for seconds in times.values())
    print(f"posting {count:,} invoices: with {ours_s:.2f} s, without {core_s:.2f} s ({ours_s / core_s:.3f})")


def main():
    parser = argparse.ArgumentParser(prog="crm bench credit")
    parser.add_argument("--clients", type=int, default=20_000)
    parser.add_argument("--invoices", type=int, default=60_000)
    parser.add_argument("--orders", type=int, default=40_000)
    parser.add_argument("--post", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--without", default=os.environ["CRM_BENCH_WITHOUT"], help="a database without the add-on"
    )
    parser.add_argument("--no-posting", action="store_true")
    parser.add_argument("--no-core", action="store_true")
    parser.add_argument("--no-state", action="store_true", help="posting only")
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    name = f"{SOURCE}_credit"
    if not args.no_state:
        try:
            clients = prepare(name, args.clients, args.invoices, args.orders)
            measure(name, clients, args.runs, not args.no_core)
        finally:
            drop(name)
    if not args.no_posting:
        measure_posting(args.without, args.post, args.runs)


if __name__ == "__main__":
    main()
