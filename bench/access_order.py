"""What the guard costs a manager who enters an order: see ``access.py``."""

import statistics
import time
from contextlib import nullcontext
from unittest.mock import patch

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

LINES = (1, 10, 40, 100)


def unguarded(env):
    """Without the guards of references and of owners; the record rules stay."""
    return patch.object(env.registry["base"], "_sales_checks_references", lambda model: False)


def bench_order(name, user, runs):
    """Orders of 1 to 100 lines with and without the guard, in turn, rolled back."""
    print(f"\n{'order of':>16}{'guard':>12}{'without':>12}{'ratio':>8}{'queries':>9}{'without':>9}")
    with Registry(name).cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {})
        root.ref("sales_team.group_sale_salesman").user_ids = [Command.link(user)]
        values = [
            {"name": f"Thing {number}", "type": "service", "list_price": 1} for number in range(max(LINES))
        ]
        products = root["product.product"].create(values)
        client = root["res.partner"].search([("user_id", "=", user), ("is_client", "=", True)], limit=1)
        env = api.Environment(cr, user, {})
        for count in LINES:
            vals = {
                "partner_id": client.id,
                "order_line": [Command.create({"product_id": product.id}) for product in products[:count]],
            }
            measured = {"guard": [], "without": []}
            for run in range(runs + 1):
                for kind, results in measured.items():
                    with nullcontext() if kind == "guard" else unguarded(env):
                        result = _order(env, vals)
                    if run:
                        results.append(result)
            (guard, asked), (without, plain) = (
                [statistics.median(part) for part in zip(*results, strict=True)]
                for results in measured.values()
            )
            print(
                f"{count:10} lines{guard * 1000:9.0f} ms{without * 1000:9.0f} ms{guard / without:8.2f}"
                f"{asked:9.0f}{plain:9.0f}",
                flush=True,
            )
        cr.rollback()


def _order(env, vals):
    """:return: pair of seconds and number of queries of one order, with empty caches of records"""
    env.flush_all()
    env.invalidate_all()
    start, before = time.perf_counter(), env.cr.sql_log_count
    env["sale.order"].create(vals)
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before
