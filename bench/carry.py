"""Carry-over of 30 000 and 300 000 overdue activities among 1 000 000.

Side by side, each run on a fresh copy of the same database, in turn:

* ours: ``sales.morning._carry_over``, as the cron runs it, with its commits, the log and the
  clients' next steps;
* plain SQL: one UPDATE of the activities and one INSERT into the log, one transaction;
* Odoo: ``write({'date_deadline': …})`` on all of them, as core would reschedule them.

Run it with ``./crm bench carry [--activities N] [--runs N] [--no-orm]``.
"""

import argparse
import os
import statistics
import time
from contextlib import closing
from datetime import date

import data
import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]


def connect(name):
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return closing(connection)


def run_sql(name, *statements):
    with connect(name) as connection, connection.cursor() as cr:
        for statement in statements:
            cr.execute(statement)


def drop(name):
    odoo.sql_db.close_db(name)
    run_sql("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def clone(source, target):
    drop(target)
    odoo.sql_db.close_db(source)
    run_sql("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
    run_sql("postgres", "CHECKPOINT")
    # the same warm start for everybody
    run_sql(target, "SELECT COUNT(summary) FROM mail_activity", "SELECT COUNT(name) FROM res_partner")


def prepare(name, overdue, total):
    """A database with ``total`` activities, 300 000 of them open, ``overdue`` of them overdue."""
    clone(SOURCE, name)
    opened = max(overdue, min(300_000, total))
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            cr.execute("UPDATE res_company SET resource_calendar_id = NULL, sales_carry_escalation = 3")
            cr.execute("UPDATE ir_cron SET active = FALSE")
            cr.execute("DELETE FROM mail_activity")
            managers = data.make_managers(cr, 500)
            pairs = data.make_clients(cr, 15_000, managers)
            data.make_activities(cr, pairs, overdue, opened - overdue, total - opened)
            data.refresh_contact_dates(cr)
        connection.commit()
    run_sql(name, "VACUUM ANALYZE mail_activity", "VACUUM ANALYZE res_partner")


def ours(name):
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        morning = env["sales.morning"]
        workdays = morning._managers()._sales_workdays_begun()
        queries = cr.sql_log_count
        start = time.perf_counter()
        morning._carry_over(workdays)
        cr.commit()
        return time.perf_counter() - start, cr.sql_log_count - queries


def plain_sql(name):
    today = date.today()
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            start = time.perf_counter()
            cr.execute(
                """
                INSERT INTO sales_carry_log (activity_id, client_id, user_id, date_from, date_to,
                                             create_uid, create_date, write_uid, write_date)
                SELECT id, client_id, user_id, date_deadline, %s, 1, now(), 1, now()
                  FROM mail_activity WHERE active IS TRUE AND date_deadline < %s
                """,
                [today, today],
            )
            cr.execute(
                """
                UPDATE mail_activity
                   SET date_deadline = %s, carry_count = carry_count + 1, write_uid = 1,
                       write_date = now()
                 WHERE active IS TRUE AND date_deadline < %s
                """,
                [today, today],
            )
            connection.commit()
            return time.perf_counter() - start, 2


def orm_write(name):
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        overdue = env["mail.activity"].search([("date_deadline", "<", date.today())])
        queries = cr.sql_log_count
        start = time.perf_counter()
        overdue.write({"date_deadline": date.today()})
        env.flush_all()
        cr.commit()
        return time.perf_counter() - start, cr.sql_log_count - queries


def _check(found, overdue):
    if found != (overdue, overdue):
        raise SystemExit(f"wrong result: {found} instead of {overdue}")


def verify(name, overdue):
    """Every overdue activity is carried once, with one row in the log."""
    with connect(name) as connection, connection.cursor() as cr:
        cr.execute("SELECT COUNT(*), SUM(carry_count) FROM mail_activity WHERE carry_count > 0")
        _check(cr.fetchone(), overdue)
        cr.execute("SELECT COUNT(DISTINCT activity_id), COUNT(*) FROM sales_carry_log")
        _check(cr.fetchone(), overdue)


def measure(overdue, total, runs, with_orm):
    source, target = f"{SOURCE}_carry", f"{SOURCE}_run"
    try:
        prepare(source, overdue, total)
        times = {"ours": [], "plain SQL": [], "Odoo write()": []}
        counts = {}
        for number in range(runs):
            for label, method in (("ours", ours), ("plain SQL", plain_sql), ("Odoo write()", orm_write)):
                if label == "Odoo write()" and (number or not with_orm):
                    continue
                clone(source, target)
                seconds, counts[label] = method(target)
                times[label].append(seconds)
                if label != "Odoo write()":
                    verify(target, overdue)
                print(f"  run {number + 1}: {label}: {seconds:.2f} s, {counts[label]} queries", flush=True)
        base = statistics.median(times["plain SQL"])
        print(f"\n{overdue:,} overdue among {total:,} activities, medians of {runs} runs in turn:")
        for label, seconds in times.items():
            if seconds:
                median = statistics.median(seconds)
                print(
                    f"  {label:13} {median:8.2f} s   {median / base:6.2f} × plain SQL"
                    f"   {counts[label]} queries"
                )
    finally:
        drop(target)
        drop(source)


def main():
    parser = argparse.ArgumentParser(prog="crm bench carry")
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--overdue", type=int, nargs="*", default=[30_000, 300_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-orm", action="store_true", help="leave Odoo's own write() out")
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    for overdue in args.overdue:
        measure(overdue, args.activities, args.runs, not args.no_orm)


if __name__ == "__main__":
    main()
