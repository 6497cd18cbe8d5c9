"""The morning run for 50 and for 1 000 managers with 60 activities each, beside years of history.

A third of the 60 was left undone yesterday, a third is planned for today, a third is due in five cadences.
Side by side, each run on a fresh copy of the same database, in turn:

* ours: ``sales.morning._run()`` as the cron runs it: whose day has begun, carry-over with log and next
  steps, regular work, frozen plans, with its locks and commits;
* plain SQL: the same rows by one INSERT or UPDATE for each table, one transaction, without any question
  about calendars, capacity, pauses or a second server.

Run it with ``./crm bench plan_morning [--managers N …] [--history N] [--runs N]``.
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
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
PART = 20  # carried, planned and due in cadences, each, per manager
CADENCES = 5


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
    run_sql("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY', "CHECKPOINT")
    # The same warm start for everybody
    run_sql(
        target,
        "SELECT COUNT(summary) FROM mail_activity WHERE active IS TRUE",
        "SELECT COUNT(name) FROM res_partner",
        "SELECT COUNT(*) FROM sales_cadence_client WHERE date_next <= CURRENT_DATE",
    )


def without_indexes(cr, table):
    """Drop the table's secondary indexes; return the statements that make them again."""
    cr.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef NOT LIKE '%%UNIQUE%%'",
        [table],
    )
    found = cr.fetchall()
    for name, _definition in found:
        cr.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def work_day_and_night(name):
    """The company works every day from midnight on, whenever this runs."""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for calendar in env["resource.calendar"].search([]):
            calendar.attendance_ids = [
                Command.clear(),
                *(
                    Command.create({"name": "Day", "dayofweek": str(day), "hour_from": 0, "hour_to": 24})
                    for day in range(7)
                ),
            ]
        env.company.sales_day_capacity = 60
        cr.commit()


def make_cadences(cr, pairs):
    """Every client is due today in one of five daily cadences."""
    cr.execute("SELECT id FROM res_company ORDER BY id LIMIT 1")
    [company] = cr.fetchone()
    cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mail_activity_data_call'")
    [call] = cr.fetchone()
    cadences = data.next_ids(cr, "sales_cadence", CADENCES)
    data.copy(
        cr,
        "sales_cadence",
        (
            *("id", "name", "active", "company_id", "state", "activity_type_id", "summary", "priority"),
            *("interval_number", "interval_unit", "is_spread", "scope", "assign_to", "date_from"),
        ),
        (
            (
                *(cadence, f"Cadence {cadence}", "t", company, "running", call, "Price list", "0"),
                *(5, "workday", "t", "clients", "manager", "2020-01-01"),
            )
            for cadence in cadences
        ),
    )
    today = date.today()
    data.copy(
        cr,
        "sales_cadence_client",
        ("id", "cadence_id", "client_id", "active", "date_anchor", "date_due", "date_next"),
        (
            (line, cadences[number % CADENCES], client, "t", today, today, today)
            for number, (line, (client, _manager)) in enumerate(
                zip(data.next_ids(cr, "sales_cadence_client", len(pairs)), pairs, strict=True)
            )
        ),
    )


def prepare(name, managers, history):
    clone(SOURCE, name)
    work_day_and_night(name)
    odoo.sql_db.close_db(name)
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            cr.execute("UPDATE ir_cron SET active = FALSE")
            cr.execute("DELETE FROM mail_activity")
            indexes = without_indexes(cr, "mail_activity")
            users = data.make_managers(cr, managers)
            pairs = data.make_clients(cr, managers * PART, users)
            data.make_activities(cr, pairs, 0, 0, history)
            data.make_activities(cr, pairs, managers * PART, 0, 0)
            cr.execute(
                "UPDATE mail_activity SET date_deadline = date_deadline - (id %% 730),"
                " date_planned = date_planned - (id %% 730), date_done = date_done - (id %% 730),"
                " datetime_done = datetime_done - (id %% 730) * interval '1 day'"
                " WHERE active IS NOT TRUE".replace("%%", "%")
            )
            today = len(pairs)
            ids = data.next_ids(cr, "mail_activity", today)
            cr.execute(
                """
                INSERT INTO mail_activity (id, res_model, res_model_id, res_id, res_name, activity_type_id,
                                           summary, date_deadline, date_planned, user_id, client_id,
                                           priority, carry_count, active)
                SELECT new.id, res_model, res_model_id, res_id, res_name, activity_type_id, summary,
                       CURRENT_DATE, CURRENT_DATE, user_id, client_id, priority, 0, TRUE
                  FROM (SELECT *, row_number() OVER (ORDER BY id) AS number
                          FROM mail_activity WHERE active IS TRUE) old
                  JOIN unnest(%s) WITH ORDINALITY AS new(id, number) USING (number)
                """,
                [ids],
            )
            make_cadences(cr, pairs)
            for definition in indexes:
                cr.execute(definition)
            data.refresh_contact_dates(cr)
        connection.commit()
    run_sql(
        name,
        *(f"VACUUM ANALYZE {table}" for table in ("mail_activity", "res_partner", "sales_cadence_client")),
        "ANALYZE",
    )


def ours(name):
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        queries = cr.sql_log_count
        start = time.perf_counter()
        env["sales.morning"]._run()
        cr.commit()
        return time.perf_counter() - start, cr.sql_log_count - queries


PLAIN = (
    """
    INSERT INTO sales_carry_log (activity_id, client_id, user_id, date_from, date_to, create_uid, create_date,
                                 write_uid, write_date)
    SELECT id, client_id, user_id, date_deadline, CURRENT_DATE, 1, now(), 1, now()
      FROM mail_activity WHERE active IS TRUE AND date_deadline < CURRENT_DATE
    """,
    """
    UPDATE mail_activity
       SET date_deadline = CURRENT_DATE, carry_count = carry_count + 1, write_uid = 1, write_date = now()
     WHERE active IS TRUE AND date_deadline < CURRENT_DATE
    """,
    """
    WITH created AS (
        INSERT INTO mail_activity (res_model, res_model_id, res_id, res_name, activity_type_id, summary,
                                   date_deadline, date_planned, user_id, user_tz, client_id, priority,
                                   cadence_id, carry_count, automated, active, create_uid, create_date,
                                   write_uid, write_date)
        SELECT 'res.partner', (SELECT id FROM ir_model WHERE model = 'res.partner'), client.id,
               client.complete_name, cadence.activity_type_id, cadence.summary, CURRENT_DATE, CURRENT_DATE,
               client.user_id, 'UTC', client.id, cadence.priority, cadence.id, 0, TRUE, TRUE,
               1, now(), 1, now()
          FROM sales_cadence_client turn
          JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
          JOIN res_partner client ON client.id = turn.client_id
         WHERE turn.date_next <= CURRENT_DATE AND cadence.state = 'running'
        RETURNING id, client_id, cadence_id
    )
    UPDATE sales_cadence_client turn
       SET activity_id = created.id, date_last = CURRENT_DATE, date_due = CURRENT_DATE + 5,
           date_next = CURRENT_DATE + 5, write_uid = 1, write_date = now()
      FROM created WHERE created.client_id = turn.client_id AND created.cadence_id = turn.cadence_id
    """,
    """
    UPDATE res_partner SET next_step_date = CURRENT_DATE
     WHERE id IN (SELECT client_id FROM mail_activity WHERE active IS TRUE AND date_deadline = CURRENT_DATE)
       AND next_step_date IS DISTINCT FROM CURRENT_DATE
    """,
    """
    INSERT INTO sales_plan_day (user_id, date, create_uid, create_date, write_uid, write_date)
    SELECT DISTINCT user_id, CURRENT_DATE, 1, now(), 1, now() FROM mail_activity WHERE active IS TRUE
    """,
    """
    INSERT INTO sales_plan_line (date, user_id, activity_id, client_id, activity_type_id, priority, origin,
                                 create_uid, create_date, write_uid, write_date)
    SELECT CURRENT_DATE, user_id, id, client_id, activity_type_id, priority,
           CASE WHEN carry_count > 0 THEN 'carried' WHEN cadence_id IS NOT NULL THEN 'cadence'
                ELSE 'planned' END, 1, now(), 1, now()
      FROM mail_activity WHERE active IS TRUE AND date_deadline = CURRENT_DATE
    """,
)


def plain_sql(name):
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            start = time.perf_counter()
            for statement in PLAIN:
                cr.execute(statement)
            connection.commit()
            return time.perf_counter() - start, len(PLAIN)


def verify(name, managers):
    """Both have done the same: 60 lines for each manager, a third of each origin."""
    part = managers * PART
    with connect(name) as connection, connection.cursor() as cr:
        cr.execute("SELECT origin, COUNT(*) FROM sales_plan_line GROUP BY origin ORDER BY origin")
        found = cr.fetchall()
        if found != [("cadence", part), ("carried", part), ("planned", part)]:
            raise SystemExit(f"wrong plan: {found}")
        cr.execute("SELECT COUNT(*) FROM sales_carry_log")
        [carried] = cr.fetchone()
        cr.execute(
            "SELECT COUNT(*), COUNT(DISTINCT activity_id) FROM sales_cadence_client"
            " WHERE activity_id IS NOT NULL AND date_next > CURRENT_DATE"
        )
        turned = cr.fetchone()
        if carried != part or turned != (part, part):
            raise SystemExit(f"wrong result: {carried} carried, {turned} turns moved on, not {part}")


def measure(managers, history, runs):
    source, target = f"{SOURCE}_plan_morning", f"{SOURCE}_run"
    try:
        prepare(source, managers, history)
        times, counts = {"ours": [], "plain SQL": []}, {}
        for number in range(runs):
            for label, method in (("ours", ours), ("plain SQL", plain_sql)):
                clone(source, target)
                seconds, counts[label] = method(target)
                times[label].append(seconds)
                verify(target, managers)
                print(f"  run {number + 1}: {label}: {seconds:.2f} s, {counts[label]} queries", flush=True)
        base = statistics.median(times["plain SQL"])
        print(
            f"\nMorning run, {managers:,} managers × {3 * PART} activities, {history:,} activities of five"
            f" years done, medians of {runs} runs in turn:"
        )
        for label, seconds in times.items():
            median = statistics.median(seconds)
            print(
                f"  {label:10} {median:8.2f} s   {median / base:6.2f} × plain SQL   {counts[label]} queries"
            )
    finally:
        drop(target)
        drop(source)


def add_arguments(parser):
    parser.add_argument("--managers", type=int, nargs="*", default=[50, 1000])
    parser.add_argument("--history", type=int, default=3_000_000, help="activities done before today")
    parser.add_argument("--runs", type=int, default=3)


def work(args):
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    for managers in args.managers:
        measure(managers, args.history, args.runs)


def main():
    parser = argparse.ArgumentParser(prog="crm bench plan_morning")
    add_arguments(parser)
    work(parser.parse_args())


if __name__ == "__main__":
    main()
