from datetime import time

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

BULK_BATCH = 1000  # activities in one write


class MailActivity(models.Model):
    """Many activities at once: to somebody else, to another day, cancelled.

    Each method does all or nothing, tells every person concerned once, and says how many it left
    as they were: the closed ones, and those that are as they should be already. The first due date
    never changes, and a cancelled activity stays with its reason.

    Thousands of activities at once, on clients' cards, without a notification each.
    """

    _inherit = "mail.activity"

    cadence_id = fields.Many2one(
        "sales.cadence",
        "Regular Work",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The activity is an occurrence of this regular work.",
    )

    _cadence_idx = models.Index("(cadence_id, client_id) WHERE active IS TRUE AND cadence_id IS NOT NULL")
    _cadence_any_idx = models.Index("(cadence_id) WHERE cadence_id IS NOT NULL")

    def sales_bulk_reassign(self, user_id):
        """Give open activities to another manager.

        :param int user_id: the manager who gets them
        :return: dict ``done`` and ``skipped``: how many were given, and how many were closed or his already
        :raise AccessError: the user is no head of sales, or may not change one of the activities
        :raise UserError: the receiver does not work in the sales department
        """
        receiver = self._bulk_receiver(user_id)
        found = self.exists()
        # sudo: which of them are concerned does not depend on who asks; access is checked below
        given = found.sudo().filtered(lambda a: a.active and a.user_id != receiver).sudo(self.env.su)
        given = given._bulk_allowed()
        givers = given.sudo().grouped("user_id")
        given._bulk_write({"user_id": receiver.id})
        if not self.env.su:
            given.sudo(False)._note_hidden_from_assignee()
        given._bulk_tell_received(receiver)
        for giver, activities in givers.items():
            activities._bulk_tell_given(giver, receiver)
        return {"done": len(given), "skipped": len(self) - len(given)}

    def sales_bulk_move(self, date, hour=False):
        """Move open activities to another day; one with an exact time keeps its hour.

        :param date: the new due date, as a date or a string
        :param str hour: like ``14:30``, the exact time of each, where its manager is
        :return: dict ``done`` and ``skipped``: how many were moved, and how many were closed, on that
            day already, or tied to a meeting, which is moved in the calendar
        :raise AccessError: a manager moves somebody else's activities
        :raise UserError: no date, or one in the past
        """
        date = fields.Date.to_date(date)
        if not date:
            raise UserError(self.env._("Choose the day to move the activities to."))
        at = self._bulk_hour(hour)
        found = self.exists()
        found._check_bulk_own()
        # sudo: as in reassigning
        moved = (
            found.sudo()
            .filtered(lambda a: a.active and (at or a.date_deadline != date) and not a.calendar_event_id)
            .sudo(self.env.su)
        )
        moved = moved._bulk_allowed()
        by_move = {}
        for activity in moved:
            # sudo: the manager's time zone and calendar
            user = (activity.user_id or self.env.user).sudo()
            exact_time = user._sales_moment(date, at) if at else None
            values = activity._prepare_move(user, date, exact_time)
            by_move.setdefault(values["datetime_planned"], []).append(activity.id)
        for exact_time, ids in by_move.items():
            values = {"date_deadline": date}
            if exact_time or any(moved.browse(ids).mapped("datetime_planned")):
                values["datetime_planned"] = exact_time
            moved.browse(ids)._bulk_write(values)
        for user, activities in moved.sudo().grouped("user_id").items():
            activities._bulk_tell_moved(user, date)
        return {"done": len(moved), "skipped": len(self) - len(moved)}

    @api.model
    def _bulk_hour(self, hour):
        """:return: the time of ``hour``, None without one
        :raise UserError: it is none
        """
        try:
            return time.fromisoformat(hour) if hour else None
        except (TypeError, ValueError):
            raise UserError(self.env._("There is no such time of the day: %s.", hour)) from None

    def sales_bulk_cancel(self, reason):
        """Cancel open activities; they stay in the clients' history with the reason.

        :param str reason: why, in the user's words
        :return: dict ``done`` and ``skipped``: how many were cancelled, and how many were closed already
        :raise AccessError: a manager cancels somebody else's activities
        :raise UserError: without a reason
        """
        reason = (reason or "").strip()
        found = self.exists()
        found._check_bulk_own()
        # sudo: as in reassigning
        opened = found.sudo().filtered("active").sudo(self.env.su)
        opened._bulk_allowed().action_cancel_with_reason(reason)
        for user, activities in opened.sudo().grouped("user_id").items():
            activities._bulk_tell_cancelled(user, reason)
        return {"done": len(opened), "skipped": len(self) - len(opened)}

    def action_sales_bulk(self, operation, user_id=False):
        """:param str operation: ``reassign``, ``move`` or ``cancel``
        :param int user_id: the manager to whom they are given, if he is chosen already
        :return: the dialog for these activities
        """
        context = {"default_activity_ids": self.ids, "default_operation": operation}
        if user_id:
            context["default_user_id"] = user_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_activity_bulk_action"),
            "context": context,
        }

    def sales_bulk_hidden(self, user_id):
        """:param int user_id: the manager who is to get these activities
        :return: how many of their clients he may not see
        :raise AccessError, UserError: see :meth:`sales_bulk_reassign`
        """
        receiver = self._bulk_receiver(user_id)
        # sudo: how many are hidden from the receiver is asked, not which
        clients = self.exists()._bulk_allowed().sudo().client_id
        return len(self.env["sales.access.rule"]._hidden_from(receiver, clients))

    # ------------------------------------------------------
    # Who may
    # ------------------------------------------------------

    @api.model
    def _bulk_receiver(self, user_id):
        """:return: the manager who gets the activities
        :raise AccessError, UserError: see :meth:`sales_bulk_reassign`
        """
        if not (self.env.su or self.env.user.has_group("sales_crm.group_head")):
            raise AccessError(self.env._("Only a head of sales may give activities to somebody else."))
        receiver = self.env["res.users"].browse(user_id).exists()
        # sudo: who is in the group is no secret, the groups themselves are
        if receiver not in self.env["sales.morning"].sudo()._managers():
            raise UserError(
                self.env._(
                    "%s does not work in the sales department. Choose a manager.",
                    receiver.sudo().name or self.env._("This user"),
                )
            )
        return receiver

    def _check_bulk_own(self):
        """:raise AccessError: some are neither the user's own nor of somebody whom he stands in for"""
        if self.env.su or self.env.user.has_group("sales_crm.group_head"):
            return
        Access = self.env["sales.access.rule"]
        own = {self.env.uid, *Access._covered_ids(self.env.user, Access._today(self.env.user))}
        # sudo: whose they are is asked for the refusal only
        if self.sudo().filtered(lambda activity: activity.user_id.id not in own):
            raise AccessError(
                self.env._(
                    "You may move and cancel your own activities only. Ask the head of sales for the others."
                )
            )

    def _bulk_allowed(self):
        """A head plans the work with every client whom he sees, also where it hangs on a document, like an
        invoice, that he may not change.

        :return: these activities, ready to be written
        :raise AccessError: some may not be changed
        """
        if self.env.su or not self.env.user.has_group("sales_crm.group_head"):
            self.check_access("write")
            return self
        # sudo: which are clients' is asked for the check only
        of_clients = self.sudo().filtered("client_id").sudo(False)
        of_clients.check_access("read")
        (self - of_clients).check_access("write")
        # sudo: the access was checked above
        return self.sudo()

    # ------------------------------------------------------
    # The work
    # ------------------------------------------------------

    def _bulk_write(self, values):
        """Write without a notification for each of them."""
        for start in range(0, len(self), BULK_BATCH):
            batch = self[start : start + BULK_BATCH]
            batch.with_context(mail_activity_quick_update=True)._write_by_hand(values)

    # ------------------------------------------------------
    # One message for each person
    # ------------------------------------------------------

    def _bulk_tell_received(self, receiver):
        def text(env, count):
            return env._("%(head)s has given you %(count)s activities", head=env.user.name, count=count)

        self._bulk_tell(receiver, text)

    def _bulk_tell_given(self, giver, receiver):
        def text(env, count):
            return env._(
                "%(head)s has given %(count)s of your activities to %(receiver)s",
                head=env.user.name,
                count=count,
                # sudo: the name of a colleague is no secret
                receiver=receiver.sudo().name,
            )

        self._bulk_tell(giver, text)

    def _bulk_tell_moved(self, user, date):
        def text(env, count):
            return env._(
                "%(head)s has moved %(count)s of your activities to %(date)s",
                head=env.user.name,
                count=count,
                date=format_date(env, date),
            )

        self._bulk_tell(user, text)

    def _bulk_tell_cancelled(self, user, reason):
        def text(env, count):
            return env._(
                "%(head)s has cancelled %(count)s of your activities", head=env.user.name, count=count
            )

        self._bulk_tell(user, text, reason)

    def _bulk_tell(self, user, text, note=False):
        """One message to ``user`` with the first of these activities; nobody is told what he did himself.

        :param text: function of (environment in the user's language, number) -> subject
        """
        if not self or not user or user == self.env.user:
            return
        # sudo: the reader's language; what he is told of are his activities
        user = user.sudo()
        activities = self.sudo().with_context(lang=user.lang or self.env.lang)
        activities.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=text(activities.env, len(activities)),
            body=Markup("%s%s") % (Markup("<p>%s</p>") % note if note else "", activities._bulk_list()),
        )

    def _bulk_list(self):
        """:return: Markup of the list for a message, the first twenty by name"""
        return self._carried_again_body()

    @api.model
    def _planned_columns(self):
        """What a planned activity is made of; a module with a column that the server fills adds it here.

        :return: dict column -> SQL over ``plan`` (id, client_id, user_id, day, moment, activity_type_id,
            summary, note, priority, cadence_id), ``client`` and ``person``, the partner of the user
        """
        now, uid = fields.Datetime.now(), self.env.uid
        columns = {
            "id": SQL("plan.id"),
            "res_model": SQL("%s", "res.partner"),
            "res_model_id": SQL("%s", self.env["ir.model"]._get_id("res.partner")),
            "res_id": SQL("client.id"),
            "res_name": SQL("client.complete_name"),
            "client_id": SQL("client.id"),
            "user_id": SQL("plan.user_id"),
            "user_tz": SQL("person.tz"),
            "date_deadline": SQL("plan.day"),
            "date_planned": SQL("plan.day"),
            "datetime_planned": SQL("plan.moment"),
            "activity_type_id": SQL("plan.activity_type_id"),
            "summary": SQL("plan.summary"),
            "note": SQL("plan.note"),
            "priority": SQL("plan.priority"),
            "cadence_id": SQL("plan.cadence_id"),
            "carry_count": SQL("0"),
            "automated": SQL("TRUE"),
            "active": SQL("TRUE"),
            "create_uid": SQL("%s", uid),
            "create_date": SQL("%s::timestamp", now),
            "write_uid": SQL("%s", uid),
            "write_date": SQL("%s::timestamp", now),
        }
        return {**self._planned_defaults(columns), **columns}

    @api.model
    def _planned_defaults(self, columns):
        """:return: dict column -> SQL of the defaults of what ``columns`` leaves out"""
        names = [
            name
            for name, field in self._fields.items()
            if field.store
            and field.column_type
            and not field.company_dependent
            and not field.compute
            and not field.related
            and name != "id"
            and name not in columns
        ]
        # sudo: the defaults are those of the server's own work
        defaults = self.sudo().default_get(names)
        return {
            name: SQL("%s", self._fields[name].convert_to_column_insert(value, self.sudo()))
            for name, value in defaults.items()
            if value
        }

    @api.model
    def _insert_planned_sql(self, source):
        """The ids come with the rows: finding the new rows again costs a join that nobody can estimate.

        :param source: SQL of a FROM item named ``plan``, one row for each activity
        :return: SQL of an INSERT that returns ``client_id`` and ``date_deadline``; the caller also
            brings the clients' next steps up to date, see :meth:`_planned_next_steps_sql`
        """
        columns = self._planned_columns()
        return SQL(
            """
            INSERT INTO mail_activity (%(names)s)
            SELECT %(values)s
              FROM %(source)s
              JOIN res_partner client ON client.id = plan.client_id
              JOIN res_users manager ON manager.id = plan.user_id
              JOIN res_partner person ON person.id = manager.partner_id
            RETURNING client_id, date_deadline
            """,
            names=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(columns.values()),
            source=source,
        )

    @api.model
    def _planned_next_steps_sql(self, created):
        """:param created: SQL of a FROM item with ``client_id`` and ``date_deadline`` of new activities
        :return: SQL of the UPDATE of the clients' next steps
        """
        return SQL(
            """
            UPDATE res_partner client SET next_step_date = first_new.day
              FROM (SELECT client_id, MIN(date_deadline) AS day FROM %s GROUP BY client_id) first_new
             WHERE client.id = first_new.client_id
               AND (client.next_step_date IS NULL OR client.next_step_date > first_new.day)
            """,
            created,
        )
