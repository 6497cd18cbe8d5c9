"""Team Day for a head: 5 managers × 60 tasks, 100 managers × 60 tasks, beside years of history.

A third of the tasks is done, one of ten is late, one of twenty moved, cancelled or carried in; a few were
done beside the plan. Side by side in one run, in turn:

* ours: ``sales.team.day.get_team_day()`` as the screen asks for it: figures, who is at work, hours left, what
  was done last; and once more with a list of tasks;
* plain SQL: the same figures, last done and frozen plans by hand-written statements on the same tables,
  without calendars, rights or names.

Run it with ``./crm bench team_day [--managers N …] [--history N] [--runs N]``.
"""

import argparse
import os
import statistics
import time
from contextlib import closing
from datetime import date, timedelta

import data
import psycopg2

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
TASKS = 60
PLAIN = """
    WITH task AS (
        SELECT line.user_id, line.activity_id, TRUE AS planned, line.origin = 'carried' AS came,
               line.priority = '1' OR activity.priority = '1' AS urgent, line.activity_type_id AS kind,
               activity.datetime_done,
               CASE WHEN COALESCE(line.result, 'open') != 'open' THEN line.result
                    WHEN activity.user_id IS DISTINCT FROM line.user_id THEN 'reassigned'
                    WHEN activity.date_deadline < %(day)s OR activity.datetime_planned < now() THEN 'late'
                    ELSE 'open' END AS status
          FROM sales_plan_line line JOIN mail_activity activity ON activity.id = line.activity_id
         WHERE line.date = %(day)s AND line.user_id = ANY(%(users)s)
         UNION ALL
        SELECT activity.user_id, activity.id, FALSE, activity.carry_count > 0, activity.priority = '1',
               activity.activity_type_id, NULL,
               CASE WHEN activity.date_deadline < %(day)s OR activity.datetime_planned < now() THEN 'late'
                    ELSE 'open' END
          FROM mail_activity activity
         WHERE activity.user_id = ANY(%(users)s) AND activity.active IS TRUE
           AND activity.date_deadline <= %(day)s AND activity.client_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM sales_plan_line line WHERE line.user_id = activity.user_id
                              AND line.date = %(day)s AND line.activity_id = activity.id)
         UNION ALL
        SELECT activity.done_user_id, activity.id, FALSE, activity.carry_count > 0, activity.priority = '1',
               activity.activity_type_id, activity.datetime_done, 'unplanned'
          FROM mail_activity activity
         WHERE activity.unplanned_date = %(day)s AND activity.done_user_id = ANY(%(users)s)
    )
"""
COUNTS = (
    PLAIN
    + "SELECT user_id, status, planned, came, urgent, kind, COUNT(*) FROM task GROUP BY 1, 2, 3, 4, 5, 6"
)
LAST = PLAIN + (
    "SELECT DISTINCT ON (user_id) user_id, activity_id FROM task WHERE status IN ('done', 'unplanned')"
    " ORDER BY user_id, datetime_done DESC, activity_id DESC"
)


def connect(name):
    connection = psycopg2.connect(dbname=name)
    connection.autocommit = True
    return closing(connection)


def prepare(managers, history):
    """:return: the ids of the managers, whose plans of today are frozen"""
    today = date.today()
    with connect(SOURCE) as connection, connection.cursor() as cr:
        cr.execute("UPDATE ir_cron SET active = FALSE")
        cr.execute("SET session_replication_role = replica")  # every reference is right
        # Those of the smaller run and of the example company are not looked at
        cr.execute("UPDATE res_users SET active = FALSE WHERE login LIKE 'bench%'")
        cr.execute("DELETE FROM sales_plan_line")
        cr.execute("DELETE FROM sales_plan_day")
        cr.execute("SELECT MAX(id) FROM mail_activity")
        [before] = cr.fetchone()
        users = data.make_managers(cr, managers)
        pairs = data.make_clients(cr, managers * TASKS, users)
        data.make_activities(cr, pairs, 0, 0, history)
        cr.execute(
            "UPDATE mail_activity SET date_deadline = date_deadline - 3 - id % 730, unplanned_date = NULL,"
            " date_done = date_done - 3 - id % 730,"
            " datetime_done = datetime_done - (3 + id % 730) * interval '1 day'"
            " WHERE active IS NOT TRUE AND id > %s".replace("% 730", "%% 730"),
            [before or 0],
        )
        _make_day(cr, pairs, today)
        cr.execute(
            "INSERT INTO sales_plan_day (user_id, date, tz, as_manager) SELECT unnest(%s), %s, 'UTC', TRUE",
            [users, today],
        )
        for table in ("mail_activity", "sales_plan_line", "sales_plan_day", "res_users", "res_partner"):
            cr.execute(f"VACUUM ANALYZE {table}")
    return users


def _make_day(cr, pairs, today):
    cr.execute("SELECT id FROM ir_model WHERE model = 'res.partner'")
    [model] = cr.fetchone()
    cr.execute("SELECT id FROM mail_activity_type ORDER BY id LIMIT 4")
    types = [row[0] for row in cr.fetchall()]
    facts = []
    for number, (activity, (client, manager)) in enumerate(
        zip(data.next_ids(cr, "mail_activity", len(pairs)), pairs, strict=True)
    ):
        facts.append((number, activity, client, manager, _result(number), types[number % len(types)]))
    data.copy(
        cr,
        "mail_activity",
        (
            *("id", "res_model", "res_model_id", "res_id", "res_name", "activity_type_id", "summary"),
            *("date_deadline", "date_planned", "user_id", "client_id", "priority", "carry_count", "active"),
            *("activity_state_final", "date_done", "datetime_done", "done_user_id", "unplanned_date"),
            *("datetime_planned", "is_evidence"),
        ),
        (
            (
                *(activity, "res.partner", model, client, f"Client {client}", kind, f"Call {activity}"),
                *(today + timedelta(days=int(result == "moved")), today, manager, client),
                *("1" if number % 9 == 0 else "0", 0, "f" if closed else "t"),
                *(_closing(result, today, manager, number) if closed else [None] * 5),
                *(f"{today} 00:00:01" if number % 10 == 7 else None, "t"),
            )
            for number, activity, client, manager, result, kind in facts
            for closed in [result in ("done", "cancelled", "unplanned")]
        ),
    )
    data.copy(
        cr,
        "sales_plan_line",
        ("date", "user_id", "activity_id", "client_id", "activity_type_id", "priority", "origin", "result"),
        (
            (
                *(today, manager, activity, client, kind, "1" if number % 9 == 0 else "0"),
                *("carried" if number % 20 == 3 else "planned", result),
            )
            for number, activity, client, manager, result, kind in facts
            if result != "unplanned"
        ),
    )


def _result(number):
    if number % 3 == 0:
        return "done"
    return {5: "moved", 11: "cancelled", 13: "unplanned"}.get(number % 20, "open")


def _closing(result, today, manager, number):
    state = "cancelled" if result == "cancelled" else "done"
    moment = f"{today} {number % 10:02}:{number % 60:02}:00"
    return state, today, moment, manager, today if result == "unplanned" else None


def ours(env, head, **kwargs):
    env.invalidate_all()
    return env["sales.team.day"].with_user(head).get_team_day(**kwargs)


def plain(cr, users):
    values = {"day": date.today(), "users": users}
    cr.execute(COUNTS, values)
    counts = cr.fetchall()
    cr.execute(LAST, values)
    last = cr.fetchall()
    cr.execute("SELECT user_id FROM sales_plan_day WHERE date = %(day)s AND user_id = ANY(%(users)s)", values)
    return counts, last, cr.fetchall()


def timed(method, *args, **kwargs):
    start = time.perf_counter()
    result = method(*args, **kwargs)
    return time.perf_counter() - start, result


def measure(managers, history, runs):
    users = prepare(managers, history)
    registry = Registry(SOURCE)
    registry.clear_all_caches()
    times, found = {}, {}
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        group = env.ref("sales_crm.group_head").id
        head = env["res.users"].create(
            {"name": "Head", "login": "bench_head", "group_ids": [(4, group)], "tz": "UTC"}
        )
        others = env["sales.morning"]._managers().filtered(lambda user: user.id not in users) - head
        others.group_ids -= env.ref("sales_crm.group_manager")
        env.flush_all()
        for run in range(runs + 1):
            for label, method, args, kwargs in (
                ("ours", ours, (env, head), {}),
                ("ours, a list of one", ours, (env, head), {"part": "planned", "user_id": users[0]}),
                ("ours, a list of all", ours, (env, head), {"part": "left"}),
                ("plain SQL", plain, (cr, users), {}),
            ):
                queries = cr.sql_log_count
                seconds, found[label] = timed(method, *args, **kwargs)
                if run:  # the first one warms up
                    times.setdefault(label, []).append((seconds, cr.sql_log_count - queries))
        cr.rollback()
    _check(found, users)
    base = statistics.median(seconds for seconds, _queries in times["plain SQL"])
    print(f"\nTeam Day, {managers} managers × {TASKS} tasks, {history:,} activities done before:", flush=True)
    for label, taken in times.items():
        median = statistics.median(seconds for seconds, _queries in taken)
        ratio, queries = median / base, taken[0][1]
        print(
            f"  {label:22} {median * 1000:8.1f} ms   {ratio:6.2f} × plain SQL   {queries} queries",
            flush=True,
        )


def _check(found, users):
    """The screen shows what plain SQL counts."""
    counted = {}
    for user, status, *_rest, count in found["plain SQL"][0]:
        counted[user, status] = counted.get((user, status), 0) + count
    shown = {
        (line["id"], status): count
        for line in found["ours"]["managers"]
        if line["id"] in users
        for status, count in line["bar"].items()
        if count
    }
    if shown != counted or len(found["ours"]["managers"]) != len(users):
        raise SystemExit(
            f"wrong result: {sorted(shown.items())[:5]} instead of {sorted(counted.items())[:5]}"
        )


def main():
    parser = argparse.ArgumentParser(prog="crm bench team_day")
    parser.add_argument("--managers", type=int, nargs="*", default=[5, 100])
    parser.add_argument("--history", type=int, default=1_000_000, help="activities done before today")
    parser.add_argument("--runs", type=int, default=9)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    for managers in args.managers:
        measure(managers, args.history, args.runs)


if __name__ == "__main__":
    main()
