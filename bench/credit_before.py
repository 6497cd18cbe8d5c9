"""What the credit states cost beside an earlier commit, on the same data, in turn.

Prints the medians of the clock, and the pages that each of them reads and the time to plan them, which do
not depend on what else the machine does. Run it with ``./crm bench credit_before COMMIT [--runs N]``. The
data are those of ``./crm bench credit``; ``--loose N`` and ``--left N`` add what is rare in them: shipments
without an order, and orders cancelled after they were shipped.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

import credit
from carry import connect, drop

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

ROOT = Path(__file__).resolve().parent.parent

# ------------------------------------------------------
# Statements
# ------------------------------------------------------


def dump(name, path):
    """Write what these add-ons ask the database for each number of clients into a file."""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        credit.warm(env)
        domain = [("name", "=like", "Client %"), ("is_client", "=", True)]
        ids = env["res.partner"].search(domain, order="id").ids
        asked = {str(size): queries_of(env, ids[:size]) for size in credit.SIZES if size <= len(ids)}
    Path(path).write_text(json.dumps(asked), encoding="utf-8")


def queries_of(env, ids):
    """:return: list of the queries, the last of which answers"""
    queries, execute = [], type(env.cr).execute

    def heard(cr, query, params=None, **options):
        if isinstance(query, SQL):
            query, params = query.code, query.params
        queries.append(cr.mogrify(query, params).decode())
        return execute(cr, query, params, **options)

    with patch.object(type(env.cr), "execute", heard):
        env["res.partner"]._query_credit(env.company, ids, ["credit_state"])
    return queries


def statements_of(name, addons):
    """:return: dict number of clients -> what the add-ons in that folder ask"""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, __file__, "--dump", file.name, "--database", name, "--addons", addons]
        subprocess.run(command, check=True)
        return {int(size): queries for size, queries in json.loads(Path(file.name).read_bytes()).items()}


def statements_before(name, commit):
    if Path(commit).is_dir():
        return statements_of(name, f"{commit}/addons")
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit, "addons"], cwd=ROOT, check=True, stdout=subprocess.PIPE
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        return statements_of(name, f"{folder}/addons")


# ------------------------------------------------------
# What is rare
# ------------------------------------------------------


def make_rare(name, loose, left):
    with connect(name) as connection, connection.cursor() as cr:
        cr.execute(
            """
            INSERT INTO stock_move (product_id, product_uom, product_uom_qty, quantity, procure_method, state,
                                    date, company_id, location_id, location_dest_id, credit_client_id,
                                    credit_price, credit_amount)
            SELECT product.id, template.uom_id, 1, 1, 'make_to_stock', 'done', now(), company.id,
                   place.id, target.id, client.id, 100, 100
              FROM (SELECT id FROM res_partner WHERE name LIKE 'Client %%' ORDER BY id DESC LIMIT %s) client,
                   (SELECT id, product_tmpl_id FROM product_product ORDER BY id DESC LIMIT 1) product
                   JOIN product_template template ON template.id = product.product_tmpl_id,
                   (SELECT id FROM res_company ORDER BY id LIMIT 1) company,
                   (SELECT id FROM stock_location WHERE usage = 'internal' ORDER BY id LIMIT 1) place,
                   (SELECT id FROM stock_location WHERE usage = 'customer' ORDER BY id LIMIT 1) target
            """,
            [loose],
        )
        cr.execute("SELECT id FROM sale_order ORDER BY id DESC LIMIT %s", [left])
        orders = [order for (order,) in cr.fetchall()]
        cr.execute("UPDATE sale_order SET state = 'cancel' WHERE id = ANY(%s)", [orders])
        cr.execute(
            "UPDATE sale_order_line SET state = 'cancel', qty_delivered = 1 WHERE order_id = ANY(%s)",
            [orders],
        )
        cr.execute("VACUUM ANALYZE")


# ------------------------------------------------------
# Measures
# ------------------------------------------------------


def compare(name, size, before, now, runs):
    """Both in turn, the first of them in turn too."""
    times, rows = {"before": [], "now": []}, {}
    statements = {"before": before, "now": now}
    with connect(name) as connection, connection.cursor() as cr:
        for run in range(-5, runs):
            for label in sorted(statements, reverse=bool(run % 2)):
                start = time.perf_counter()
                for query in statements[label]:
                    cr.execute(query)
                rows[label] = dict(cr.fetchall())
                if run >= 0:
                    times[label].append(time.perf_counter() - start)
        plans = {label: explain(cr, queries[-1]) for label, queries in statements.items()}
    differ = sum(rows["before"].get(client) != state for client, state in rows["now"].items())
    medians = {label: statistics.median(seconds) * 1000 for label, seconds in times.items()}
    ratios = [now / before for before, now in zip(times["before"], times["now"], strict=True)]
    queries = f"{len(now)} queries, {len(before)} before"
    shown = ", ".join(
        f"{label} {medians[label]:.2f} ms (planning {plan[0]:.2f}, {plan[1]} pages)"
        for label, plan in plans.items()
    )
    print(
        f"{size:,} clients: {shown}; {queries}; {medians['now'] / medians['before']:.3f}, "
        f"in pairs {statistics.median(ratios):.3f}; {differ} answers differ",
        flush=True,
    )


def explain(cr, text):
    """:return: milliseconds of planning, the least of five, and the number of pages read"""
    planning = []
    for _run in range(5):
        cr.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}")
        (((plan,),),) = [cr.fetchall()]
        plan = plan[0]
        planning.append(plan["Planning Time"])
    top = plan["Plan"]
    return min(planning), top["Shared Hit Blocks"] + top["Shared Read Blocks"]


def main():
    parser = argparse.ArgumentParser(prog="crm bench credit_before")
    parser.add_argument("commit", nargs="?", default="HEAD", help="or a folder with another checkout")
    parser.add_argument("--clients", type=int, default=20_000)
    parser.add_argument("--invoices", type=int, default=60_000)
    parser.add_argument("--orders", type=int, default=40_000)
    parser.add_argument("--loose", type=int, default=0)
    parser.add_argument("--left", type=int, default=0)
    parser.add_argument("--runs", type=int, default=25)
    for option in ("--dump", "--database", "--addons"):
        parser.add_argument(option, help=argparse.SUPPRESS)
    args = parser.parse_args()
    options = [f"--addons-path={args.addons}"] if args.addons else []
    odoo.tools.config.parse_config(["--log-level=warn", "-d", credit.SOURCE, *options], setup_logging=True)
    if args.dump:
        dump(args.database, args.dump)
        return
    name = f"{credit.SOURCE}_credit"
    try:
        credit.prepare(name, args.clients, args.invoices, args.orders)
        if args.loose or args.left:
            make_rare(name, args.loose, args.left)
        odoo.sql_db.close_db(name)
        before, now = statements_before(name, args.commit), statements_of(name, str(ROOT / "addons"))
        for size, statement in now.items():
            compare(name, size, before[size], statement, args.runs)
    finally:
        drop(name)


if __name__ == "__main__":
    main()
