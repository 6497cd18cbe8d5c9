"""Opening a client's card and its history tab, as a manager, beside stock Odoo and plain SQL.

100 000 clients with a contact each, 1 000 000 activities, 3 000 000 messages, 100 000 deals; the same rows in
a second database without the add-on. Medians of warm calls over different clients, in turn, in one process,
with the records' cache empty as in a request:

* card: what the web client asks for our card, beside what it asks for Odoo's own partner form in the database
  without the add-on, as a salesman who sees everything;
* glance: what the card asks for beside itself: contacts, open work, last events, deals;
* twins: what is asked while a phone is typed into a new card, beside SQL by the index of keys;
* chatter: the first page of messages below it, in both;
* history: the tab's first page and its number, as the tab asks for it, beside SQL for the same rows: over all
  sources that could have some, as any history must ask, without records, rules and names; and over the three
  tables that have some here, which is what nobody can know beforehand;
* queries of each, for the client with the least and with the most of everything.

Run it with ``./crm bench card [--clients N] [--activities N] [--messages N] [--managers N] [--runs N]``.
"""

import argparse
import io
import os
import statistics
import time

import data
from carry import clone, connect, drop, run_sql
from lxml import etree

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

from odoo.addons.mail.tools.discuss import Store

SOURCE = os.environ["CRM_BENCH_DB"]
WITHOUT = os.environ["CRM_BENCH_WITHOUT"]
PAGE = 20

# The same twenty rows and their number by hand, from the tables that have rows here and no other
PLAIN_PAGE = """
    SELECT * FROM (
        (SELECT datetime_done AS date, 'done' AS kind, summary, client_id, done_user_id AS user_id
           FROM mail_activity WHERE client_id = %(client)s AND active IS NOT TRUE
          ORDER BY datetime_done DESC LIMIT 20)
         UNION ALL
        (SELECT date, message_type, left(regexp_replace(left(body, 2000), '<[^>]*>', ' ', 'g'), 200), res_id,
                author_id
           FROM mail_message
          WHERE model = 'res.partner' AND res_id = ANY(%(family)s) AND message_type IN ('comment', 'email')
          ORDER BY date DESC LIMIT 20)
         UNION ALL
        (SELECT create_date, 'stage', name, partner_id, user_id FROM crm_lead
          WHERE partner_id = ANY(%(family)s) ORDER BY create_date DESC LIMIT 20)
    ) event ORDER BY date DESC LIMIT 20
"""
PLAIN_COUNT = """
    SELECT (SELECT COUNT(*) FROM mail_activity WHERE client_id = %(client)s AND active IS NOT TRUE)
         + (SELECT COUNT(*) FROM mail_message WHERE model = 'res.partner' AND res_id = ANY(%(family)s)
             AND message_type IN ('comment', 'email'))
"""


# ------------------------------------------------------
# Data
# ------------------------------------------------------


def xmlid(cr, module, name):
    cr.execute("SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", [module, name])
    return cr.fetchone()[0]


def copy_rows(source, target, table, columns, condition, **values):
    """Copy rows of ``table`` from one database to the other, with other ``values`` in some columns."""
    chosen = ", ".join(str(values.get(name, name)) for name in columns)
    buffer = io.StringIO()
    source.copy_expert(f"COPY (SELECT {chosen} FROM {table} WHERE {condition}) TO STDOUT", buffer)
    buffer.seek(0)
    target.execute("SET LOCAL session_replication_role = replica")
    target.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", buffer)
    target.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")


def make_base(cr, args):
    """Managers, clients and activities of the database with the add-on."""
    users = data.make_managers(cr, args.managers)
    pairs = data.make_clients(cr, args.clients, users)
    data.make_activities(cr, pairs, args.clients, args.clients, args.activities - 2 * args.clients)
    data.refresh_contact_dates(cr)
    return users, pairs


def make_contacts(cr, first, last, ours):
    """A contact of each client, with a phone and a mail."""
    cr.execute(
        f"""
        INSERT INTO res_partner (name, complete_name, active, type, is_company, parent_id, user_id,
                                 commercial_partner_id, partner_share, autopost_bills, phone, email
                                 {", client_id" if ours else ""})
        SELECT 'Contact', name || ', Contact', TRUE, 'contact', FALSE, id, user_id, id, TRUE, 'ask',
               '+7495' || lpad(id::text, 7, '0'), 'contact' || id || '@example.com'
               {", id" if ours else ""}
          FROM res_partner WHERE id BETWEEN %s AND %s
        """,
        [first, last],
    )


def make_messages(cr, first, last, count):
    """Messages on the clients in turn: notes, mails and notices of the system, of the last three years."""
    # The rows are right: no foreign key has to be checked
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(
        """
        INSERT INTO mail_message (model, res_id, message_type, subtype_id, author_id, body, date, create_date,
                                  subject, is_internal, email_add_signature)
        SELECT 'res.partner', client.id, kind.name, %(note)s, manager.partner_id,
               '<p>What was said with number ' || number || ', in a sentence or two, as one writes it.</p>',
               now()::timestamp - (number %% 1095) * interval '1 day' - (number %% 977) * interval '1 minute',
               now()::timestamp, NULL, TRUE, TRUE
          FROM generate_series(0, %(count)s - 1) number
          JOIN LATERAL (SELECT (ARRAY['comment', 'email', 'notification'])[1 + number %% 3] AS name) kind
               ON TRUE
          JOIN res_partner client ON client.id = %(first)s + (number * 7) %% (%(last)s - %(first)s + 1)
          JOIN res_users manager ON manager.id = client.user_id
        """,
        {"note": xmlid(cr, "mail", "mt_note"), "count": count, "first": first, "last": last},
    )


def make_leads(cr, first, last):
    cr.execute(
        """
        INSERT INTO crm_lead (name, type, active, partner_id, user_id, stage_id, company_id, create_date,
                              date_open, priority, won_status)
        SELECT 'Deal', 'opportunity', TRUE, client.id, client.user_id,
               (SELECT min(id) FROM crm_stage), (SELECT min(id) FROM res_company),
               now()::timestamp - (client.id %% 300) * interval '1 day', now()::timestamp, '0', 'pending'
          FROM res_partner client WHERE client.id BETWEEN %s AND %s
        """,
        [first, last],
    )


def make_keys(name):
    with Registry(name).cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["res.partner"]._fill_duplicate_keys()
        cr.commit()


def prepare(ours, stock, args):
    """The same rows, with the same ids, in both databases."""
    clone(SOURCE, ours)
    clone(WITHOUT, stock)
    with connect(ours) as with_addon, connect(stock) as without:
        with_addon.autocommit = without.autocommit = False
        with with_addon.cursor() as cr, without.cursor() as other:
            # A salesman sees all in stock Odoo with the groups that our managers have through ours
            users, pairs = make_base(cr, args)
            first, last = pairs[0][0], pairs[-1][0]
            copy_base(cr, other, users, first, last)
            for cursor, is_ours in ((cr, True), (other, False)):
                make_contacts(cursor, first, last, is_ours)
                make_messages(cursor, first, last, args.messages)
                make_leads(cursor, first, last)
        with_addon.commit()
        without.commit()
    make_keys(ours)
    for name in (ours, stock):
        run_sql(name, "VACUUM ANALYZE")
    return users, [client for client, _user in pairs]


def copy_base(cr, other, users, first, last):
    people = f"id IN (SELECT partner_id FROM res_users WHERE id >= {users[0]})"
    columns = ["id", "name", "complete_name", "active", "type", "tz", "lang", "autopost_bills"]
    copy_rows(cr, other, "res_partner", columns, people)
    copy_rows(
        cr,
        other,
        "res_users",
        ["id", "login", "active", "partner_id", "company_id", "notification_type", "share"],
        f"id >= {users[0]}",
    )
    other.execute("INSERT INTO res_company_users_rel (cid, user_id) SELECT company_id, id FROM res_users"
                  " ON CONFLICT DO NOTHING")  # fmt: skip
    for module, group in (("sales_team", "group_sale_salesman_all_leads"), ("base", "group_partner_manager")):
        other.execute(
            "INSERT INTO res_groups_users_rel (gid, uid) SELECT %s, id FROM res_users WHERE id >= %s",
            [xmlid(other, module, group), users[0]],
        )
    columns = ["id", "name", "complete_name", "active", "type", "is_company", "user_id"]
    columns += ["commercial_partner_id", "partner_share", "autopost_bills"]
    copy_rows(cr, other, "res_partner", columns, f"id BETWEEN {first} AND {last}")
    columns = ["id", "res_model", "res_model_id", "res_id", "res_name", "activity_type_id", "summary"]
    columns += ["date_deadline", "user_id", "active", "date_done"]
    other.execute("SELECT id FROM ir_model WHERE model = 'res.partner'")
    [model] = other.fetchone()
    call = xmlid(other, "mail", "mail_activity_data_call")
    copy_rows(
        *(cr, other, "mail_activity", columns, "client_id IS NOT NULL"),
        res_model_id=model,
        activity_type_id=call,
    )


# ------------------------------------------------------
# What the web client asks for
# ------------------------------------------------------


def specification(model, arch):
    """:return: the specification that the web client makes of a view: fields with those of inline views"""
    spec = {}
    for node in arch.iter("field"):
        if any(parent.tag == "field" for parent in node.iterancestors() if parent is not arch):
            continue
        name = node.get("name")
        field = model._fields.get(name)
        if field is None:
            continue
        if field.type == "many2one":
            spec[name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            inner = next((child for child in node if child.tag in ("list", "kanban")), None)
            comodel = model.env[field.comodel_name]
            fields = specification(comodel, inner) if inner is not None else {"display_name": {}}
            spec[name] = {"fields": fields, "limit": 40, "order": ""}
        else:
            spec[name] = {}
    return spec


def view_specification(env, xmlid, kind):
    # sudo: only to learn which view it is
    view = env.ref(xmlid).sudo()
    model = env[view.model]
    views = model.get_views([(view.id, kind)])
    return specification(model, etree.fromstring(views["views"][kind]["arch"]))


def card(env, xmlid):
    spec = view_specification(env, xmlid, "form")
    return lambda client: env["res.partner"].browse(client).web_read(spec)


def chatter(env):
    def read(client):
        messages = env["mail.message"]._message_fetch(None, thread=env["res.partner"].browse(client))
        return Store().add(messages["messages"]).get_result()

    return read


def history(env):
    spec = view_specification(env, "sales_crm.sales_client_history_view_list", "list")
    History = env["sales.client.history"].with_context(one_client=True)
    return lambda client: History.web_search_read(
        [("client_id", "=", client)], spec, limit=PAGE, count_limit=10001
    )


def glance(env):
    return lambda client: env["res.partner"].browse(client).get_glance()


def twins(env):
    """A new card with the phone of the client's contact, as the web client asks when it is typed."""
    spec = {"duplicate_warning": {}, "phone": {}}
    return lambda client: env["res.partner"].onchange({"phone": phone(client)}, ["phone"], spec)


def phone(client):
    return f"+7495{client:07}"


def plain_twins(cr):
    def read(client):
        cr.execute(
            """
            SELECT partner.id, partner.complete_name, partner.user_id
              FROM sales_partner_key key JOIN res_partner partner ON partner.id = key.partner_id
             WHERE key.kind = 'phone' AND key.value = %s
            """,
            [phone(client).lstrip("+")],
        )
        cr.fetchall()

    return read


def plain(cr):
    def read(client):
        cr.execute("SELECT array_agg(id) FROM res_partner WHERE client_id = %s", [client])
        values = {"client": client, "family": cr.fetchone()[0]}
        for statement in (PLAIN_PAGE, PLAIN_COUNT):
            cr.execute(statement, values)
            cr.fetchall()

    return read


def all_sources(env):
    """The view's own statement with the client in each source, without the ORM around it."""
    union = env["sales.client.history"]._table_query
    where = SQL("FROM (%s) event WHERE client_id = ", union)
    page = SQL("SELECT date, kind, contact_id, summary, amount, user_id, company_id %s", where)

    def read(client):
        env.cr.execute(SQL("%s %s ORDER BY date DESC, id DESC LIMIT %s", page, client, PAGE))
        env.cr.fetchall()
        env.cr.execute(SQL("SELECT COUNT(*) FROM (SELECT %s %s LIMIT 10001) counted", where, client))
        env.cr.fetchall()

    return read


def timed(env, call, client):
    """:return: seconds and queries of a call with an empty cache of records"""
    env.invalidate_all()
    queries = env.cr.sql_log_count
    start = time.perf_counter()
    call(client)
    return time.perf_counter() - start, env.cr.sql_log_count - queries


def measure(ours, stock, user, clients, runs):
    """:return: label -> (median seconds, smallest and largest number of queries)"""
    with Registry(ours).cursor() as cr, Registry(stock).cursor() as other:
        env, root = (api.Environment(cr, uid, {}) for uid in (user, SUPERUSER_ID))
        plain_env = api.Environment(other, user, {})
        calls = {
            "card": (env, card(env, "sales_crm.res_partner_view_form_client")),
            "card, stock": (plain_env, card(plain_env, "base.view_partner_form")),
            "stock's form with the add-on": (env, card(env, "base.view_partner_form")),
            "glance": (env, glance(env)),
            "twins": (env, twins(env)),
            "twins, SQL by index": (root, plain_twins(root.cr)),
            "chatter": (env, chatter(env)),
            "chatter, stock": (plain_env, chatter(plain_env)),
            "history": (env, history(env)),
            "history, SQL of all sources": (root, all_sources(root)),
            "history, SQL of three tables": (root, plain(cr)),
        }
        found = {label: [] for label in calls}
        for run in range(runs + 1):
            for client in clients:
                for label, (environment, call) in calls.items():
                    result = timed(environment, call, client)
                    if run:
                        found[label].append(result)
        return {
            label: (
                statistics.median(seconds for seconds, _queries in results),
                min(queries for _seconds, queries in results),
                max(queries for _seconds, queries in results),
            )
            for label, results in found.items()
        }


def report(results):
    for label, (seconds, least, most) in results.items():
        queries = str(least) if least == most else f"{least} to {most}"
        print(f"{label:32}{seconds * 1000:8.1f} ms  {queries:>10} queries")
    for ours, theirs in (
        ("card", "card, stock"),
        ("chatter", "chatter, stock"),
        ("twins", "twins, SQL by index"),
        *(("history", f"history, SQL of {which}") for which in ("all sources", "three tables")),
    ):
        print(f"{ours}: {results[ours][0] / results[theirs][0]:.2f} × {theirs.split(', ')[1]}")
    both = [results[name][0] + results[f"chatter{name[4:]}"][0] for name in ("card", "card, stock")]
    print(f"card with chatter: {both[0] / both[1]:.2f} × stock")


def main():
    parser = argparse.ArgumentParser(prog="crm bench card")
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=3_000_000)
    parser.add_argument("--managers", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="keep the databases, to look at plans")
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    ours, stock = f"{SOURCE}_card", f"{SOURCE}_stock"
    try:
        users, clients = prepare(ours, stock, args)
        own = clients[:: args.managers][:10]  # of the first manager
        report(measure(ours, stock, users[0], own, args.runs))
    finally:
        if not args.keep:
            for name in (ours, stock):
                odoo.sql_db.close_db(name)
                drop(name)


if __name__ == "__main__":
    main()
