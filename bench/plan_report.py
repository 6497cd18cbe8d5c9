"""Plan against fact by manager and month over 5 000 000 done activities and the plans they stood in.

Side by side in one run, each for the whole period and for one month:

* ours: ``sales.activity.report``, grouped as the pivot does it, for a head and for one manager, with
  their record rules and the client guard;
* plain SQL: the same figures by hand-written SQL on the same tables, without any rules;
* plain SQL without what the add-on keeps on the plan's lines: the fact joined from the activities;
* stock ``mail.activity``: done activities by manager and month, grouped as a head by Odoo's own search.
  Its search reads every row into Python, so it gets one month unless ``--stock-months`` asks for more.

Run it with ``./crm bench plan_report [--activities N] [--runs N] [--stock-months N]``.
"""

import argparse
import os
import random
import statistics
import time
from contextlib import closing
from datetime import date, timedelta
from unittest.mock import patch

import data
import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
CHUNK = 250_000
END = date(2026, 10, 31)
DAYS = 5 * 365
MEASURES = (
    *("planned_count:sum", "done_count:sum", "done_late_count:sum", "carried_count:sum"),
    *("moved_count:sum", "cancelled_count:sum", "open_count:sum", "unplanned_count:sum", "done_share:avg"),
)
PLAIN = """
    SELECT user_id, date_trunc('month', date), SUM(planned), SUM(done), SUM(late), SUM(carried),
           SUM(moved), SUM(cancelled), SUM(open), SUM(unplanned), SUM(done)::float / NULLIF(SUM(planned), 0)
      FROM (SELECT user_id, date, 1 AS planned, (result = 'done')::int AS done,
                   (result = 'done_late')::int AS late, (result = 'carried')::int AS carried,
                   (result = 'moved')::int AS moved, (result = 'cancelled')::int AS cancelled,
                   (result = 'open')::int AS open, 0 AS unplanned
              FROM sales_plan_line
             UNION ALL
            SELECT done_user_id, unplanned_date, 0, 0, 0, 0, 0, 0, 0, 1
              FROM mail_activity WHERE unplanned_date IS NOT NULL) facts
     WHERE %s GROUP BY 1, 2
"""
# What a report would have to do if the lines did not keep what became of them
JOINED = """
    SELECT line.user_id, date_trunc('month', line.date), COUNT(*),
           COUNT(*) FILTER (WHERE activity.activity_state_final = 'done' AND activity.datetime_done::date
                                  = line.date)
      FROM sales_plan_line line JOIN mail_activity activity ON activity.id = line.activity_id
     WHERE %s GROUP BY 1, 2
"""


def connect(name):
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return closing(connection)


def prepare(count):
    """Managers, clients, ``count`` done activities of five years, and the plans they stood in: nine of ten
    were planned, one of eight of these a day before they were done, and carried over.
    """
    with connect(SOURCE) as connection, connection.cursor() as cr:
        cr.execute("UPDATE ir_cron SET active = FALSE")
        cr.execute("SET session_replication_role = replica")  # every reference is right
        managers = data.make_managers(cr, 50)
        pairs = data.make_clients(cr, 15_000, managers)
        cr.execute(
            "SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE tablename IN ('mail_activity', 'sales_plan_line') AND indexname NOT LIKE '%pkey'"
        )
        indexes = cr.fetchall()
        for _table, index, _definition in indexes:
            cr.execute(f'DROP INDEX "{index}"')
        dice = random.Random(20261125)
        for start in range(0, count, CHUNK):
            _make_chunk(cr, dice, pairs, min(CHUNK, count - start))
        for _table, _index, definition in indexes:
            cr.execute(definition)
        cr.execute(
            "INSERT INTO sales_plan_day (user_id, date) SELECT DISTINCT user_id, date FROM sales_plan_line"
            " ON CONFLICT DO NOTHING"
        )
        for table in ("mail_activity", "sales_plan_line", "sales_plan_day", "res_partner"):
            cr.execute(f"VACUUM ANALYZE {table}")


def _make_chunk(cr, dice, pairs, count):
    cr.execute("SELECT id FROM ir_model WHERE model = 'res.partner'")
    [model] = cr.fetchone()
    cr.execute("SELECT id FROM mail_activity_type ORDER BY id LIMIT 4")
    types = [row[0] for row in cr.fetchall()]
    ids = data.next_ids(cr, "mail_activity", count)
    facts = []
    for activity in ids:
        client, manager = pairs[dice.randrange(len(pairs))]
        day = END - timedelta(days=dice.randrange(DAYS))
        planned, late = dice.random() < 0.9, dice.random() < 0.125
        facts.append((activity, client, manager, day, planned, late, types[activity % len(types)]))
    data.copy(
        cr,
        "mail_activity",
        (
            *("id", "res_model", "res_model_id", "res_id", "res_name", "activity_type_id", "summary"),
            *("date_deadline", "date_planned", "user_id", "client_id", "priority", "carry_count"),
            *("active", "activity_state_final", "date_done", "datetime_done", "done_user_id"),
            "unplanned_date",
        ),
        (
            (
                *(activity, "res.partner", model, client, f"Client {client}", kind, f"Call {activity}"),
                *(day, day, manager, client, "0", int(late), "f", "done", day, f"{day} 10:00:00", manager),
                None if planned else day,
            )
            for activity, client, manager, day, planned, late, kind in facts
        ),
    )
    data.copy(
        cr,
        "sales_plan_line",
        ("date", "user_id", "activity_id", "client_id", "activity_type_id", "priority", "origin", "result"),
        (
            row
            for activity, client, manager, day, planned, late, kind in facts
            if planned
            for row in _plans(activity, client, manager, day, late, kind)
        ),
    )


def _plans(activity, client, manager, day, late, kind):
    if late:
        before = day - timedelta(days=1)
        yield (before, manager, activity, client, kind, "0", "planned", "done_late")
    yield (day, manager, activity, client, kind, "0", "carried" if late else "planned", "done")


def timed(method, *args):
    start = time.perf_counter()
    result = method(*args)
    return time.perf_counter() - start, result


def ours(env, user, domain):
    """What the pivot asks for."""
    env.invalidate_all()
    Report = env["sales.activity.report"].with_user(user)
    return Report.formatted_read_group(domain, ["user_id", "date:month"], MEASURES)


def plain(cr, statement, condition):
    cr.execute(statement % condition)
    return cr.fetchall()


def stock(env, user, domain):
    """Odoo's own access to activities: without the add-on's search."""
    env.invalidate_all()
    Activity = env["mail.activity"].with_user(user).with_context(active_test=False)
    with patch.object(type(Activity), "_client_decides", lambda self: False):
        return Activity.formatted_read_group(domain, ["user_id", "date_done:month"], ["__count"])


def measure(runs, stock_months):
    month = END.replace(day=1)
    times, rows = {}, {}
    with Registry(SOURCE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        cr.execute("SELECT user_id FROM sales_plan_line LIMIT 1")
        [manager] = cr.fetchone()
        group = env.ref("sales_crm.group_head").id
        head = env["res.users"].create({"name": "Head", "login": "bench_head", "group_ids": [(4, group)]})
        env.flush_all()
        first = month
        for _number in range(stock_months - 1):
            first = (first - timedelta(days=1)).replace(day=1)
        done = [("activity_state_final", "=", "done"), ("date_done", ">=", first), ("date_done", "<=", END)]
        slice_ = [("date", ">=", first), ("date", "<=", END)]
        between = f"date BETWEEN '{first}' AND '{END}'"
        of_stock = f"the last {stock_months} months"
        for run in range(runs + 1):
            for label, method, *args in (
                ("five years: ours, head", ours, env, head.id, []),
                ("five years: ours, manager", ours, env, manager, []),
                ("five years: plain SQL", plain, cr, PLAIN, "TRUE"),
                ("five years: plain SQL, joined with the activities", plain, cr, JOINED, "TRUE"),
                ("one month: ours, head", ours, env, head.id, [("date", ">=", month), ("date", "<=", END)]),
                ("one month: plain SQL", plain, cr, PLAIN, f"date BETWEEN '{month}' AND '{END}'"),
                (f"{of_stock}: ours, head", ours, env, head.id, slice_),
                (f"{of_stock}: plain SQL", plain, cr, PLAIN, between),
                (f"{of_stock}: stock mail.activity, head", stock, env, head.id, done),
            ):
                seconds, rows[label] = timed(method, *args)
                if run:  # the first one warms up
                    times.setdefault(label, []).append(seconds)
        cr.rollback()
    _check(rows)
    for label, seconds in times.items():
        base = statistics.median(times[f"{label.partition(':')[0]}: plain SQL"])
        median = statistics.median(seconds)
        print(f"  {label:52} {median * 1000:9.0f} ms   {median / base:8.2f} × plain SQL", flush=True)
    label = f"{of_stock}: stock mail.activity, head"
    ratio = statistics.median(times[f"{of_stock}: ours, head"]) / statistics.median(times[label])
    print(f"  ours takes {ratio:.4f} of what stock mail.activity takes", flush=True)


def _check(rows):
    """The report shows what plain SQL counts."""
    shown = {
        (row["user_id"][0], row["date:month"][0][:7]): [round(row[name] or 0, 9) for name in MEASURES]
        for row in rows["five years: ours, head"]
    }
    counted = {
        (user, f"{month:%Y-%m}"): [round(float(number or 0), 9) for number in numbers]
        for user, month, *numbers in rows["five years: plain SQL"]
    }
    if shown != counted:
        raise SystemExit(f"wrong result: {list(shown.items())[:2]} instead of {list(counted.items())[:2]}")


def add_arguments(parser):
    parser.add_argument("--activities", type=int, default=5_000_000)
    parser.add_argument("--stock-months", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)


def work(args):
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    prepare(args.activities)
    with connect(SOURCE) as connection, connection.cursor() as cr:
        cr.execute("SELECT COUNT(*) FROM sales_plan_line")
        [lines] = cr.fetchone()
        cr.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        [size] = cr.fetchone()
    print(f"{args.activities:,} done activities, {lines:,} lines of plans, {size}, medians:", flush=True)
    measure(args.runs, args.stock_months)


def main():
    parser = argparse.ArgumentParser(prog="crm bench plan_report")
    add_arguments(parser)
    work(parser.parse_args())


if __name__ == "__main__":
    main()
