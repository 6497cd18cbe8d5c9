"""Finding a client by what is typed into the clients' box, beside the best plain SQL of the same.

100 000 clients with a contact each, who has a further phone; by a head, and by a manager with his own clients
and those of three others by a rule. Medians of warm calls in turn, in one process:

* ours: the statements of a page of the list and of its number, as the box asks for them, with record rules;
* SQL: the same rows and number by hand, in two ways of which the faster one counts: first whoever has what
  was typed, or client by client in the order of the list;
* call: the whole of ours, with building the statements and reading what is found.

Run it with ``./crm bench search [--clients N] [--managers N] [--runs N]``.
"""

import argparse
import os
import statistics
import time
from functools import partial

import data
from carry import clone, connect, drop, run_sql

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.tools import SQL

SOURCE = os.environ["CRM_BENCH_DB"]
CLIENTS = [("is_client", "=", True), ("parent_id", "=", False)]
ORDER = "complete_name ASC, id DESC"
PAGE = 80
FIRST = ["Строй", "Тех", "Агро", "Метал", "Эко", "Пром", "Торг", "Рем", "Авто", "Мед", "Хим", "Лес", "Мир"]
SECOND = ["Сервис", "Снаб", "Пласт", "Комплект", "Инвест", "Центр", "Альянс", "Ритейл", "Логистик", "Союз"]
STREETS = ["Ленина", "Садовая", "Мира", "Заводская", "Советская", "Лесная", "Гагарина", "Чехова", "Новая"]

# What is typed, of one client: he is in the middle of the base
TYPED = {
    "phone": "8 (495) {number:07d}",
    "phone, its end": "{number:07d}",
    "contact's phone": "8-916-{number:07d}",
    "contact's further phone": "8 903 {number:07d}",
    "name and number": "строй-сервис {number}",
    "look-alike letters": "ООО CTPOЙCEPBИC {number}",
    "street and house": "ленина {number}",
    "mail": "office{number}@",
    "tax number": "77{number:08d}",
    "one in a hundred": "строй сервис",
    "one in ten": "ленина",
    "everybody": "ооо",
    "nobody": "ромашка",
}


# ------------------------------------------------------
# Data
# ------------------------------------------------------


def prepare(name, args):
    """:return: tuple (ids of the users, ids of the clients)"""
    clone(SOURCE, name)
    with connect(name) as connection:
        connection.autocommit = False
        with connection.cursor() as cr:
            users = data.make_managers(cr, args.managers)
            clients = [client for client, _user in data.make_clients(cr, args.clients, users)]
            name_clients(cr, clients[0], clients[-1])
            make_contacts(cr, clients[0], clients[-1])
        connection.commit()
    run_sql(name, "VACUUM ANALYZE")
    return users, clients


def name_clients(cr, first, last):
    cr.execute(
        """
        UPDATE res_partner
           SET name = made.name, complete_name = made.name,
               phone = '+7 495 ' || substr(made.digits, 1, 3) || '-' || substr(made.digits, 4, 2) || '-'
                    || substr(made.digits, 6, 2),
               email = 'office' || made.number || '@example.com',
               vat = '77' || lpad(made.number::text, 8, '0'),
               street = 'ул. ' || (%(streets)s)[1 + made.number %% 9] || ', д. ' || made.number,
               city = 'Москва'
          FROM (SELECT id, id - %(first)s AS number, lpad((id - %(first)s)::text, 7, '0') AS digits,
                       'ООО «' || (%(one)s)[1 + (id - %(first)s) %% 13] || '-'
                       || (%(two)s)[1 + (id - %(first)s) / 13 %% 10] || ' ' || id - %(first)s || '»' AS name
                  FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s) made
         WHERE res_partner.id = made.id
        """,
        {"first": first, "last": last, "one": FIRST, "two": SECOND, "streets": STREETS},
    )


def make_contacts(cr, first, last):
    """A contact of each client, with two phones."""
    cr.execute(
        """
        WITH contact AS (
            INSERT INTO res_partner (name, complete_name, active, type, is_company, parent_id, user_id,
                                     commercial_partner_id, partner_share, autopost_bills, client_id, phone)
            SELECT 'Иванов Иван', name || ', Иванов Иван', TRUE, 'contact', FALSE, id, user_id, id, TRUE,
                   'ask', id, '+7916' || lpad((id - %(first)s)::text, 7, '0')
              FROM res_partner WHERE id BETWEEN %(first)s AND %(last)s
            RETURNING id, client_id
        )
        INSERT INTO sales_contact_channel (partner_id, kind, value, value_key, sequence)
        SELECT id, 'phone', '+7903' || lpad((client_id - %(first)s)::text, 7, '0'),
               '7903' || lpad((client_id - %(first)s)::text, 7, '0'), 10
          FROM contact
        """,
        {"first": first, "last": last},
    )


def give_rights(name, users):
    """The last user is a head, the first sees the clients of three others, too."""
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env.ref("sales_crm.group_head").user_ids = [Command.link(users[-1])]
        env["sales.access.rule"].create(
            {
                "reason": "Help",
                "user_ids": [Command.set([users[0]])],
                "scope": "managers",
                "manager_ids": [Command.set(users[1:4])],
            }
        )
        cr.commit()


# ------------------------------------------------------
# The same in SQL
# ------------------------------------------------------


def by_hand(text, seen):
    """:param SQL seen: whose clients are seen, as a condition on ``client``
    :return: two lists of statements, each of a page and of the number
    """
    # Known once the configuration is read
    from odoo.addons.sales_crm.tools.search_key import search_words

    digits = "".join(filter(str.isdigit, text))
    words = search_words(text) if set(text) - set("0123456789 -()") else [digits[-10:]]
    has, channel_has = (
        SQL(" AND ").join(SQL("%s LIKE %s", SQL.identifier(alias, "search_key"), f"%{w}%") for w in words)
        for alias in ("partner", "channel")
    )
    found = SQL(
        """
        SELECT COALESCE(partner.client_id, partner.id) FROM res_partner partner WHERE %s
         UNION
        SELECT partner.client_id FROM sales_contact_channel channel
          JOIN res_partner partner ON partner.id = channel.partner_id WHERE %s
        """,
        has,
        channel_has,
    )
    first = SQL("client.id IN (%s)", found)
    in_turn = SQL(
        """
        EXISTS (SELECT FROM res_partner partner WHERE partner.client_id = client.id AND %s)
         OR EXISTS (SELECT FROM res_partner partner JOIN sales_contact_channel channel
                        ON channel.partner_id = partner.id
                     WHERE partner.client_id = client.id AND %s)
        """,
        has,
        channel_has,
    )
    return [statements_of(condition, seen) for condition in (first, in_turn)]


def statements_of(condition, seen):
    rows = SQL(
        "FROM res_partner client WHERE is_client AND active AND parent_id IS NULL AND %s AND (%s)",
        seen,
        condition,
    )
    return [
        SQL(
            "SELECT id, complete_name %s ORDER BY complete_name, id DESC LIMIT 80",
            rows,
        ),
        SQL("SELECT COUNT(*) FROM (SELECT 1 %s LIMIT 10001) counted", rows),
    ]


# ------------------------------------------------------
# Measuring
# ------------------------------------------------------


def ours(env, text):
    """:return: the statements of the box"""
    partners = env["res.partner"]
    domain = [*CLIENTS, ("display_name", "ilike", text)]
    page = partners._search(domain, limit=PAGE, order=ORDER)
    count = partners._search(domain, limit=10001)
    return [page.select(), SQL("SELECT COUNT(*) FROM (%s) counted", count.select(SQL("1")))]


def whole(env, text):
    partners = env["res.partner"]
    domain = [*CLIENTS, ("display_name", "ilike", text)]
    found = partners.search_fetch(domain, ["complete_name"], limit=PAGE)
    found.mapped("complete_name")
    partners.search_count(domain, limit=10001)


def execute(cr, statements):
    for statement in statements:
        cr.execute(statement)
        cr.fetchall()


def timed(env, call):
    env.invalidate_all()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def check_same(cr, text, *variants):
    """Fail if they don't find the same."""
    found = set()
    for page, count in variants:
        cr.execute(page)
        ids = tuple(row[0] for row in cr.fetchall())
        cr.execute(count)
        found.add((ids, cr.fetchone()[0]))
    assert len(found) == 1, f"{text}: {found}"
    return found.pop()[1]


def measure(env, seen, number, runs):
    """:return: generator of (label, number of rows, dict kind -> median seconds)"""
    cr = env.cr
    for label, pattern in TYPED.items():
        text = pattern.format(number=number)
        first, in_turn = by_hand(text, seen)
        mine = ours(env, text)
        rows = check_same(cr, text, mine, first, in_turn)
        calls = {"ours": mine, "first": first, "in turn": in_turn}
        calls = {kind: partial(execute, cr, statements) for kind, statements in calls.items()}
        calls["call"] = partial(whole, env, text)
        times = {kind: [] for kind in calls}
        for run in range(runs + 1):
            for kind, call in calls.items():
                seconds = timed(env, call)
                if run:
                    times[kind].append(seconds)
        yield label, rows, {kind: statistics.median(found) for kind, found in times.items()}


def report(name, user, seen, number, args):
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, user, {})
        for label, rows, medians in measure(env, seen, number, args.runs):
            best = min(medians["first"], medians["in turn"])
            print(
                f"{label:24}{rows:8}{medians['ours'] * 1000:9.1f} ms{best * 1000:9.1f} ms"
                f"{medians['ours'] / best:8.2f}{medians['call'] * 1000:9.1f} ms",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(prog="crm bench search")
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--managers", type=int, default=100)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", action="store_true", help="keep the database, to look at plans")
    args = parser.parse_args()
    odoo.tools.config.parse_config(["--log-level=warn", "-d", SOURCE], setup_logging=True)
    name = f"{SOURCE}_search"
    try:
        users, clients = prepare(name, args)
        give_rights(name, users)
        # A client of the first manager whose name and street are the ones that are typed
        step = next(n for n in range(args.clients // 2, args.clients) if is_typed(n) and n % len(users) == 0)
        for who, user, seen in (
            ("head", users[-1], SQL("TRUE")),
            ("manager", users[0], SQL("client.user_id = ANY(%s)", users[:4])),
        ):
            print(f"{who:24}{'found':>8}{'ours':>12}{'SQL':>12}{'ratio':>8}{'call':>12}")
            report(name, user, seen, step, args)
        assert clients
    finally:
        if not args.keep:
            odoo.sql_db.close_db(name)
            drop(name)


def is_typed(number):
    return number % 13 == 0 and number // 13 % 10 == 0 and number % 9 == 0


if __name__ == "__main__":
    main()
