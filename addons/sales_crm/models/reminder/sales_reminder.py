from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..work_time.sales_work_time import DAY_START

# A reminder of the ordinary is of no use so long after the time that was agreed
USEFUL_MINUTES = 60

# What "later" means, in minutes; tomorrow is when the next working day begins
LATER = {"quarter": 15, "hour": 60}

KEPT_DAYS = 30


class SalesReminder(models.Model):
    """What a user has answered to a reminder, so that no tab and no other browser asks again.

    The reminders themselves are not stored: they follow from the plan. The web client asks for them once
    when it is loaded, and again when the bus says that the plan has changed; it sets its timers itself.
    """

    _name = "sales.reminder"
    _description = "Answered Reminder"
    _sales_guard_path = "activity_id"
    _rec_name = "key"

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    activity_id = fields.Many2one("mail.activity", readonly=True, index="btree_not_null", ondelete="cascade")
    key = fields.Char(
        required=True, readonly=True, help="What it reminded of, and for when: moved, it reminds again."
    )
    remind_at = fields.Datetime("Again at", readonly=True, help="Empty: answered, not again.")

    _user_key_uniq = models.UniqueIndex("(user_id, key)")

    # ------------------------------------------------------
    # What to remind of
    # ------------------------------------------------------

    @api.model
    def get_reminders(self):
        """What the current user is to be reminded of until tomorrow evening, where he is.

        :return: dict ``reminders``: list of dict ``key``, ``activity_id``, ``urgent``, ``at`` (UTC, when to
            remind) and what to show: ``moment`` (UTC, the exact time, or False), ``again`` (it was put off),
            ``client``, ``client_id``, ``title``;
            ``digest``: see :meth:`_get_digest`; ``timezone``
        """
        user = self.env.user.sudo()  # sudo: his own time zone and calendar
        today = user._sales_today()
        start = user._sales_workday_start(today)
        found = [
            self._prepare_reminder(activity, *self._get_moments(activity, user, today, start))
            for activity in self._activities(user, today)
        ]
        digest_key = f"digest:{today}"
        answers = self._get_answers(user, [digest_key, *(reminder["key"] for reminder in found)])
        reminders = [
            {**reminder, "at": fields.Datetime.to_string(at), "again": bool(answers.get(reminder["key"]))}
            for reminder in found
            if (at := self._apply_answer(reminder, answers))
        ]
        wants_digest = digest_key not in answers and start and start <= fields.Datetime.now()
        return {
            "reminders": sorted(reminders, key=lambda reminder: (reminder["at"], reminder["activity_id"])),
            "digest": wants_digest and self._get_digest(user, today),
            "timezone": user._sales_timezone().zone,
        }

    @api.model
    def _get_answers(self, user, keys):
        """:return: dict key -> when to remind again, False: never; those of ``keys`` that are answered"""
        # sudo: his own answers
        answers = self.sudo().search([("user_id", "=", user.id), ("key", "in", keys)])
        return {answer.key: answer.remind_at for answer in answers}

    @api.model
    def _apply_answer(self, reminder, answers):
        """:return: when to remind, False: not at all or not any more"""
        at = answers.get(reminder["key"], reminder["at"])
        if not at or reminder["urgent"]:
            return at
        wanted = max(at, fields.Datetime.to_datetime(reminder["moment"]) or at)
        return at if wanted + timedelta(minutes=USEFUL_MINUTES) >= fields.Datetime.now() else False

    @api.model
    def _users_of_plan(self, user):
        """:return: the user and those whom he stands in for today"""
        covered = self.env["sales.access.rule"]._covered_ids(user, self.env["sales.access.rule"]._today(user))
        return [user.id, *covered]

    @api.model
    def _activities(self, user, today):
        """:return: open activities that are urgent or have an exact time, up to tomorrow"""
        return self.env["mail.activity"].search(
            Domain("user_id", "in", self._users_of_plan(user))
            & Domain("date_deadline", "<=", today + timedelta(days=1))
            & (Domain("priority", "=", "1") | Domain("datetime_planned", "!=", False)),
            limit=200,
        )

    @api.model
    def _get_moments(self, activity, user, today, start):
        """:return: the exact time or False; when to remind, False: not unless it was put off"""
        urgent = activity.priority == "1"
        # sudo: the day of an activity is its assignee's, also for who stands in for him
        moment = activity._get_exact_time(activity.sudo().user_id or user)
        if moment and activity.date_deadline >= today:
            minutes = user.sales_reminder_minutes
            return moment, moment - timedelta(minutes=minutes) if minutes or urgent else False
        if not urgent or activity.date_deadline > today:
            return moment, False
        return False, start

    @api.model
    def _prepare_reminder(self, activity, moment, at):
        # sudo: an activity tells whom it is about; types have names only
        client, kind = activity.sudo().client_id, activity.activity_type_id.sudo()
        return {
            "key": f"{activity.id}:{moment or activity.date_deadline}",
            "activity_id": activity.id,
            "client_id": client.id,
            "urgent": activity.priority == "1",
            "at": at,
            "moment": fields.Datetime.to_string(moment) if moment else False,
            "client": client.name or activity.res_name or "",
            "title": activity.summary or kind.name or "",
        }

    # ------------------------------------------------------
    # The morning digest
    # ------------------------------------------------------

    @api.model
    def _get_digest(self, user, today):
        """:return: dict ``key``, ``total``, ``urgent``, ``carried``, ``visits`` and ``covers`` (list of dict
        ``name``, ``total``) of the day, what ``sales.digest`` adds, and ``lines`` that say all that;
            False where there is nothing
        """
        Digest = self.env["sales.digest"]
        plan, extra = self._count_plan(user, today), Digest._get_counts(user, today)
        if not plan["total"] and not plan["covers"] and not any(extra.values()):
            return False
        digest = {"key": f"digest:{today}", **plan, **extra}
        return {**digest, "lines": Digest._get_lines(digest)}

    @api.model
    def _count_plan(self, user, today):
        """:return: dict of numbers of open activities, see :meth:`_get_digest`; in one query"""
        rows = self.env["mail.activity"].search_fetch(
            [("user_id", "in", self._users_of_plan(user)), ("date_deadline", "<=", today)],
            ["user_id", "priority", "carry_count", "activity_type_id"],
        )
        own = rows.filtered(lambda activity: activity.user_id.id == user.id)
        # sudo: names of colleagues and types
        covered = (rows - own).sudo().grouped("user_id")
        return {
            "total": len(own),
            "urgent": len(own.filtered(lambda activity: activity.priority == "1")),
            "carried": len(own.filtered("carry_count")),
            "visits": len(own.sudo().filtered("activity_type_id.is_visit")),
            "covers": [{"name": absent.name, "total": len(of)} for absent, of in covered.items()],
        }

    # ------------------------------------------------------
    # Answers
    # ------------------------------------------------------

    @api.model
    def answer(self, key, later=False):
        """The current user has seen a reminder or the digest.

        :param str key: as :meth:`get_reminders` gave it
        :param later: ``quarter`` of an hour, ``hour`` or ``tomorrow``: remind again then (True: in a
            quarter); otherwise never again
        :raise UserError: there is no such reminder, or no such time
        """
        activity = self._get_activity(key)
        again = self._get_later(later) if later else None
        self._write_answer(self.env.user, key, activity, again)
        self.env["sales.reminder.push"]._take_back(self.env.user, key)
        self._tell_answer(key, again)
        return True

    @api.model
    def _get_later(self, later):
        """:return: the moment at which to remind again, in UTC"""
        if later == "tomorrow":
            user = self.env.user.sudo()  # sudo: his own time zone and calendar
            day = user._sales_next_workday()
            return user._sales_workday_start(day) or user._sales_moment(day, DAY_START)
        minutes = LATER.get("quarter" if later is True else later)
        if not minutes:
            raise UserError(self.env._("A reminder comes again in 15 minutes, in an hour or tomorrow."))
        return fields.Datetime.now() + timedelta(minutes=minutes)

    @api.model
    def _get_activity(self, key):
        """:return: the activity that a key is about, empty for a digest"""
        kind, separator, _moment = str(key).partition(":")
        Activity = self.env["mail.activity"].with_context(active_test=False)
        if separator and len(key) < 64 and kind == "digest":
            return Activity
        activity = Activity.browse(int(kind) if kind.isdigit() and len(kind) < 10 else 0).exists()
        if not activity or len(key) >= 64:
            raise UserError(self.env._("This reminder isn't there any more."))
        activity.check_access("read")
        return activity

    @api.model
    def _write_answer(self, user, key, activity=None, remind_at=None):
        """Two browsers may answer at once: the later one counts.

        :return: whether it is the first answer
        """
        [(first,)] = self.env.execute_query(
            SQL(
                """
                INSERT INTO sales_reminder (user_id, key, activity_id, remind_at, create_uid, create_date,
                                            write_uid, write_date)
                VALUES (%(user)s, %(key)s, %(activity)s, %(remind_at)s, %(user)s, %(now)s, %(user)s, %(now)s)
                ON CONFLICT (user_id, key) DO UPDATE
                   SET remind_at = EXCLUDED.remind_at, write_date = EXCLUDED.write_date
                RETURNING xmax = 0
                """,
                user=user.id,
                key=key,
                activity=(activity and activity.id) or None,
                remind_at=remind_at,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        return first

    @api.autovacuum
    def _gc_answers(self):
        old = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        # sudo: the server tidies up after everybody
        self.sudo().search([("create_date", "<", old)], limit=10000).unlink()

    # ------------------------------------------------------
    # The bus
    # ------------------------------------------------------

    @api.model
    def _tell_answer(self, key, again):
        """The other tabs and browsers of the user do as this one; none of them has to ask the server."""
        at = fields.Datetime.to_string(again) if again else False
        self.env.user._bus_send("sales_crm.reminders", {"answered": key, "at": at})

    @api.model
    def _plan_changed_for(self, users):
        if users:
            self._plan_changed(users)

    @api.model
    def _plan_changed(self, users):
        """Tell the browsers of these users, and of those who stand in for them, to ask again."""
        Access = self.env["sales.access.rule"].sudo()  # sudo: who stands in for whom
        covers = Access.search([("is_cover", "=", True), ("manager_ids", "in", users.ids)])
        in_force = covers and covers.filtered_domain(self._in_force_domain())
        for user in (users | in_force.user_ids).sudo():
            user._bus_send("sales_crm.reminders", {})

    @api.model
    def _in_force_domain(self):
        """:return: Domain of the access rules whose dates include today"""
        today = self.env["sales.access.rule"]._today(self.env.user)
        return (Domain("date_from", "=", False) | Domain("date_from", "<=", today)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", today)
        )
