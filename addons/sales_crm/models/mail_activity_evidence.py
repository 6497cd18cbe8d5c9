from odoo import api, fields, models
from odoo.tools import SQL, sql


class MailActivity(models.Model):
    """What was ever a client's, stood in a frozen plan or was carried over is never deleted.

    It ends as cancelled instead, by whatever route it was to be deleted, and whatever it hangs on by then:
    who clears the customer of a deal, or moves an activity elsewhere, does not make it nobody's.
    """

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    is_evidence = fields.Boolean(
        "Was a Client's",
        compute="_compute_is_evidence",
        store=True,
        precompute=True,
        copy=False,
        help="It was planned with a client at some time, so it is cancelled, but never deleted.",
    )

    def _auto_init(self):
        """Activities of earlier versions get it in one statement, not one by one."""
        cr = self.env.cr
        if sql.column_exists(cr, self._table, "client_id") and not sql.column_exists(
            cr, self._table, "is_evidence"
        ):
            sql.create_column(cr, self._table, "is_evidence", "bool")
            cr.execute(SQL("UPDATE mail_activity SET is_evidence = TRUE WHERE client_id IS NOT NULL"))
        return super()._auto_init()

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


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def unlink(self):
        """Activities that are evidence outlive the document, of whatever model it is."""
        self.check_access("unlink")
        # sudo: what is kept does not depend on who deletes the document
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities = Activity.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        activities._keep_without_document()
        return super().unlink()
