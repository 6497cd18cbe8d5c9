"""Credit state of 1, 80, 1 000 and 20 000 clients with 60 000 invoices and 40 000 orders; posting invoices.

Side by side on one database, in turn:

* ours: ``credit_state`` of the partners, as a list reads it; its statement alone; one client after the other
  in a loop; and all figures of the card;
* plain SQL: one hand-written statement that answers the same by the same rules (see credit_plain.py), with
  the company, the day and the currencies written into it;
* core: ``credit`` and ``credit_to_invoice`` of the same partners.

Then a search by ``credit_state``, and 1 000 invoices posted with the add-on and, on a second
database, without it. Run it with ``./crm bench credit [--runs N] [--no-core] [--no-posting]``.
"""

import argparse
import os
import statistics
import time
from datetime import date, timedelta

import credit_plain
import data
from carry import clone, connect, drop

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
SIZES = (1, 80, 1_000, 20_000)

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
    """Posted invoices of 500 each, one of three open, some of them overdue; one of thirty is a payment of 300
    that nobody has matched.
    """
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
            amount = -300 if number % 30 == 0 else 500
            left = amount if is_open else 0
            due = day + timedelta(days=45 if is_open and number % 9 else 400)
            common = (move, currency, company, journal, "posted", day, client)
            yield (
                debit_line,
                *common,
                debit,
                "payment_term",
                due,
                amount,
                amount,
                left,
                "f" if is_open else "t",
            )
            yield (credit_line, *common, credit, "product", None, -amount, -amount, 0, "f")

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


def shipping_columns(cr):
    """:return: dict of what an order needs beside where Inventory is installed"""
    cr.execute(
        "SELECT FROM information_schema.columns"
        " WHERE table_name = 'sale_order' AND column_name = 'picking_policy'"
    )
    if not cr.rowcount:
        return {}
    return {
        "picking_policy": "direct",
        "warehouse_id": one(cr, "SELECT id FROM stock_warehouse ORDER BY id LIMIT 1"),
    }


def make_orders(cr, pairs, count, company, product, uom):
    """Confirmed orders of 100 each, one of four not invoiced yet."""
    orders, lines = data.next_ids(cr, "sale_order", count), data.next_ids(cr, "sale_order_line", count)
    clients = [pairs[number * 3 % len(pairs)][0] for number in range(count)]
    opened = [number % 4 == 0 for number in range(count)]
    stock = shipping_columns(cr)
    data.copy(
        cr,
        "sale_order",
        (
            *("id", "name", "company_id", "partner_id", "partner_invoice_id", "partner_shipping_id"),
            *("date_order", "state", "invoice_status", "currency_rate", "amount_total", *stock),
        ),
        (
            (
                *(order, f"B{order}", company, client, client, client),
                *(date.today(), "sale", "to invoice" if is_open else "invoiced", 1, 100, *stock.values()),
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
    return {row["id"]: row["credit_state"] for row in env["res.partner"].browse(ids).read(["credit_state"])}


def card(env, ids):
    """Everything that the card shows of the debt, while the others ask for the state alone."""
    return (
        env["res.partner"]
        .browse(ids)
        .read(["receivable_amount", "overdue_amount", "overdue_days", "credit_available", "credit_state"])
    )


def loop(env, ids):
    """One client after the other, which the ORM computes a thousand at a time."""
    return {client.id: client.credit_state for client in env["res.partner"].browse(ids)}


def plain(env, ids):
    env.cr.execute(*credit_plain.statement(ids))
    return dict(env.cr.fetchall())


def standing(env, ids):
    """The statement of the add-on alone, without the ORM's records around it."""
    rows = env["res.partner"]._query_credit(env.company, ids, ["credit_state"])
    return {client: state for client, (state,) in rows.items()}


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
            "loop": loop,
            "all figures": card,
            **({"core": core} if with_core else {}),
        }
        compare(name, f"{size:,} clients", clients[:size], methods, runs)
    compare(name, "search by state", clients, {"plain SQL": search_plain, "ours": search}, runs)


def warm(env):
    """Read what a request has read before it comes to any figure, and connect."""
    env.user.company_id.parent_ids.mapped("name")
    env.company.currency_id.mapped("decimal_places")


def compare(name, title, ids, methods, runs):
    times, results = {label: [] for label in methods}, {}
    for _run in range(runs):
        for label, method in methods.items():
            with Registry(name).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                warm(env)
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


def ticks(cr):
    """:return: seconds on the clock, and of processor time of this process and of its PostgreSQL"""
    with open(f"/proc/{cr.connection.info.backend_pid}/stat", encoding="utf-8") as stat:
        user, system = map(int, stat.read().rsplit(")", 1)[1].split()[11:13])
    server = (user + system) / os.sysconf("SC_CLK_TCK")
    return time.perf_counter(), time.process_time() + server


def make_buyers(env):
    """:return: partners who buy; where the add-on is, clients with a contract"""
    ours = "is_client" in env["res.partner"]._fields
    mark = {"is_client": True} if ours else {}
    partners = env["res.partner"].create(
        [{"name": f"Buyer {number}", "is_company": True, **mark} for number in range(50)]
    )
    if ours:
        term = env["account.payment.term"].search([], limit=1).id
        for partner in partners:
            values = {"name": f"B-{partner.id}", "client_id": partner.id, "payment_term_id": term}
            env["sales.contract"].create({**values, "credit_limit": 1e6}).action_activate()
    return partners


def post(name, count):
    """:return: seconds to post ``count`` draft invoices in one go, and processor seconds"""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        partners = make_buyers(env)
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
        start = ticks(cr)
        moves.action_post()
        env.flush_all()
        cr.commit()
        return [end - begin for begin, end in zip(start, ticks(cr), strict=True)]


def measure_posting(without, count, runs):
    """With and without the add-on in turn; processor time is the figure to look at on a busy machine."""
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
    for number, title in enumerate(("clock", "processor")):
        ours_s, core_s = (statistics.median(run[number] for run in seconds) for seconds in times.values())
        print(
            f"posting {count:,} invoices, {title}: with {ours_s:.2f} s, without {core_s:.2f} s"
            f" ({ours_s / core_s:.3f})"
        )


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
