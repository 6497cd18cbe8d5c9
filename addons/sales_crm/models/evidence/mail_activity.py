from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_datetime, html2plaintext, sql

from ...tools.columns import add_column
from ...tools.server_only import SERVER_ONLY

UNOFFERED = {"searchable", "sortable", "groupable", "exportable"}


class MailActivity(models.Model):
    """What was ever a client's, stood in a frozen plan or was carried over is never deleted.

    It ends as cancelled instead, by whatever route it was to be deleted, and whatever it hangs on by then:
    who clears the customer of a deal, or moves an activity elsewhere, does not make it nobody's.

    What is closed stays as it was: only an undo, which leaves a trace, changes work afterwards.

    Whoever closed it may correct its text and outcome on the same day; that leaves a trace as well.
    """

    _inherit = "mail.activity"

    is_evidence = fields.Boolean(
        "Was a Client's",
        compute="_compute_is_evidence",
        store=True,
        precompute=True,
        copy=False,
        help="It was planned with a client at some time, so it is cancelled, but never deleted.",
    )

    active = fields.Boolean(copy=False)
    may_reopen = fields.Boolean(compute="_compute_may_reopen", export_string_translation=False)

    def _auto_init(self):
        """Activities of earlier versions get it in one statement, not one by one."""
        if sql.column_exists(self.env.cr, self._table, "client_id"):
            add_column(
                self.env.cr,
                self._table,
                "is_evidence",
                "bool",
                lambda: SQL("UPDATE mail_activity SET is_evidence = TRUE WHERE client_id IS NOT NULL"),
            )
        return super()._auto_init()

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """What only the server asks is not offered to filter, group or export by."""
        fields_of = super().fields_get(allfields, attributes)
        of_server = fields_of.get("is_evidence", {})
        of_server.update(dict.fromkeys(UNOFFERED & of_server.keys(), False))
        return fields_of

    @api.model
    def _planned_columns(self):
        return {**super()._planned_columns(), "is_evidence": SQL("TRUE")}

    @api.depends("client_id")
    def _compute_is_evidence(self):
        """Once set, it stays."""
        for activity in self:
            activity.is_evidence = activity.is_evidence or bool(activity.client_id)

    def _evidence(self):
        """:return: those of these that are never deleted"""
        if self.env.su and self.env.context.get("sales_taken_back") is SERVER_ONLY:
            return self.browse()  # an import is undone: nobody has seen them in a plan or worked with them
        # sudo: what is kept does not depend on who deletes
        activities_sudo = self.sudo()
        kept = activities_sudo.filtered(lambda a: a.is_evidence or a.client_id or a.carry_count)
        if kept == activities_sudo:
            return self
        for model in ("sales.plan.line", "sales.carry.log"):
            told = activities_sudo.env[model]._read_group(
                [("activity_id", "in", (activities_sudo - kept).ids)], ["activity_id"]
            )
            kept = kept.union(*(activity for (activity,) in told))
        return (activities_sudo & kept).sudo(self.env.su)

    # ------------------------------------------------------
    # Closing without losing
    # ------------------------------------------------------

    def action_cancel(self):
        """Core's Cancel deletes. What is kept is cancelled with a reason instead.

        :return: the dialog that asks for the reason, where one is needed
        """
        kept = self._evidence().filtered("active")
        super(MailActivity, self - kept).action_cancel()
        if kept:
            return {
                **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_activity_cancel_action"),
                "context": {"default_activity_ids": kept.ids},
            }
        return False

    def unlink(self):
        """Evidence is kept: what is open of it ends as cancelled.

        Core deletes activities in many places (a user is archived, a meeting or order is
        cancelled, the chatter's cross, a cleaning job …); all of them come through here.
        """
        kept = self._evidence()
        if kept:
            kept.check_access("unlink")
            if not (self.env.su and self.env.context.get("sales_crm_cleaning")):
                kept._close_as_cancelled(self.env._("Deleted by %s", self.env.user.name))
        return super(MailActivity, self - kept).unlink()

    @api.autovacuum
    def _gc_delete_old_overdue_activities(self):
        """Core's cleaning of long overdue activities passes by what is kept."""
        return super(
            MailActivity, self.with_context(sales_crm_cleaning=True)
        )._gc_delete_old_overdue_activities()

    def _keep_without_document(self):
        """The document is about to be deleted: what belongs to a client moves to his card, other evidence
        is about nothing from now on.
        """
        evidence = self._evidence()
        of_clients = evidence.filtered("client_id")
        model = self.env["ir.model"]._get_id("res.partner")
        for client, activities in of_clients.grouped("client_id").items():
            moved = activities.filtered(lambda a, c=client: (a.res_model, a.res_id) != ("res.partner", c.id))
            moved._close_without_document()
            moved.write({"res_model_id": model, "res_id": client.id})
        others = evidence - of_clients
        others._close_without_document()
        # An activity of nobody has to be about something
        others.filtered("user_id").write({"res_model_id": False, "res_id": False})

    def _close_without_document(self):
        for document, activities in self.grouped("res_name").items():
            activities._close_as_cancelled(self.env._("%s was deleted", document or ""))

    @api.model
    def _plan_fields(self):
        return super()._plan_fields() | {"calendar_event_id"}

    @api.model
    def _sales_server_fields(self):
        return super()._sales_server_fields() | {"date_done"}

    @api.model
    def _correctable_fields(self):
        """:return: fields that whoever closed the activity may correct on the same day"""
        return {"feedback", "note", "outcome_id", "summary"}

    # ------------------------------------------------------
    # Never created closed
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_not_closed_at_once()
        return activities

    def _check_not_closed_at_once(self):
        """:raise UserError: work with a client that is closed without ever having been open"""
        if self.env.su:
            return
        # sudo: whether it is a client's does not depend on who asks
        closed = self.sudo().filtered(lambda activity: not activity.active and activity.client_id)
        if closed:
            raise UserError(
                self.env._(
                    "“%s” would be closed without ever having been planned. Plan it, then mark it done.",
                    closed[0].display_name,
                )
            )

    # ------------------------------------------------------
    # After closing
    # ------------------------------------------------------

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        # sudo: what was closed before, whoever writes
        closed = self.sudo().filtered(lambda activity: not activity.active)
        kept = closed._evidence()
        kept._check_closed(vals)
        names = sorted(self._correctable_fields() & vals.keys())
        before = {activity: activity._texts(names) for activity in kept} if names else {}
        res = super().write(vals)
        (closed - kept).filtered(lambda a: not a.active).sudo(False)._check_not_closed_at_once()
        self._log_corrections(before, names)
        return res

    def _check_closed(self, vals):
        """:raise UserError: these are closed, and ``vals`` would open or rewrite them"""
        if not self:
            return
        if vals.get("active"):
            raise UserError(
                self.env._(
                    "“%s” is closed. Press “Undo Closing” to open it again: the history keeps that it was "
                    "closed.",
                    self[0].display_name,
                )
            )
        if self._correctable_fields() & vals.keys():
            # sudo: the user's own time zone
            today = self._local(fields.Datetime.now(), self.env.user.sudo()).date()
            for activity in self:
                closer = activity.done_user_id
                if closer != self.env.user or self._closed_day(activity) != today:
                    raise UserError(
                        self.env._(
                            "“%s” is closed. Its text and outcome can be corrected by whoever closed it, "
                            "on the same day. Plan a new activity, or leave a note with the client.",
                            activity.display_name,
                        )
                    )

    @api.model
    def _closed_day(self, activity):
        moment = activity.datetime_done
        return moment and self._local(moment, activity.done_user_id).date()

    def _texts(self, names):
        """:return: dict of what these fields say, as text"""
        self.ensure_one()
        texts = {}
        for name in names:
            value = self[name]
            if self._fields[name].type == "html":
                value = html2plaintext(value or "")
            elif self._fields[name].relational:
                value = value.display_name
            texts[name] = value or ""
        return texts

    @api.model
    def _log_corrections(self, before, names):
        """:param dict before: closed activity (sudo-ed) -> its texts; what was empty isn't rewritten"""
        vals_list, env = [], self._trace_env()
        for activity, texts in before.items():
            now = activity._texts(names)
            rewritten = [name for name in names if texts[name] and texts[name] != now[name]]
            labels = {name: self._fields[name]._description_string(env) for name in rewritten}
            if rewritten:
                vals_list.append(
                    {
                        **activity._prepare_change("corrected"),
                        "text_from": "\n".join(f"{labels[name]}: {texts[name]}" for name in rewritten),
                        "text_to": "\n".join(f"{labels[name]}: {now[name]}" for name in rewritten),
                    }
                )
        if vals_list:
            self.env["sales.activity.change"]._log(vals_list)

    @api.model
    def _trace_env(self):
        """:return: environment in whose language and time zone the trace is written: a program that calls may
        have told neither
        """
        user = self.env.user.sudo()  # sudo: his own language
        return self.with_context(lang=self.env.lang or user.lang, tz=user._sales_timezone().zone).env

    def _prepare_change(self, kind):
        """:return: values of a row of the trace about this activity"""
        self.ensure_one()
        return {
            "kind": kind,
            "activity_id": self.id,
            "activity_name": self.display_name,
            "client_id": self.client_id.id,
            "user_id": (self.done_user_id or self.user_id).id,
            "date_from": self.date_deadline,
            "date_to": self.date_deadline,
        }

    # ------------------------------------------------------
    # Undo
    # ------------------------------------------------------

    @api.depends("active", "client_id", "done_user_id")
    @api.depends_context("uid")
    def _compute_may_reopen(self):
        is_head = self.env.user.has_group("sales_crm.group_head")
        for activity in self:
            # sudo: that it is a client's, whom who closed it may not see any more, is no secret
            is_closed = not activity.active and bool(activity.sudo().client_id)
            activity.may_reopen = is_closed and (is_head or activity.done_user_id == self.env.user)

    def action_unarchive(self):
        if self.env.su:
            return super().action_unarchive()
        # sudo: what is kept and closed does not depend on who asks
        closed = self.sudo().filtered(lambda activity: not activity.active)._evidence()
        if closed:
            closed.sudo(False).action_sales_reopen()
        return super(MailActivity, self - closed.sudo(False)).action_unarchive()

    def action_sales_reopen(self):
        """Undo: open closed activities again. The trace and the client's history say who did it.

        :raise AccessError: somebody else closed it, and the user is no head of sales
        """
        self.check_access("write")
        # sudo: the server writes how an activity ended; the access is checked above
        closed = self.sudo().filtered(lambda activity: not activity.active)
        is_head = self.env.user.has_group("sales_crm.group_head")
        foreign = closed.filtered(lambda activity: activity.done_user_id != self.env.user)
        if foreign and not (is_head or self.env.su):
            raise AccessError(
                self.env._(
                    "“%(activity)s” was closed by %(user)s. Ask him, or the head of sales, to open it again.",
                    activity=foreign[0].display_name,
                    user=foreign[0].done_user_id.name or "",
                )
            )
        env = self._trace_env()
        states = dict(self._fields["activity_state_final"]._description_selection(env))
        vals_list = [
            {
                **activity._prepare_change("reopened"),
                "text_from": " ".join(
                    [
                        states.get(activity.activity_state_final, ""),
                        format_datetime(env, activity.datetime_done, dt_format="short"),
                    ]
                ),
            }
            for activity in closed._evidence()
        ]
        closed.write({"active": True})
        if vals_list:
            self.env["sales.activity.change"]._log(vals_list)
        for client, activities in closed.filtered("client_id").grouped("client_id").items():
            names = ", ".join(activities.mapped("display_name"))
            client._message_log(body=self.env._("Opened again after it was closed: %s", names))
        return True
