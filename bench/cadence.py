"""Regular work and mass planning at the size of 1 000 managers, 100 000 clients and 300 000 turns.

Each on the same database, in turn, rolled back after each run:

* the morning's step that creates the 60 000 activities of the day, with its questions about capacity, pauses
  and working days, its turns moved on and the next steps, against one ``INSERT … SELECT`` of the same
  activities; and the memory that it takes;
* the preview of 30 days of a cadence for 50 managers, beside all other turns of theirs, against SQL that lays
  every turn out over the days, without capacity or working days;
* a mass planning for 10 000 clients with its check, one message for each manager included, against stock's
  ``activity_schedule`` for some clients, reckoned for as many.

Run it with ``./crm bench cadence [--managers N] [--clients N] [--mass N] [--stock N] [--runs N]``.
"""

import argparse
import gc
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta

import data
from plan_morning import SOURCE, clone, connect, drop, run_sql, without_indexes, work_day_and_night

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

CADENCES = 3
WORKDAYS = 5  # each turn is due every five working days, so a fifth of them today
PREVIEWED = 50  # managers


def make_turns(cr, pairs):
    """Every client is in each of three cadences; a fifth of each manager's turns is due today."""
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
            *("interval_number", "interval_unit", "is_spread", "scope", "assign_to", "date_from", "hour"),
        ),
        (
            (
                *(cadence, f"Cadence {cadence}", "t", company, "running", call, "Price list", "0"),
                *(WORKDAYS, "workday", "t", "clients", "manager", "2020-01-01", None),
            )
            for cadence in cadences
        ),
    )
    today = date.today()
    ids = iter(data.next_ids(cr, "sales_cadence_client", CADENCES * len(pairs)))
    of_manager = {}

    def rows():
        for cadence in cadences:
            for client, manager in pairs:
                of_manager[manager] = of_manager.get(manager, -1) + 1
                due = today + timedelta(days=of_manager[manager] % WORKDAYS)
                yield next(ids), cadence, client, "t", today - timedelta(days=30), due, due, today

    data.copy(
        cr,
        "sales_cadence_client",
        (
            *("id", "cadence_id", "client_id", "active", "date_anchor", "date_due", "date_next"),
            "create_date",
        ),
        rows(),
    )


def prepare(name, managers, clients):
    clone(SOURCE, name)
    work_day_and_night(name)
    odoo.sql_db.close_db(name)
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            cr.execute("UPDATE ir_cron SET active = FALSE")
            cr.execute("DELETE FROM mail_activity")
            cr.execute("UPDATE res_company SET sales_day_capacity = 60")
            indexes = without_indexes(cr, "sales_cadence_client")
            users = data.make_managers(cr, managers)
            make_turns(cr, data.make_clients(cr, clients, users))
            for definition in indexes:
                cr.execute(definition)
        connection.commit()
    run_sql(name, "VACUUM ANALYZE sales_cadence_client", "VACUUM ANALYZE res_partner", "ANALYZE")
    return users


# ------------------------------------------------------
# The day's activities
# ------------------------------------------------------


def memory_of(name):
    """:return: MB that the step takes in a fresh process"""
    program = [sys.executable, __file__, "--memory-of", name]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout.split()[-1])


def memory(what):
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(what))


def morning(env):
    """The step of the morning, as its run calls it; commits are left out, and everything is rolled back."""
    run = env["sales.morning"]
    workdays = run._workdays()
    gc.collect()
    with open("/proc/self/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")  # the highest memory is counted from here
    before = memory("VmRSS")
    start = time.perf_counter()
    run._create_regular(workdays)
    return time.perf_counter() - start, memory("VmHWM") - before


PLAIN_INSERT = """
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
"""


# What else is written: the turns and the clients' next steps
PLAIN_ALL = f"""
    WITH created AS ({PLAIN_INSERT} RETURNING id, client_id, cadence_id), turned AS (
        UPDATE sales_cadence_client turn
           SET activity_id = created.id, date_last = CURRENT_DATE, date_due = CURRENT_DATE + 7,
               date_next = CURRENT_DATE + 7, write_uid = 1, write_date = now()
          FROM created WHERE created.client_id = turn.client_id AND created.cadence_id = turn.cadence_id
    )
    UPDATE res_partner SET next_step_date = CURRENT_DATE WHERE id IN (SELECT client_id FROM created)
"""


def plain(query):
    def work(env):
        start = time.perf_counter()
        env.cr.execute(query)
        return time.perf_counter() - start, 0

    return work


# ------------------------------------------------------
# The preview
# ------------------------------------------------------


def new_cadence(env, users):
    """A cadence of its own for every second client of some managers."""
    clients = env["res.partner"].search([("user_id", "in", users[:PREVIEWED])], order="user_id, id")[::2]
    cadence = env["sales.cadence"].create(
        {"name": "Previewed", "client_ids": [Command.set(clients.ids)], "interval_number": WORKDAYS}
    )
    env.flush_all()
    env.invalidate_all()
    return cadence


PLAIN_PREVIEW = """
    SELECT client.user_id, day::date, COUNT(*) FILTER (WHERE turn.cadence_id = %s), COUNT(*)
      FROM sales_cadence_client turn
      JOIN sales_cadence cadence ON cadence.id = turn.cadence_id
      JOIN res_partner client ON client.id = turn.client_id
     CROSS JOIN generate_series(turn.date_next, CURRENT_DATE + 30, interval '5 days') day
     WHERE client.user_id = ANY(%s)
     GROUP BY client.user_id, day::date
"""


def preview(env, users):
    cadence = new_cadence(env, users)
    start = time.perf_counter()
    lines = cadence._preview_of_days()
    env["sales.plan.preview"]._open("Preview", lines)
    env.flush_all()
    seconds = time.perf_counter() - start
    return seconds, len(lines)


def plain_preview(env, users):
    cadence = new_cadence(env, users)
    start = time.perf_counter()
    env.cr.execute(PLAIN_PREVIEW, [cadence.id, users[:PREVIEWED]])
    return time.perf_counter() - start, len(env.cr.fetchall())


# ------------------------------------------------------
# Mass planning
# ------------------------------------------------------


def clients_of(env, users, count):
    return env["res.partner"].search([("user_id", "in", users)], limit=count, order="user_id, id")


def mass(env, users, count):
    """All clients of some managers; every message is written."""
    clients = env["res.partner"].browse(clients_of(env, users, count).ids)
    start = time.perf_counter()
    plan = env["sales.mass.plan"].create(
        {
            "summary": "New price list",
            "client_ids": [Command.set(clients.ids)],
            "date_from": date.today() + timedelta(days=1),
            "date_to": date.today() + timedelta(days=10),
        }
    )
    plan.action_preview()
    plan.action_run()
    while plan.state == "running" and plan._batch():
        env.flush_all()
    env.flush_all()
    seconds = time.perf_counter() - start
    planned = env["sales.mass.plan.line"].search_count(
        [("mass_plan_id", "=", plan.id), ("state", "=", "done")]
    )
    if planned != len(clients):
        raise SystemExit(f"{planned} of {len(clients)} planned")
    return seconds / len(clients), len(clients)


def stock(env, users, count):
    clients = clients_of(env, users, count)
    start = time.perf_counter()
    for client in clients:
        client.activity_schedule(
            "mail.mail_activity_data_call",
            date.today() + timedelta(days=1),
            summary="New price list",
            user_id=client.user_id.id,
        )
    env.flush_all()
    return (time.perf_counter() - start) / len(clients), len(clients)


# ------------------------------------------------------
# Side by side
# ------------------------------------------------------


def rolled_back(name, work):
    """:return: what ``work`` returns, in a transaction of its own that leaves nothing"""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.user.group_ids |= env.ref("sales_crm.group_head")
        env.flush_all()
        cr.commit = lambda: None
        try:
            return work(env)
        finally:
            del cr.commit
            cr.rollback()


def side_by_side(name, runs, works):
    """:return: dict label -> (median of seconds, the other figure of the last run)"""
    times, others = {label: [] for label in works}, {}
    for _number in range(runs):
        for label, work in works.items():
            seconds, others[label] = rolled_back(name, work)
            times[label].append(seconds)
    return {label: (statistics.median(found), others[label]) for label, found in times.items()}


def measure(args):
    name = f"{SOURCE}_cadence"
    try:
        users = prepare(name, args.managers, args.clients)
        works = {"ours": morning, "insert": plain(PLAIN_INSERT), "all": plain(PLAIN_ALL)}
        day = {label: seconds for label, (seconds, _other) in side_by_side(name, args.runs, works).items()}
        taken = memory_of(name)
        turns = CADENCES * args.clients
        print(f"\n{args.managers:,} managers, {args.clients:,} clients, {turns:,} turns in cadences:")
        print(
            f"  activities of the day, {turns // WORKDAYS:,}: {day['ours']:.2f} s, {taken:.0f} MB; "
            f"INSERT … SELECT {day['insert']:.2f} s: {day['ours'] / day['insert']:.2f} ×; "
            f"with turns and next steps {day['all']:.2f} s: {day['ours'] / day['all']:.2f} ×"
        )
        found = side_by_side(
            name,
            args.runs,
            {"ours": lambda env: preview(env, users), "plain": lambda env: plain_preview(env, users)},
        )
        count = min(PREVIEWED, len(users))
        print(
            f"  preview of 30 days, {count} managers: {found['ours'][0]:.2f} s, plain SQL "
            f"{found['plain'][0]:.2f} s: {found['ours'][0] / found['plain'][0]:.1f} ×"
        )
        found = side_by_side(
            name,
            args.runs,
            {
                "ours": lambda env: mass(env, users, args.mass),
                "stock": lambda env: stock(env, users, args.stock),
            },
        )
        ours, theirs = found["ours"][0], found["stock"][0]
        print(
            f"  mass planning of {args.mass:,}: {ours * args.mass:.2f} s, activity_schedule (of "
            f"{args.stock:,}) {theirs * args.mass:.2f} s: {theirs / ours:.0f} × faster"
        )
    finally:
        drop(name)


def main():
    parser = argparse.ArgumentParser(prog="crm bench cadence")
    parser.add_argument("--managers", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--mass", type=int, default=10_000, help="clients of the mass planning")
    parser.add_argument("--stock", type=int, default=300, help="calls of activity_schedule")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory-of", help=argparse.SUPPRESS)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    if args.memory_of:
        print(rolled_back(args.memory_of, morning)[1])
    else:
        measure(args)


if __name__ == "__main__":
    main()
