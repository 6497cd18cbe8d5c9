from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MailActivity(models.Model):
    """An activity as a piece of a manager's work with a client.

    What was planned and done with a client is evidence: such an activity is never deleted. It ends
    as done or as cancelled with a reason, and the fields that tell its story are written by the
    server only.
    """

    _inherit = "mail.activity"

    _sales_guard_path = "client_id"

    client_id = fields.Many2one(
        "res.partner",
        compute="_compute_client_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The client whose card, contact, deal, order, invoice or meeting this is about.",
    )
    # An activity outlives the user and the meeting that it was tied to
    user_id = fields.Many2one(ondelete="restrict")
    calendar_event_id = fields.Many2one(ondelete="set null")
    priority = fields.Selection([("0", "Normal"), ("1", "Urgent")], required=True, default="0", index=True)
    date_planned = fields.Date(
        "First Planned For",
        compute="_compute_date_planned",
        store=True,
        precompute=True,
        copy=False,
        help="The first due date ever. It never changes, however often the activity is moved.",
    )
    carry_count = fields.Integer(
        "Times Carried Over",
        readonly=True,
        copy=False,
        help="How many times the activity was not done and moved to the next working day.",
    )
    outcome_id = fields.Many2one(
        "sales.activity.outcome",
        domain="['|', ('activity_type_ids', '=', False), ('activity_type_ids', 'in', activity_type_id)]",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    cancel_reason = fields.Char(readonly=True, copy=False)
    done_user_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False, ondelete="restrict")
    datetime_done = fields.Datetime("Closed on", readonly=True, copy=False)
    activity_state_final = fields.Selection(
        [("done", "Done"), ("cancelled", "Cancelled")],
        "Result",
        readonly=True,
        copy=False,
        help="Empty while the activity is open.",
    )
    client_phone = fields.Char(related="client_id.phone", string="Client's Phone")

    # Written as the ORM writes it: PostgreSQL does not match "active IS TRUE" to "WHERE active"
    _user_open_idx = models.Index("(user_id, date_deadline) WHERE active IS TRUE")
    _document_open_idx = models.Index("(res_model, res_id, date_deadline) WHERE active IS TRUE")
    _client_open_idx = models.Index("(client_id, date_deadline) WHERE active IS TRUE")
    _done_idx = models.Index("(date_done, user_id) WHERE active IS NOT TRUE")
    _closed_idx = models.Index("(done_user_id, datetime_done) WHERE active IS NOT TRUE")
    _client_closed_idx = models.Index("(client_id, datetime_done DESC) WHERE active IS NOT TRUE")

    plan_client_id = fields.Many2one(
        "res.partner",
        "Client to Plan For",
        store=False,
        domain=[("is_client", "=", True)],
        help="Chosen in the form of a new activity; the activity is about this client's card.",
    )

    # ------------------------------------------------------
    # The client
    # ------------------------------------------------------

    @api.depends("res_model", "res_id", "calendar_event_id")
    def _compute_client_id(self):
        """The client of the document, else the client of the meeting the activity is tied to, else the client
        whose it was: what was planned with a client stays his until it is another one's.
        """
        before = {activity: activity.client_id for activity in self._origin}
        for res_model, activities in self.grouped("res_model").items():
            clients = {}
            if res_model and res_model in self.env:
                documents = self.env[res_model].browse(set(activities.mapped("res_id"))).exists()
                clients = self._clients_of_documents(documents)
            for activity in activities:
                activity.client_id = clients.get(activity.res_id)
        for activity in self.filtered(lambda a: a.calendar_event_id and not a.client_id):
            event = activity.calendar_event_id
            activity.client_id = event._sales_clients().get(event.id)
        for activity in self.filtered(lambda a: not a.client_id):
            former = before.get(activity._origin, self.env["res.partner"])
            # Also when he is taken out of the base
            activity.client_id = former.client_id or former
        moved = [one | activity.client_id for activity, one in before.items() if activity.client_id != one]
        self.env["res.partner"].union(*moved)._recompute_contact_dates()

    @api.model
    def _clients_of_documents(self, documents):
        """:return: dict document id -> client, for documents of any model"""
        # sudo: whose document it is does not depend on who asks
        documents = documents.sudo()
        if hasattr(documents, "_sales_clients"):
            return documents._sales_clients()
        field = documents._fields.get("partner_id")
        if not field or field.comodel_name != "res.partner":
            return {}
        clients = {document.id: document.partner_id.commercial_partner_id for document in documents}
        return {res_id: client for res_id, client in clients.items() if client.is_client}

    def _recompute_clients(self):
        """Ask again whose activities these are."""
        self.env.add_to_compute(self._fields["client_id"], self)
        self._recompute_recordset(["client_id"])

    @api.model
    def _recompute_clients_of(self, partners):
        """Ask again for every activity that hangs on ``partners``, their contacts or documents."""
        if not partners:
            return
        # sudo: every activity concerned, whoever may see it
        Activity = self.sudo().with_context(active_test=False)
        family = Activity.env["res.partner"].search([("id", "child_of", partners.ids)])
        activities = Activity.search([("client_id", "in", family.ids)])
        for model in self._client_document_models():
            Document = self.env[model].sudo().with_context(active_test=False)
            documents = Document._search(Document._sales_client_domain(family))
            activities |= Activity.search([("res_model", "=", model), ("res_id", "in", documents)])
        activities._recompute_clients()

    @api.model
    def _client_document_models(self):
        """:return: names of the models whose documents belong to clients"""
        return [
            name
            for name in self.pool.descendants(["sales.client.document"], "_inherit")
            if not self.env[name]._abstract
        ]

    @api.model
    def _sales_guard_mode(self, mode):
        """Whoever may see the client may plan; core asks the document for the rest."""
        return "export" if mode == "export" else "read"

    # ------------------------------------------------------
    # The trace
    # ------------------------------------------------------

    @api.depends()
    def _compute_date_planned(self):
        for activity in self:
            activity.date_planned = activity.date_deadline

    @api.model
    def _plan_fields(self):
        """:return: fields that are part of the plan and stay as they were once it is closed"""
        return {
            "activity_type_id",
            "date_deadline",
            "datetime_planned",
            "priority",
            "res_id",
            "res_model",
            "res_model_id",
            "user_id",
        }

    def _check_trace(self, vals):
        """Refuse what would embellish the plan; what happened only the server writes, see ``base``.

        :raise UserError: the plan of an activity that is closed already
        """
        if self.env.su:
            return
        if self._plan_fields() & vals.keys():
            # sudo: whether it is closed is asked for the refusal only
            closed = self.sudo().filtered(lambda a: not a.active)._evidence()
            if closed and not vals.get("active"):
                closed.sudo(False).check_access("write")
                raise UserError(
                    self.env._(
                        "“%(activity)s” (%(client)s) is closed already: its plan can't be changed. "
                        "Plan a new activity instead.",
                        activity=closed[0].display_name,
                        client=closed[0].client_id.display_name or closed[0].res_name or "",
                    )
                )

    def write(self, vals):
        self._check_trace(vals)
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda a: a.active != bool(vals["active"]))
        res = super().write(vals)
        if "activity_state_final" not in vals:
            # sudo: access was checked by super(); only the server writes these fields
            changed.sudo().write(self._prepare_final_values("done" if not vals["active"] else False))
        return res

    def _prepare_final_values(self, state, reason=False):
        """:param state: ``done``, ``cancelled`` or False for an activity that is open again
        :return: values of the fields that tell how the activity ended
        """
        return {
            "activity_state_final": state,
            "cancel_reason": reason,
            "done_user_id": self.env.uid if state else False,
            "datetime_done": fields.Datetime.now() if state else False,
        }

    @api.model
    def _init_trace(self):
        """Activities that were done before the add-on came: core kept the day and the assignee."""
        self.env.execute_query(
            SQL(
                """
                UPDATE mail_activity
                   SET activity_state_final = 'done', done_user_id = user_id,
                       datetime_done = COALESCE(date_done, date_deadline)
                 WHERE active IS NOT TRUE AND activity_state_final IS NULL
                RETURNING id
                """
            )
        )
        self.invalidate_model(["activity_state_final", "done_user_id", "datetime_done"])

    # ------------------------------------------------------
    # Closing without losing
    # ------------------------------------------------------

    def action_cancel_with_reason(self, reason):
        """Cancel open activities; the rows stay, with the reason and who cancelled.

        :param str reason: why, in the user's words
        :raise UserError: without a reason
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why the activity is cancelled: the reason stays in the history."))
        self.check_access("write")
        self.filtered("active")._close_as_cancelled(reason)
        return True

    def _close_as_cancelled(self, reason):
        """Close the open ones among these; the caller has checked the access."""
        # sudo: only the server writes these fields
        opened = self.sudo().filtered("active")
        if opened:
            opened.write({"active": False, **opened._prepare_final_values("cancelled", reason)})

    def _carried_again_body(self):
        """:return: Markup of the message to the head, the first twenty by name"""
        rows = [
            Markup("<li>%s: %s</li>") % (activity.client_id._get_html_link(), activity.display_name)
            if activity.client_id
            else Markup("<li>%s</li>") % activity.display_name
            for activity in self[:20]
        ]
        if len(self) > 20:
            rows.append(Markup("<li>%s</li>") % self.env._("and %s more", len(self) - 20))
        return Markup("<ul>%s</ul>") % Markup("").join(rows)

    # ------------------------------------------------------
    # Done, with outcome and next step
    # ------------------------------------------------------

    def action_sales_finish(self):
        """:return: the dialog that asks for the outcome and the next step"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_activity_finish_action"),
            "context": {"default_activity_id": self.id},
        }

    def action_finish(self, outcome_id=False, feedback=False, next_step=None):
        """Finish an activity and plan what comes next, in one go.

        :param int outcome_id: a ``sales.activity.outcome``
        :param str feedback: what was agreed, in the manager's words
        :param dict next_step: values of the next activity of the same document: ``date_deadline``
            (required), ``activity_type_id``, ``summary``, ``priority``, ``datetime_planned``,
            ``user_id``
        :return: id of the next activity, False without one
        :raise UserError: the activity is closed already
        """
        self.ensure_one()
        if not self.active:
            raise UserError(self.env._("“%s” is closed already.", self.display_name))
        if outcome_id:
            self.outcome_id = outcome_id
        # First what comes next: the client is never without a next step in between
        following = self.create(self._prepare_next_step_values(next_step)) if next_step else self.browse()
        _messages, chained = self._action_done(feedback=feedback)
        return (following or chained[:1]).id

    def _prepare_next_step_values(self, next_step):
        """:param dict next_step: as in :meth:`action_finish`
        :return: values of the activity that follows this one
        """
        allowed = {
            "activity_type_id",
            "date_deadline",
            "datetime_planned",
            "priority",
            "summary",
            "user_id",
        }
        values = {name: value for name, value in next_step.items() if name in allowed}
        if not values.get("date_deadline"):
            raise UserError(self.env._("Choose the date of the next step."))
        values.setdefault("activity_type_id", self.activity_type_id.id)
        values.setdefault("user_id", self.user_id.id or self.env.uid)
        return {
            **values,
            "res_model_id": self.res_model_id.id,
            "res_id": self.res_id,
            "previous_activity_type_id": self.activity_type_id.id,
        }

    @api.onchange("plan_client_id")
    def _onchange_plan_client_id(self):
        if self.plan_client_id:
            self.res_id = self.plan_client_id.id

    @api.onchange("activity_type_id")
    def _onchange_activity_type_id(self):
        """The day, hour and manager that were chosen before the form opened outweigh the type's."""
        res = super()._onchange_activity_type_id()
        for name in ("date_deadline", "user_id"):
            chosen = self.env.context.get(f"default_{name}")
            if chosen and not self._origin:
                self[name] = chosen
        return res

    @api.model
    def _sales_calendar_action(self):
        """:return: the Work Calendar: a manager begins with his own work, a head with everybody's"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_crm.mail_activity_action_calendar_window"
        )
        # The address stays that of the server action, which asks for the user's groups again
        action["path"] = "work-calendar"
        if not self.env.user.has_group("sales_crm.group_head"):
            action["context"] = {
                "default_res_model": "res.partner",
                "search_default_filter_user_id_uid": 1,
            }
        return action
