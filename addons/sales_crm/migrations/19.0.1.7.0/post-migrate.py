from odoo import SUPERUSER_ID, api
from odoo.tools import SQL


def migrate(cr, version):
    """An exact time lies on the due date, and the day of a contact is one of whoever had it."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    zones = env["res.users"]._sales_zones_sql()
    # The carry-over took the date along and left the time behind
    env.execute_query(
        SQL(
            """
            UPDATE mail_activity activity
               SET datetime_planned = (
                       activity.date_deadline
                       + (activity.datetime_planned AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::time
                   ) AT TIME ZONE zone.tz AT TIME ZONE 'UTC'
              FROM %s
             WHERE zone.user_id = activity.user_id AND activity.active IS TRUE
               AND activity.datetime_planned IS NOT NULL
               AND (activity.datetime_planned AT TIME ZONE 'UTC' AT TIME ZONE zone.tz)::date
                   IS DISTINCT FROM activity.date_deadline
            RETURNING activity.id
            """,
            zones,
        )
    )
    # Of managers without a time zone of their own it was counted in UTC
    rows = env.execute_query(
        SQL(
            """
            SELECT DISTINCT activity.client_id
              FROM mail_activity activity
              JOIN %s ON zone.user_id = activity.done_user_id
              JOIN res_users closer ON closer.id = activity.done_user_id
              JOIN res_partner person ON person.id = closer.partner_id
             WHERE activity.client_id IS NOT NULL AND activity.active IS NOT TRUE
               AND COALESCE(person.tz, '') = '' AND zone.tz != 'UTC'
            """,
            zones,
        )
    )
    env["res.partner"].browse(client for (client,) in rows)._recompute_contact_dates()
