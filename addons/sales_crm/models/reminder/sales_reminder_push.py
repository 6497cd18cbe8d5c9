import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .sales_reminder import USEFUL_MINUTES

ICON = "/web/static/img/odoo-icon-192x192.png"


class SalesReminderPush(models.AbstractModel):
    """Reminders as notifications of the browser or the phone, also where no tab is open.

    Core keeps the devices, asks for the permission, makes the keys and sends (``mail.push.device``,
    ``mail.push``): who has allowed it to no browser costs nothing here. What was pushed is marked as an
    answer is, so each reminder is pushed once, in the transaction that queues it.
    """

    _name = "sales.reminder.push"
    _description = "Reminders by Web Push"
    _inherit = "sales.batch.step"

    @api.model
    def _cron_push(self):
        """Cron, each minute: one query finds who is to be told of something now."""
        users = self._users_due()
        for number, user in enumerate(users, start=1):
            self._retry(self._push_due, user)
            if not self._commit(1, len(users) - number):
                return
        self._commit(0, 0)

    # ------------------------------------------------------
    # Who
    # ------------------------------------------------------

    @api.model
    def _users_due(self):
        """:return: users with a device who have something exact or put off that is due, and that was neither
        answered nor pushed; who is away and covered is left in peace
        """
        self.env.flush_all()
        now, covers = fields.Datetime.now(), self._covers_in_force()
        rows = self.env.execute_query(
            SQL(
                """
                WITH person AS MATERIALIZED (
                    SELECT DISTINCT res_users.id, COALESCE(res_users.sales_reminder_minutes, 0) AS minutes
                      FROM mail_push_device device
                      JOIN res_users ON res_users.partner_id = device.partner_id
                     WHERE res_users.active IS TRUE AND res_users.share IS NOT TRUE
                ), work AS (
                    SELECT person.id, person.minutes, person.id AS owner_id FROM person
                     UNION
                    SELECT person.id, person.minutes, cover.owner_id
                      FROM unnest(%(covers)s::int[], %(owners)s::int[]) AS cover(user_id, owner_id)
                      JOIN person ON person.id = cover.user_id
                )
                SELECT work.id
                  FROM work
                  JOIN mail_activity activity ON activity.user_id = work.owner_id
                 CROSS JOIN LATERAL (
                    SELECT activity.id || ':'
                           || to_char(activity.datetime_planned, 'YYYY-MM-DD HH24:MI:SS') AS key
                       ) reminder
                 WHERE activity.active IS TRUE AND activity.date_deadline <= %(tomorrow)s
                   AND activity.datetime_planned > %(useful)s
                   AND activity.datetime_planned <= %(now)s + work.minutes * INTERVAL '1 minute'
                   AND (work.minutes > 0 OR activity.priority = '1')
                   AND NOT EXISTS (SELECT FROM sales_reminder answer WHERE answer.user_id = work.id
                                      AND answer.key IN (reminder.key, 'push:' || reminder.key))
                 UNION
                SELECT person.id
                  FROM person
                  JOIN sales_reminder answer ON answer.user_id = person.id
                 WHERE answer.remind_at > %(useful)s AND answer.remind_at <= %(now)s
                   AND NOT EXISTS (SELECT FROM sales_reminder pushed WHERE pushed.user_id = person.id
                                      AND pushed.key = 'push:' || answer.key || ':'
                                          || to_char(answer.remind_at, 'YYYY-MM-DD HH24:MI:SS'))
                 ORDER BY 1
                """,
                **covers,
                now=now,
                tomorrow=now.date() + timedelta(days=2),
                useful=now - timedelta(minutes=USEFUL_MINUTES),
            )
        )
        away = set(covers["owners"])
        users = self.env["res.users"].browse(user for (user,) in rows if user not in away)
        return users and users & self.env["sales.morning"]._managers()

    @api.model
    def _covers_in_force(self):
        """:return: dict ``covers`` and ``owners``: who stands in for whom, in pairs"""
        Reminder = self.env["sales.reminder"]
        # sudo: who stands in for whom
        rules = self.env["sales.access.rule"].sudo().search(Domain("is_cover", "=", True))
        rules = rules.filtered_domain(Reminder._in_force_domain())
        pairs = [
            (user.id, owner.id) for rule in rules for user in rule.user_ids for owner in rule.manager_ids
        ]
        return {"covers": [user for user, _owner in pairs], "owners": [owner for _user, owner in pairs]}

    # ------------------------------------------------------
    # What
    # ------------------------------------------------------

    @api.model
    def _env_of(self, user):
        """:return: environment of the user: his rights, language and time zone"""
        user = user.sudo()  # sudo: how he wants to be written to
        context = {
            "lang": user.lang,
            "tz": user._sales_timezone().zone,
            "allowed_company_ids": user.company_ids.ids,
        }
        return self.with_user(user).with_context(**context).env

    @api.model
    def _push_due(self, user):
        """Push what is due for ``user`` and was not pushed yet.

        :return: number of reminders
        """
        env = self._env_of(user)
        now = fields.Datetime.to_string(fields.Datetime.now())
        due = [
            reminder
            for reminder in env["sales.reminder"].get_reminders()["reminders"]
            # What has no exact time and was not put off is told once, with the plan of the day
            if reminder["at"] <= now and (reminder["moment"] or reminder["again"])
        ]
        new = [reminder for reminder in due if self._mark(user, self._mark_of(reminder))]
        for reminder in new:
            self._queue(user, self._prepare_payload(env, reminder))
        return len(new)

    @api.model
    def _users_without_digest(self, workdays):
        """:param dict workdays: user -> the day that has begun for him
        :return: those of the users who have a device and were not told of their day; in one query
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT res_users.id
                  FROM unnest(%(users)s::int[], %(keys)s::text[]) AS begun(user_id, key)
                  JOIN res_users ON res_users.id = begun.user_id
                  JOIN mail_push_device device ON device.partner_id = res_users.partner_id
                 WHERE NOT EXISTS (SELECT FROM sales_reminder answer
                                    WHERE answer.user_id = res_users.id AND answer.key = begun.key)
                 ORDER BY 1
                """,
                users=[user.id for user in workdays],
                keys=[f"push:digest:{day}" for day in workdays.values()],
            )
        )
        return self.env["res.users"].browse(user for (user,) in rows)

    @api.model
    def _push_digest(self, user, day):
        """Push the numbers of the day that begins, once.

        :return: whether it was pushed now
        """
        if not self._mark(user, f"digest:{day}"):
            return False
        env = self._env_of(user)
        digest = env["sales.reminder"]._get_digest(env.user.sudo(), day)  # sudo: his own calendar
        if not digest:
            return False
        self._queue(
            user,
            {
                "title": env._("Your plan for today"),
                "options": {
                    "body": "\n".join(digest["lines"]),
                    "icon": ICON,
                    "tag": self._tag(digest["key"]),
                    "data": {"model": ".", "res_id": "my-day"},
                },
            },
        )
        return True

    @api.model
    def _prepare_payload(self, env, reminder):
        """What core's service worker shows. It opens ``/odoo/<model>/<res_id>``; the leading ``./`` says to
        our own tabs that it is a reminder, and to the browser nothing.

        :return: dict
        """
        moment = fields.Datetime.to_datetime(reminder["moment"])
        zone = env.user.sudo()  # sudo: his own time zone
        hour = f"{zone._sales_local(moment):%H:%M}" if moment else ""
        client = reminder["client_id"]
        return {
            "title": " · ".join(filter(None, [hour, reminder["client"]])) or env._("Reminder"),
            "options": {
                "body": reminder["title"],
                "icon": ICON,
                "tag": self._tag(reminder["key"]),
                "requireInteraction": reminder["urgent"],
                "data": {
                    "model": "./res.partner" if client else ".",
                    "res_id": client or "my-day",
                },
            },
        }

    # ------------------------------------------------------
    # How
    # ------------------------------------------------------

    @api.model
    def _tag(self, key):
        return f"sales_crm.{key}"

    @api.model
    def _devices(self, user):
        """:return: the browsers that the user has allowed to show notifications; none without core's keys"""
        partner = user.sudo().partner_id  # sudo: whose browsers they are
        return self.env["mail.thread"]._web_push_get_partners_parameters(partner.ids)[0]

    @api.model
    def _mark_of(self, reminder):
        """:return: key of what was pushed: the reminder, and again each time at which it was put off"""
        return f"{reminder['key']}:{reminder['at']}" if reminder["again"] else reminder["key"]

    @api.model
    def _mark(self, user, key):
        """:return: whether it was not pushed before"""
        # sudo: what was pushed only the server writes
        return self.env["sales.reminder"].sudo()._write_answer(user, f"push:{key}")

    @api.model
    def _queue(self, user, payload):
        """Core's cron sends it: nobody waits for a browser maker's server here."""
        devices = self._devices(user)
        if not devices:
            return
        payload = json.dumps(self.env["mail.thread"]._web_push_truncate_payload(payload))
        # sudo: the queue is the server's own
        self.env["mail.push"].sudo().create(
            [{"mail_push_device_id": device.id, "payload": payload} for device in devices]
        )
        self.env.ref("mail.ir_cron_web_push_notification")._trigger()

    @api.model
    def _take_back(self, user, key):
        """What was answered in one place goes from the phone too."""
        # sudo: what was pushed only the server knows
        Reminder = self.env["sales.reminder"].sudo()
        pushed = Domain("user_id", "=", user.id) & Domain("key", "=like", f"push:{key}%")
        if Reminder.search_count(pushed, limit=1):
            options = {"body": "", "tag": self._tag(key), "data": {"type": "CANCEL"}}
            self._queue(user, {"title": "", "options": options})
