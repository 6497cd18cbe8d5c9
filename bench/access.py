"""What the access rules cost a manager's lists, and what a hand-over costs.

100 000 clients, 1 000 managers, 300 000 open activities. Medians of warm calls in turn, in one process:

* rules: the request of a manager with 1, 10 or 50 access rules;
* none: the same request of a manager without any rule, who sees his own 100 clients;
* off: the same rows asked by the same manager, the access rules switched off, with the clients' ids as a
  condition instead: what the rules themselves cost;
* head: the same as "off" asked by a head, to whom no rule applies;
* SQL: all columns of the same rows, and their number, by the best statements known.

Then an order with and without the guard of what is written, and a hand-over of 5 000 clients with
200 000 rows of history, beside the same changes by plain SQL.

Run it with ``./crm bench access [--clients N] [--managers N] [--activities N] [--runs N]``. With ``--lists``
it only measures what is read; with ``--database NAME`` the bulk data are kept there, and taken from there.
"""

import argparse
import os
import statistics
import time
from contextlib import closing, contextmanager
from functools import partial
from unittest.mock import patch

import data
import psycopg2
from access_order import bench_order

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

SOURCE = os.environ["CRM_BENCH_DB"]
CLIENTS = [("is_client", "=", True), ("parent_id", "=", False)]
ACTIVITIES = [("client_id", "!=", False)]


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


def prepare(name, clients, managers, activities, closed=0):
    """A copy of the source with the bulk data; regions, classes and tags spread over the clients."""
    drop(name)
    odoo.sql_db.close_db(SOURCE)
    run_sql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{SOURCE}"')
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            users = data.make_managers(cr, managers)
            pairs = data.make_clients(cr, clients, users)
            data.make_activities(cr, pairs, activities // 10, activities - activities // 10, closed)
            data.refresh_contact_dates(cr)
            cr.execute("SELECT array_agg(id) FROM (SELECT id FROM res_country_state ORDER BY id LIMIT 200) s")
            [states] = cr.fetchone()
            cr.execute(
                """
                UPDATE res_partner
                   SET state_id = (%s::int[])[1 + id %% 200],
                       client_class = (ARRAY['A', 'B', 'C'])[1 + (id %% 50 > 1)::int + (id %% 50 > 9)::int]
                 WHERE is_client
                """,
                [states],
            )
            tags = data.next_ids(cr, "res_partner_category", 100)
            data.copy(
                cr,
                "res_partner_category",
                ("id", "name", "active", "parent_path"),
                ((tag, f'{{"en_US": "Tag {tag}"}}', "t", f"{tag}/") for tag in tags),
            )
            data.copy(
                cr,
                "res_partner_res_partner_category_rel",
                ("partner_id", "category_id"),
                ((client, tags[number % 97]) for number, (client, _user) in enumerate(pairs)),
            )
        connection.commit()
    run_sql(name, "VACUUM ANALYZE")
    return users, [client for client, _user in pairs], tags, states


def prepared(name):
    """:return: as :func:`prepare`, of a database that an earlier run has left, without its rules"""
    run_sql(name, "DELETE FROM sales_access_rule")
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        users = env["res.users"].search([("login", "like", "bench%")], order="id").ids
        clients = env["res.partner"].search([("is_client", "=", True)], order="id").ids
        tags = env["res.partner.category"].search([("name", "like", "Tag %")], order="id").ids
        states = env["res.country.state"].search([], order="id", limit=200).ids
    return users, clients, tags, states


def exists(name):
    with connect("postgres") as connection, connection.cursor() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return bool(cr.fetchone())


def rule_vals(number, users, clients, tags, states):
    """One rule of the mix: named managers, region, class in a region, chosen clients, tag."""
    mix = number % 5
    if mix == 0:
        return {"scope": "managers", "manager_ids": [Command.set(users[10 + number : 13 + number])]}
    if mix == 1:
        return {"scope": "domain", "client_domain": repr([("state_id", "=", states[number])])}
    if mix == 2:
        condition = [("client_class", "=", "B"), ("state_id", "in", states[100 + number : 105 + number])]
        return {"scope": "domain", "client_domain": repr(condition)}
    if mix == 3:
        return {"scope": "clients", "client_ids": [Command.set(clients[number * 50 : number * 50 + 50])]}
    return {"scope": "domain", "client_domain": repr([("category_id", "in", [tags[number]])])}


def specification(env, xmlid):
    """:return: what the web client asks for the view: its fields, with names of the relations"""
    # sudo: only to learn which view it is
    view = env.ref(f"sales_crm.{xmlid}").sudo()
    model = env[view.model]
    views = model.get_views([(view.id, view.type)])
    names = views["models"][view.model]["fields"]
    arch = views["views"][view.type]["arch"]
    spec = {}
    for name in names:
        if f'name="{name}"' not in arch:
            continue
        field = model._fields[name]
        spec[name] = {"fields": {"display_name": {}}} if field.type == "many2one" else {}
    return spec


def calls(env, client_id, clients=CLIENTS, activities=ACTIVITIES):
    """:return: label -> what the web client asks for"""
    Partner, Activity = env["res.partner"], env["mail.activity"].with_context(force_search_count=1)
    columns = specification(env, "res_partner_view_list_client")
    cards = specification(env, "res_partner_view_kanban_client")
    form = specification(env, "res_partner_view_form_client")
    work = specification(env, "mail_activity_view_list_sales")
    return {
        "client list": lambda: Partner.web_search_read(clients, columns, limit=80, count_limit=10001),
        "client kanban": lambda: Partner.web_search_read(clients, cards, limit=40, count_limit=10001),
        "client card": lambda: Partner.browse(client_id).web_read(form),
        "activity list": lambda: Activity.web_search_read(activities, work, limit=80, count_limit=10001),
        "activity pivot": lambda: Activity.formatted_read_group(
            activities, ["user_id", "activity_type_id"], ["__count"]
        ),
    }


def plain_sql(env, rules, user, client_id):
    """:return: label -> statement for the same rows; the granted clients by one SELECT per arm"""
    cr = env.cr
    arms = [cr.mogrify("SELECT id FROM res_partner WHERE user_id = %s", [user]).decode()]
    for rule in rules:
        if rule.scope == "managers":
            condition = ("SELECT id FROM res_partner WHERE user_id = ANY(%s)", [rule.manager_ids.ids])
        elif rule.scope == "clients":
            condition = ("SELECT client_id FROM sales_access_rule_client_rel WHERE rule_id = %s", [rule.id])
        else:
            Partner = rule.env["res.partner"].with_context(active_test=False)
            arms.append(cr.mogrify(Partner._search(rule._parse_client_domain()).select()).decode())
            continue
        arms.append(cr.mogrify(*condition).decode())
    granted = " UNION ".join(arms)
    clients = f"FROM res_partner p WHERE id IN ({granted}) AND is_client AND parent_id IS NULL AND active"
    activities = f"FROM mail_activity WHERE client_id IN ({granted}) AND active IS TRUE"

    def page(source, order, limit):
        return [
            f"SELECT * {source} ORDER BY {order} LIMIT {limit}",
            f"SELECT COUNT(*) FROM (SELECT {source} LIMIT 10001) counted",
        ]

    return {
        "client list": page(clients, "complete_name, id DESC", 80),
        "client kanban": page(clients, "complete_name, id DESC", 40),
        "client card": [f"SELECT * FROM res_partner WHERE id = {client_id}"],
        "activity list": page(activities, "date_deadline, id", 80),
        "activity pivot": [f"SELECT user_id, activity_type_id, COUNT(*) {activities} GROUP BY 1, 2"],
    }


def timed(env, call):
    """:return: seconds that a warm call takes, with the records' cache empty as in a request"""
    env.invalidate_all()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def execute(cr, statements):
    for statement in statements:
        cr.execute(statement)
        cr.fetchall()


def check_same_rows(env, cr, statements):
    """Fail if the rules and the plain SQL don't let see the same."""
    for label, model, domain in (
        ("client list", "res.partner", CLIENTS),
        ("activity list", "mail.activity", ACTIVITIES),
    ):
        cr.execute(statements[label][1])
        [expected] = cr.fetchone()
        found = env[model].search_count(domain, limit=10001)
        assert found == expected, f"{label}: {found} records, {expected} by plain SQL"


def unguarded(env, call):
    """Call it while the access rules apply to nobody."""
    with patch.object(type(env["sales.access.rule"]), "_is_restricted", lambda self, user=None: False):
        return call()


def measure(name, user, other, head, rules, runs):
    """:return: label -> kind -> median seconds"""
    with Registry(name).cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {})
        env, without = (api.Environment(cr, uid, {}) for uid in (user, other))
        own, others = (
            root["res.partner"].search([("user_id", "=", uid), ("is_client", "=", True)], limit=1).id
            for uid in (user, other)
        )
        statements = plain_sql(root, root["sales.access.rule"].browse(rules), user, own)
        check_same_rows(env, cr, statements)
        seen = env["res.partner"].search(CLIENTS).ids
        as_head = api.Environment(cr, head, {})
        seen_rows = [*CLIENTS, ("id", "in", seen)], [("client_id", "in", seen)]
        variants = {
            "rules": (env, calls(env, own)),
            "none": (without, calls(without, others)),
            "off": (
                env,
                {label: partial(unguarded, env, call) for label, call in calls(env, own, *seen_rows).items()},
            ),
            "head": (as_head, calls(as_head, own, *seen_rows)),
            "SQL": (root, {label: partial(execute, cr, sql) for label, sql in statements.items()}),
        }
        times = {label: {kind: [] for kind in variants} for label in statements}
        for run in range(runs + 1):
            for label, kinds in times.items():
                for kind, (environment, requests) in variants.items():
                    seconds = timed(environment, requests[label])
                    if run:
                        kinds[kind].append(seconds)
        return len(seen), {
            label: {kind: statistics.median(values) for kind, values in kinds.items()}
            for label, kinds in times.items()
        }


def make_rules(name, user, count, users, clients, tags, states):
    """Give ``user`` so many rules of the mix; return their ids."""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        values = [
            {
                "reason": f"Rule {index}",
                "user_ids": [Command.set([user])],
                **rule_vals(index, users, clients, tags, states),
            }
            for index in range(count)
        ]
        ids = env["sales.access.rule"].create(values).ids
        cr.commit()
    run_sql(name, "ANALYZE sales_access_rule_client_rel")
    return ids


def bench_lists(args, name, users, clients, tags, states):
    print(
        f"{'':16}{'rules':>6}{'clients':>9}{'rules':>10}{'none':>10}{'off':>10}{'head':>10}{'SQL':>10}"
        f"{'× none':>8}{'× off':>8}{'× head':>8}{'× SQL':>8}"
    )
    head = make_head(name, users[-1])
    for number, count in enumerate(args.rules):
        rules = make_rules(name, users[number], count, users, clients, tags, states)
        seen, results = measure(name, users[number], users[500 % len(users) + number], head, rules, args.runs)
        for label, medians in results.items():
            ours, none, off, as_head, sql = (
                medians[kind] * 1000 for kind in ("rules", "none", "off", "head", "SQL")
            )
            print(
                f"{label:16}{count:6}{seen:9}{ours:7.1f} ms{none:7.1f} ms{off:7.1f} ms{as_head:7.1f} ms"
                f"{sql:7.1f} ms"
                f"{ours / none:8.2f}{ours / off:8.2f}{ours / as_head:8.2f}{ours / sql:8.2f}",
                flush=True,
            )


def make_head(name, user):
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.ref("sales_crm.group_head").user_ids = [Command.link(user)]
        cr.commit()
    return user


# ------------------------------------------------------
# Hand-over
# ------------------------------------------------------


def bench_handover(args, name, users):
    """A manager leaves with ``--handover`` clients and forty rows of history each."""
    giver, receiver, head = users[-3], users[-2], users[-1]
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            pairs = data.make_clients(cr, args.handover, [giver])
            data.make_activities(cr, pairs, args.handover, args.handover, args.handover * 38)
            data.refresh_contact_dates(cr)
        connection.commit()
    run_sql(name, "VACUUM ANALYZE")
    plain = time_plain_handover(name, giver, receiver)
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, head, {})
        handover = env["sales.handover"].create({"from_user_id": giver})
        seconds = {"collect": timed(env, handover.action_collect)}
        handover.write({"distribution": "one", "receiver_id": receiver})
        seconds["distribute"] = timed(env, lambda: (handover.action_distribute(), handover.action_preview()))
        batches = []
        with counting_batches(env, batches):
            handover.action_run()
            seconds["run"] = timed(env, env["sales.handover"].sudo()._cron_work)
        env.invalidate_all()
        assert handover.state == "done", handover.state
        left = env["res.partner"].search_count([("user_id", "=", giver)])
        assert not left, f"{left} clients were left behind"
        full = batches[1:-1] or batches
        print(f"\nhand-over of {args.handover} clients with {args.handover * 40} rows of history")
        print(", ".join(f"{step} {value:.1f} s" for step, value in seconds.items()))
        print(f"run: {seconds['run'] / plain:.1f} × plain SQL ({plain:.2f} s)")
        if full:  # a small one is done while the head waits
            print(f"queries per batch: {min(full)} to {max(full)} in {len(batches)} batches")


@contextmanager
def counting_batches(env, batches):
    """Append the number of queries of each batch to ``batches``."""
    Handover = type(env["sales.handover"])
    commit = Handover._commit
    last = [env.cr.sql_log_count]

    def counted(self, processed, remaining):
        self.env.flush_all()
        batches.append(self.env.cr.sql_log_count - last[0])
        self.env.cr.commit()
        last[0] = self.env.cr.sql_log_count
        return float("inf")

    Handover._commit = counted
    try:
        yield
    finally:
        Handover._commit = commit


def time_plain_handover(name, giver, receiver):
    """:return: seconds that the bare changes of hands take, rolled back"""
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            start = time.perf_counter()
            cr.execute("UPDATE res_partner SET user_id = %s WHERE user_id = %s", [receiver, giver])
            cr.execute(
                "UPDATE mail_activity SET user_id = %s WHERE user_id = %s AND active IS TRUE",
                [receiver, giver],
            )
            seconds = time.perf_counter() - start
        connection.rollback()
    return seconds


def main():
    parser = argparse.ArgumentParser(prog="crm bench access")
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--managers", type=int, default=1_000)
    parser.add_argument("--activities", type=int, default=300_000)
    parser.add_argument("--closed", type=int, default=0, help="activities that are done")
    parser.add_argument("--rules", type=int, nargs="*", default=[0, 1, 10, 50])
    parser.add_argument("--lists", action="store_true", help="only what is read")
    parser.add_argument("--database", help="keep the bulk data in this database, or take them from it")
    parser.add_argument("--handover", type=int, default=5_000, help="clients to hand over; 0: none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the database, to look at plans")
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    name = args.database or f"{SOURCE}_access"
    try:
        if args.database and exists(name):
            bulk = prepared(name)
        else:
            bulk = prepare(name, args.clients, args.managers, args.activities, args.closed)
        users = bulk[0]
        bench_lists(args, name, *bulk)
        if args.lists:
            return
        bench_order(name, users[0], args.runs)
        if args.handover:
            bench_handover(args, name, users)
    finally:
        if not args.keep and not args.database:
            drop(name)


if __name__ == "__main__":
    main()
