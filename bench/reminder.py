"""Reminders with 300 open browsers: what they cost the server, in the morning, through the day and at rest.

A manager has a plan of today: each tenth task is urgent, each fifth at an exact time; his browser may be
pushed to; some of his clients have birthdays, each has three invoices. Side by side in one run, in turn:

* first loads: ``get_reminders()`` as a page asks for it once, with the digest and when that is seen;
* plain SQL: the activities that such a load reads, by one hand-written statement for each user;
* an answer: what it writes and tells the bus, after which no browser asks for anything;
* a change of plan: the bus messages for every manager at once, as when the plans are frozen;
* the cron of web push: a minute in which nobody has anything due, and one in which every tenth has.

Run it with ``./crm bench reminder [--browsers N] [--tasks N] [--history N] [--runs N]``.
"""

import argparse
import os
import statistics
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import credit
import data
import psycopg2

import odoo
from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
PLAIN = """
    SELECT activity.id, activity.user_id, activity.summary, activity.priority, activity.datetime_planned,
           activity.date_deadline, client.name
      FROM mail_activity activity LEFT JOIN res_partner client ON client.id = activity.client_id
     WHERE activity.user_id = %s AND activity.active IS TRUE AND activity.date_deadline <= %s
       AND (activity.priority = '1' OR activity.datetime_planned IS NOT NULL)
"""


def prepare(browsers, tasks, history):
    """:return: ids of the managers, each with a plan of today and a device"""
    today = datetime.now(UTC).date()
    with closing(psycopg2.connect(dbname=SOURCE)) as connection, connection.cursor() as cr:
        connection.autocommit = True
        cr.execute("UPDATE ir_cron SET active = FALSE")
        cr.execute("SET session_replication_role = replica")  # every reference is right
        users = data.make_managers(cr, browsers)
        pairs = data.make_clients(cr, browsers * tasks, users)
        data.make_activities(cr, pairs, 0, len(pairs), history)
        # An activity for each client: today, each tenth urgent, each fifth at an exact time
        cr.execute(
            "UPDATE mail_activity SET date_deadline = %(day)s, date_planned = %(day)s,"
            " priority = CASE WHEN task.number %% 10 = 1 THEN '1' ELSE '0' END,"
            " datetime_planned = CASE WHEN task.number %% 5 = 2"
            "     THEN %(day)s::date + interval '6 hours' + mail_activity.id %% 700 * interval '1 minute' END"
            "  FROM (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY id) AS number"
            "          FROM mail_activity WHERE active IS TRUE AND user_id = ANY(%(users)s)) task"
            " WHERE task.id = mail_activity.id",
            {"day": today, "users": users},
        )
        cr.execute(
            "UPDATE res_partner SET birthdate_date = date '1980-01-01' + id %% 365 WHERE user_id = ANY(%s)",
            [users],
        )
        cr.execute("UPDATE res_partner SET client_id = id, partner_share = TRUE WHERE name LIKE 'Client %%'")
        cr.execute("UPDATE res_users SET sales_reminder_minutes = 10 WHERE id = ANY(%s)", [users])
        company, currency = env_ids(cr)
        credit.make_invoices(cr, pairs, 3 * len(pairs), company, currency)
        cr.execute(
            "INSERT INTO mail_push_device (partner_id, endpoint, keys)"
            " SELECT partner_id, 'https://bench.invalid/' || id, '{}' FROM res_users WHERE id = ANY(%s)",
            [users],
        )
        for table in ("mail_activity", "res_users", "res_partner", "mail_push_device", "account_move_line"):
            cr.execute(f"VACUUM ANALYZE {table}")
    return users


def env_ids(cr):
    """:return: the ids of the first company and of its currency"""
    cr.execute("SELECT id, currency_id FROM res_company ORDER BY id LIMIT 1")
    return cr.fetchone()


def loads(env, users):
    """The pages of all these users are opened: each asks once."""
    Reminder = env["sales.reminder"]
    return [Reminder.with_user(user).get_reminders() for user in users]


def plain(env, users):
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    for user in users:
        env.cr.execute(PLAIN, [user, tomorrow])
        env.cr.fetchall()


def answers(env, users, keys):
    Reminder = env["sales.reminder"]
    for user in users:
        Reminder.with_user(user).answer(keys[user], "quarter")
    env.flush_all()


def changes(env, users):
    env["sales.reminder"]._plan_changed(env["res.users"].browse(users))
    env.cr.precommit.run()  # where the bus writes its messages


def push(env, _users):
    Push = env["sales.reminder.push"]
    due = Push._users_due()
    for user in due:
        Push._push_due(user)
    env.flush_all()
    return len(due)


class Measure:
    """Times by label; each measurement leaves nothing behind."""

    def __init__(self, env, users, runs):
        self.env, self.users, self.runs = env, users, runs

    def __call__(self, label, method, *args, of=None):
        """:param of: the median that this one is told as a multiple of
        :return: (median seconds, what the method returned)
        """
        taken, queries, result = [], 0, None
        for run in range(self.runs + 1):
            with self.env.cr.savepoint(flush=False) as savepoint:
                self.env.invalidate_all()
                before, start = self.env.cr.sql_log_count, time.perf_counter()
                result = method(self.env, self.users, *args)
                if run:  # the first one warms up
                    taken.append(time.perf_counter() - start)
                    queries = self.env.cr.sql_log_count - before
                savepoint.rollback()
                self.env.cr.precommit.clear()
        median = statistics.median(taken)
        ratio = f"{median / of:7.2f} × plain SQL" if of else " " * 19
        each = median * 1000 / len(self.users)
        print(
            f"  {label:42} {median * 1000:9.1f} ms  {each:7.2f} ms a browser  {ratio}  "
            f"{queries / len(self.users):5.1f} queries a browser",
            flush=True,
        )
        return median, result


def measure(browsers, tasks, history, runs):
    users = prepare(browsers, tasks, history)
    registry = Registry(SOURCE)
    registry.clear_all_caches()
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ir.config_parameter"].set_param("mail.web_push_vapid_public_key", "public")
        env["ir.config_parameter"].set_param("mail.web_push_vapid_private_key", "private")
        # Every day is a working day that has begun: the figures are the same on a Sunday
        env["res.company"].search([]).resource_calendar_id = False
        env.flush_all()
        now = fields.Datetime.now().replace(hour=10, minute=0, second=0)
        fields.Datetime.now = staticmethod(lambda *_args: now)
        print(
            f"\nReminders, {browsers} browsers × {tasks} tasks today, {history:,} activities done before:",
            flush=True,
        )
        timed = Measure(env, users, runs)
        of, _none = timed("plain SQL of what a load reads", plain)
        _seconds, told = timed("first loads, with the digest", loads, of=of)
        if not all(one["digest"] and one["reminders"] for one in told):
            raise SystemExit("wrong result: somebody is told of nothing")
        for user, one in zip(users, told, strict=True):
            env["sales.reminder"].with_user(user)._write_answer(
                env["res.users"].browse(user), one["digest"]["key"]
            )
        timed("later loads, the digest is seen", loads, of=of)
        keys = {user: one["reminders"][0]["key"] for user, one in zip(users, told, strict=True)}
        timed("an answer each", answers, keys)
        timed("all plans change: bus messages", changes)
        busy, due = timed("push, the first minute: all that is due", push)
        for user in env["sales.reminder.push"]._users_due():
            env["sales.reminder.push"]._push_due(user)
        timed("push, the minute after: nothing new", push)
        at_rest = fields.Datetime.now().replace(hour=3)
        fields.Datetime.now = staticmethod(lambda *_args: at_rest)
        _seconds, none = timed("push, a minute without anything due", push)
        print(
            f"  due in the first minute: {due} users; at rest: {none}; {busy:.2f} s for all of them",
            flush=True,
        )
        cr.rollback()


def main():
    parser = argparse.ArgumentParser(prog="crm bench reminder")
    parser.add_argument("--browsers", type=int, default=300)
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--history", type=int, default=300_000, help="activities done before today")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    measure(args.browsers, args.tasks, args.history, args.runs)


if __name__ == "__main__":
    main()
