"""An import of deals into a fresh database while VACUUM passes by at the worst moment.

While the first batch is open it finds no row in tables that have pages; from then on PostgreSQL
plans for one row. Side by side, each on a fresh copy of the same database, in turn:

* vacuum: VACUUM of all that the import fills, once, before the first batch is committed;
* the same without what the add-on does about it;
* fresh: ANALYZE of the same tables after each batch, so that PostgreSQL always knows.

Run it with ``./crm bench statistics_of_import [--deals N] [--runs N]``.
"""

import argparse
import base64
import csv
import io
import os
import random
import statistics
import time
from contextlib import ExitStack, closing
from datetime import date, timedelta
from unittest.mock import patch

import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
WAYS = ("fresh", "vacuum", "vacuum, not counted")


def run_sql(name, *statements):
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            for statement in statements:
                cr.execute(statement)


def drop(name):
    odoo.sql_db.close_db(name)
    run_sql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def clone(source, target):
    drop(target)
    odoo.sql_db.close_db(source)
    run_sql("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY', "CHECKPOINT")


def table(rows):
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def files(deals):
    """Agents, accounts and deals, as a pipeline is exported by other systems."""
    dice = random.Random(1)
    agents = [f"Agent {number:02} Smith" for number in range(20)]
    accounts = [f"Account {number}" for number in range(max(deals // 20, 1))]
    rows = []
    for number in range(deals):
        opened = date(2025, 1, 1) + timedelta(days=dice.randrange(300))
        stage = dice.choice(["Won", "Won", "Lost", "Engaging"])
        closed = opened + timedelta(days=dice.randrange(1, 100)) if stage != "Engaging" else ""
        value = dice.randrange(100, 9000) if stage == "Won" else ""
        rows.append((f"D{number}", dice.choice(agents), dice.choice(accounts), stage, opened, closed, value))
    header = (
        "opportunity_id",
        "sales_agent",
        "account",
        "deal_stage",
        "engage_date",
        "close_date",
        "close_value",
    )
    return {
        "agents.csv": table([("sales_agent", "manager"), *((agent, "Head of All") for agent in agents)]),
        "accounts.csv": table([("account", "sector"), *((account, "retail") for account in accounts)]),
        "pipeline.csv": table([header, *rows]),
    }


def upload(env, content):
    attachments = env["ir.attachment"].create(
        [{"name": name, "datas": base64.b64encode(data)} for name, data in content.items()]
    )
    record = env["sales.import"].create({"attachment_ids": [(6, 0, attachments.ids)], "kind": "deals"})
    record.action_read()
    record.action_analyse()
    record._work_through()
    if record.state != "preview":
        raise SystemExit(f"the files were not understood: {record.state}, {record.failure}")
    record.action_import()
    env.cr.commit()
    return record


def measure(content, way):
    """:return: seconds of the import, its deals"""
    # imported here: Odoo's add-ons can be found once it runs
    from odoo.addons.sales_crm.tools.filling import Filling
    from odoo.addons.sales_crm.tools.import_run import FILLED

    name = f"{SOURCE}_{way[:3]}"
    clone(SOURCE, name)
    with Registry(name).cursor() as cr, ExitStack() as stack:
        env = api.Environment(cr, SUPERUSER_ID, {})
        before = env["crm.lead"].with_context(active_test=False).search_count([])
        record = upload(env, content)
        tables = ", ".join(env[model]._table for model in FILLED if model in env)
        Import = type(env["sales.import"])
        commit, batch, passed = Import._commit, Import._guarded_batch, []

        def commit_and_count(self, *args):
            left = commit(self, *args)
            if way == "fresh":
                run_sql(name, f"ANALYZE {tables}")
            return left

        def batch_and_vacuum(self, run):
            done = batch(self, run)
            deals = self.env["crm.lead"].with_context(active_test=False).search_count([])
            if way != "fresh" and deals > before and not passed:
                passed.append(deals)
                run_sql(name, f"VACUUM {tables}")
            return done

        stack.enter_context(patch.object(Import, "_commit", commit_and_count))
        stack.enter_context(patch.object(Import, "_guarded_batch", batch_and_vacuum))
        if way == "vacuum, not counted":
            stack.enter_context(patch.object(Filling, "add", lambda self, count: None))
        began = time.perf_counter()
        record._work_in_background()
        seconds = time.perf_counter() - began
        record.invalidate_recordset()
        if record.state != "done":
            raise SystemExit(f"{way}: the import is {record.state}: {record.failure}")
        deals = env["crm.lead"].with_context(active_test=False).search_count([])
    drop(name)
    return seconds, deals - before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--deals", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=error", "-d", SOURCE], setup_logging=True)
    content = files(options.deals)
    seconds = {way: [] for way in WAYS}
    for _run in range(options.runs):
        for way in WAYS:
            taken, deals = measure(content, way)
            if deals != options.deals:
                raise SystemExit(f"{way}: {deals} deals instead of {options.deals}")
            seconds[way].append(taken)
    base = statistics.median(seconds["fresh"])
    for way in WAYS:
        median = statistics.median(seconds[way])
        print(f"{way}: {median:.1f} s ({median / base:.2f} x)", flush=True)


if __name__ == "__main__":
    main()
