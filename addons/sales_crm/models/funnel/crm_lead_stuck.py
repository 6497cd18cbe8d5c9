from odoo import api, fields, models
from odoo.tools import SQL

STUCK_TYPE = "sales_crm.mail_activity_type_stuck"


class CrmLead(models.Model):
    """Deals that nobody moves, contacts or comments on for longer than their stage allows."""

    _inherit = "crm.lead"

    is_stuck = fields.Boolean(
        "Stuck",
        readonly=True,
        copy=False,
        help="Longer on its stage than the stage allows, without a move, a contact or a comment.",
    )
    stuck_since = fields.Date(readonly=True, copy=False)

    _stuck_idx = models.Index("(user_id) WHERE is_stuck IS TRUE")
    _stage_pending_idx = models.Index(
        "(stage_id, date_last_stage_update) WHERE active IS TRUE AND won_status = 'pending'"
    )

    _stuck_batch = 1000  # deals in one transaction

    # ------------------------------------------------------
    # Signs of life
    # ------------------------------------------------------

    def write(self, vals):
        res = super().write(vals)
        if {"stage_id", "active"} & vals.keys():
            self._show_alive()
        return res

    def _message_post_after_hook(self, message, msg_vals):
        res = super()._message_post_after_hook(message, msg_vals)
        if message.mail_activity_type_id or message.message_type in self._stuck_contact_messages():
            self._show_alive()
        return res

    @api.model
    def _stuck_contact_messages(self):
        """:return: kinds of messages that say that somebody works on the deal"""
        return ["comment", "email", "email_outgoing", "sms", "whatsapp_message"]

    def _show_alive(self):
        # sudo: the mark is the server's, whoever moves the deal or comments on it
        stuck = self.sudo().filtered("is_stuck")
        if stuck:
            stuck.write({"is_stuck": False, "stuck_since": False})

    # ------------------------------------------------------
    # The daily run
    # ------------------------------------------------------

    @api.model
    def _cron_mark_stuck(self):
        """Cron. Mark the deals that are stuck now and give each one activity; free the others.

        A second run on the same day finds nothing to do; a kill loses one batch at most.
        """
        self.env.flush_all()
        step = self.env["sales.batch.step"]
        limits = self._stuck_limits()
        step._retry(self._free_revived, limits)
        # how many are left nobody counts; core goes on at once as long as there are any
        marked, time_left = True, step._commit(0, 1)
        while marked and time_left:
            marked = step._retry(self._mark_batch, limits)
            time_left = step._commit(marked, 1 if marked else 0)

    @api.model
    def _stuck_limits(self):
        """Since when a deal must have been quiet to be stuck.

        :return: list of (whose days, number of working days, moment in UTC): the id of a manager, or of a
            company with a minus sign, for its deals without one
        """
        days = sorted(set(self.env["crm.stage"].search([("max_days", ">", 0)]).mapped("max_days")))
        if not days:
            return []
        managers = self.with_context(active_test=False)._read_group(
            [("active", "=", True), ("won_status", "=", "pending"), ("user_id", "!=", False)], ["user_id"]
        )
        # sudo: calendars and leaves of all managers
        users = self.env["res.users"].sudo().union(*(user for (user,) in managers))
        companies = self.env["res.company"].sudo().search([("active", "in", [True, False])])
        known = {user.id: moments for user, moments in users._sales_workdays_back(max(days)).items()}
        for company, moments in companies._sales_workdays_back(max(days)).items():
            known[-company.id] = moments
        return [
            (owner, number, moments[number])
            for owner, moments in known.items()
            for number in days
            if len(moments) > number
        ]

    @api.model
    def _stuck_sql(self, limits):
        """:return: SQL of the ids of all deals that are stuck, by ``limits``"""
        return SQL(
            """
            SELECT lead.id
              FROM unnest(%(owners)s::int[], %(days)s::int[], %(moments)s::timestamp[])
                   AS quiet(owner, days, since)
              JOIN crm_stage stage ON stage.max_days = quiet.days
              JOIN crm_lead lead ON lead.stage_id = stage.id
               AND COALESCE(lead.user_id, -COALESCE(lead.company_id, %(main)s)) = quiet.owner
             WHERE lead.active IS TRUE AND lead.won_status = 'pending' AND lead.type = 'opportunity'
               AND lead.date_last_stage_update < quiet.since
               AND NOT EXISTS (
                   SELECT FROM mail_message message
                    WHERE message.model = 'crm.lead' AND message.res_id = lead.id
                      AND message.date >= quiet.since
                      AND (message.mail_activity_type_id IS NOT NULL
                           OR message.message_type = ANY(%(contacts)s)))
               AND NOT EXISTS (
                   SELECT FROM mail_activity activity
                    WHERE activity.res_model = 'crm.lead' AND activity.res_id = lead.id
                      AND activity.activity_state_final = 'done'
                      AND activity.datetime_done >= quiet.since)
               AND NOT EXISTS (
                   SELECT FROM mail_activity contact
                     JOIN res_partner person ON person.id = lead.partner_id
                    WHERE contact.client_id = person.client_id AND contact.res_model = 'res.partner'
                      AND contact.activity_state_final = 'done'
                      AND contact.datetime_done >= quiet.since)
            """,
            owners=[owner for owner, _days, _moment in limits],
            main=self.env.ref("base.main_company").id,
            days=[days for _user, days, _moment in limits],
            moments=[moment for _user, _days, moment in limits],
            contacts=self._stuck_contact_messages(),
        )

    @api.model
    def _free_revived(self, limits):
        """Deals that aren't stuck any more, or whose stage has another limit now, lose the mark."""
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead SET is_stuck = FALSE, stuck_since = NULL
                 WHERE is_stuck IS TRUE AND id NOT IN (%s)
                RETURNING id
                """,
                self._stuck_sql(limits),
            )
        )
        self.invalidate_model(["is_stuck", "stuck_since"], flush=False)

    @api.model
    def _query_stuck(self, limits):
        """:return: a batch of the deals that are stuck and not marked yet"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM crm_lead
                 WHERE is_stuck IS NOT TRUE AND id IN (%s)
                 ORDER BY id LIMIT %s
                """,
                self._stuck_sql(limits),
                self._stuck_batch,
            )
        )
        return self.browse([lead for (lead,) in rows])

    @api.model
    def _mark_batch(self, limits):
        """:return: how many deals were marked, 0 at the end"""
        stuck = self._query_stuck(limits)
        if stuck:
            stuck._mark_stuck()
        return len(stuck)

    def _mark_stuck(self):
        """Mark these deals, and give each of them one activity, if it has none of this kind open."""
        kind = self.env.ref(STUCK_TYPE)
        opened = self.env["mail.activity"].search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("activity_type_id", "=", kind.id)]
        )
        told = set(opened.mapped("res_id"))
        for today, leads in self.grouped(lambda lead: lead._stuck_today()).items():
            leads.write({"is_stuck": True, "stuck_since": today})
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [lead._prepare_stuck_activity(kind) for lead in self.filtered("user_id") if lead.id not in told]
        )
        self.env.flush_all()

    def _stuck_today(self):
        """:return: the day it is for the deal's manager, without one for its company"""
        return (self.user_id or self.company_id or self.env.company)._sales_today()

    def _prepare_stuck_activity(self, kind):
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": kind.id,
            "summary": self.with_context(lang=self.user_id.lang).env._(
                "Stuck on “%(stage)s”: move it on, contact the client or close it",
                stage=self.with_context(lang=self.user_id.lang).stage_id.name,
            ),
            "user_id": self.user_id.id,
            "date_deadline": self.user_id._sales_today(),
            "automated": True,
        }
