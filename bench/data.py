"""Bulk data for measurements: managers, clients and activities by COPY, in seconds.

Everything is made by SQL in one database that the caller throws away afterwards.
"""

import io
import random
from datetime import date, timedelta


def copy(cr, table, columns, rows):
    """COPY ``rows`` (iterables of str, None is NULL) into ``table``."""
    buffer = io.StringIO()
    for row in rows:
        buffer.write("\t".join("\\N" if value is None else str(value) for value in row) + "\n")
    buffer.seek(0)
    cr.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", buffer)


def next_ids(cr, table, count):
    """Reserve ``count`` ids of ``table``."""
    cr.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
    return [row[0] for row in cr.fetchall()]


def make_managers(cr, count):
    """Make ``count`` users in the managers' group; return their ids."""
    partners = next_ids(cr, "res_partner", count)
    users = next_ids(cr, "res_users", count)
    cr.execute("SELECT id FROM res_company ORDER BY id LIMIT 1")
    [company] = cr.fetchone()
    cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'sales_crm' AND name = 'group_manager'")
    [group] = cr.fetchone()
    copy(
        cr,
        "res_partner",
        ("id", "name", "complete_name", "active", "type", "tz", "lang", "autopost_bills"),
        (
            (partner, f"Manager {partner}", f"Manager {partner}", "t", "contact", "UTC", "en_US", "ask")
            for partner in partners
        ),
    )
    copy(
        cr,
        "res_users",
        ("id", "login", "active", "partner_id", "company_id", "notification_type", "share"),
        (
            (user, f"bench{user}", "t", partner, company, "email", "f")
            for user, partner in zip(users, partners, strict=True)
        ),
    )
    copy(cr, "res_company_users_rel", ("cid", "user_id"), ((company, user) for user in users))
    copy(cr, "res_groups_users_rel", ("gid", "uid"), ((group, user) for user in users))
    return users


def make_clients(cr, count, managers):
    """Make ``count`` clients, shared out to ``managers`` in turn; return pairs (client, manager)."""
    clients = next_ids(cr, "res_partner", count)
    pairs = [(client, managers[number % len(managers)]) for number, client in enumerate(clients)]
    copy(
        cr,
        "res_partner",
        (
            *("id", "name", "complete_name", "active", "type", "is_company", "is_client"),
            *("user_id", "commercial_partner_id", "client_id", "partner_share", "autopost_bills"),
        ),
        (
            (
                *(client, f"Client {client}", f"Client {client}", "t", "contact", "t", "t"),
                *(manager, client, client, "t", "ask"),
            )
            for client, manager in pairs
        ),
    )
    return pairs


def make_activities(cr, pairs, overdue, future, closed, today=None):
    """Make open and closed activities on the clients of ``pairs``, in random order.

    :param int overdue: open ones due yesterday
    :param int future: open ones due in the next month
    :param int closed: done ones of the last three years
    """
    today = today or date.today()
    rng = random.Random(20261123)
    cr.execute("SELECT id FROM ir_model WHERE model = 'res.partner'")
    [model] = cr.fetchone()
    cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'mail' AND name = 'mail_activity_data_call'")
    [call] = cr.fetchone()
    kinds = ["overdue"] * overdue + ["future"] * future + ["closed"] * closed
    rng.shuffle(kinds)
    ids = next_ids(cr, "mail_activity", len(kinds))
    client_count = len(pairs)

    def rows():
        for number, (activity, kind) in enumerate(zip(ids, kinds, strict=True)):
            client, manager = pairs[number % client_count]
            if kind == "overdue":
                due = today - timedelta(days=1)
            elif kind == "future":
                due = today + timedelta(days=rng.randint(1, 30))
            else:
                due = today - timedelta(days=rng.randint(1, 1095))
            is_closed = kind == "closed"
            yield (
                *(activity, "res.partner", model, client, f"Client {client}", call, f"Call {activity}"),
                *(due, due, manager, client, "0", 0),
                *(("f", "done", due, f"{due} 10:00:00", manager) if is_closed else ("t", *[None] * 4)),
            )

    copy(
        cr,
        "mail_activity",
        (
            *("id", "res_model", "res_model_id", "res_id", "res_name", "activity_type_id", "summary"),
            *("date_deadline", "date_planned", "user_id", "client_id", "priority", "carry_count"),
            *("active", "activity_state_final", "date_done", "datetime_done", "done_user_id"),
        ),
        rows(),
    )


def refresh_contact_dates(cr):
    """Give every client the dates that the ORM would have computed."""
    cr.execute(
        """
        UPDATE res_partner client
           SET next_step_date = dates.next_step, last_contact_date = dates.last_contact
          FROM (SELECT client_id,
                       MIN(date_deadline) FILTER (WHERE active IS TRUE) AS next_step,
                       MAX(datetime_done)::date AS last_contact
                  FROM mail_activity WHERE client_id IS NOT NULL GROUP BY client_id) dates
         WHERE client.id = dates.client_id
        """
    )
