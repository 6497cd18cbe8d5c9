from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date


class SalesPromise(models.Model):
    """What a client has promised us, or we have promised him: to pay, to deliver, to call back.

    A client's promise to pay is settled by his payments and by nothing else, see
    :meth:`_compute_settlement`; of the others a manager says whether they were kept. What is past its due
    day and not kept is broken. Days are those of the company, see ``res.company._sales_today``.

    A promise in one click: the dialog comes filled in.
    """

    _name = "sales.promise"
    _description = "Promise"
    _inherit = ["mail.thread", "sales.handover.part"]
    _order = "date_due DESC, id DESC"
    _rec_names_search = ["client_id.name", "description"]

    _mail_post_access = "read"

    _sales_guard_path = "client_id"
    _handover_sequence = 47

    client_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('is_client', '=', True), ('parent_id', '=', False)]",
    )
    contact_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="set null",
        domain="[('parent_id', 'child_of', client_id), ('id', '!=', client_id)]",
        help="Who has promised, or to whom we did.",
    )
    direction = fields.Selection(
        [("client", "The client's"), ("company", "Ours")],
        "Whose",
        required=True,
        default="client",
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("delivery", "Delivery"),
            ("call", "Call back"),
            ("other", "Other"),
        ],
        required=True,
        default="payment",
        tracking=True,
    )
    is_settled_by_payments = fields.Boolean(compute="_compute_is_settled_by_payments")
    amount = fields.Monetary(tracking=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    date_due = fields.Date("Due", required=True, tracking=True, help="The last day on which it is kept.")
    date_made = fields.Date("Made on", required=True, readonly=True, copy=False)
    description = fields.Char()
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        help="The client's manager, if nobody else is chosen.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', client_id), ('state', '=', 'posted'),"
        " ('move_type', '=', 'out_invoice')]",
        help="What is matched with this invoice settles the promise, then what is matched with none.",
    )
    move_name = fields.Char(related="move_id.name", string="Invoice Number")
    activity_id = fields.Many2one(
        "mail.activity",
        "Made in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The activity during which it was made.",
    )
    chase_activity_id = fields.Many2one(
        "mail.activity",
        "Reminder",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The urgent activity that the client's manager got when the promise was broken.",
    )
    said = fields.Selection(
        [("kept", "Kept"), ("broken", "Broken"), ("cancelled", "Cancelled")],
        "Said by Hand",
        readonly=True,
        copy=False,
    )
    date_said = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("open", "Expected"),
            ("kept", "Kept"),
            ("partial", "Kept in part"),
            ("broken", "Broken"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_settlement",
        store=True,
        index=True,
        tracking=True,
    )
    paid_amount = fields.Monetary("Paid", compute="_compute_settlement", store=True)
    date_closed = fields.Date(
        "Closed on",
        compute="_compute_settlement",
        store=True,
        help="When it was kept, or the first day on which it wasn't waited for any more.",
    )

    _settled_idx = models.Index(
        "(client_id, date_due, state) WHERE kind = 'payment' AND direction = 'client'"
    )
    _open_idx = models.Index("(company_id, date_last) WHERE state = 'open'")
    _chase_idx = models.Index(
        "(client_id) WHERE state IN ('broken', 'partial') AND chase_activity_id IS NULL"
    )
    _due_after_made = models.Constraint(
        "CHECK (date_due >= date_made)", "A promise can't be due before the day on which it was made."
    )
    _payment_has_amount = models.Constraint(
        "CHECK (amount >= 0 AND (kind != 'payment' OR amount > 0))",
        "Say how much was promised: a promise of payment needs an amount above zero.",
    )

    # ------------------------------------------------------
    # Computed
    # ------------------------------------------------------

    @api.depends("kind", "direction")
    def _compute_is_settled_by_payments(self):
        for promise in self:
            promise.is_settled_by_payments = promise.kind == "payment" and promise.direction == "client"

    @api.depends("client_id")
    def _compute_user_id(self):
        for promise in self:
            promise.user_id = promise.client_id.user_id or promise.user_id or self.env.user

    @api.depends("kind", "amount", "currency_id", "date_due")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for promise in self:
            what = kinds.get(promise.kind, "")
            if promise.amount:
                what += " " + format_amount(self.env, promise.amount, promise.currency_id)
            promise.display_name = self.env._(
                "%(what)s by %(date)s",
                what=what,
                date=format_date(self.env, promise.date_due) if promise.date_due else "…",
            )

    # ------------------------------------------------------
    # Checks
    # ------------------------------------------------------

    @api.constrains("client_id", "contact_id", "move_id", "company_id")
    def _check_belongs_together(self):
        # sudo: invoices are accounting's; whose they are decides here only
        for promise in self.sudo():
            client = promise.client_id
            if client.commercial_partner_id != client:
                raise ValidationError(
                    self.env._(
                        "%s is a contact. Choose the client himself, and the contact beside him.",
                        client.display_name,
                    )
                )
            contact = promise.contact_id
            if contact and contact.commercial_partner_id != client:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a contact of %(client)s. Choose one of his own.",
                        contact=contact.display_name,
                        client=client.display_name,
                    )
                )
            move = promise.move_id
            if move and (move.commercial_partner_id != client or move.company_id != promise.company_id):
                raise ValidationError(
                    self.env._(
                        "%(invoice)s is not an invoice of %(company)s to %(client)s. Choose one that is.",
                        invoice=move.display_name,
                        company=promise.company_id.name,
                        client=client.display_name,
                    )
                )

    # ------------------------------------------------------
    # Who may write what
    # ------------------------------------------------------

    @api.model
    def _sales_server_fields(self):
        """The activity in which it was given is chosen by the button there."""
        return super()._sales_server_fields() - {"activity_id"}

    @api.model
    def _sales_refusal_of_server_fields(self, labels):
        return self.env._(
            "“%s” is recorded by the system: payments settle a promise of payment, its buttons the others.",
            labels,
        )

    @api.model
    def _terms(self):
        """:return: names of the fields that say what was promised"""
        return {
            "amount", "client_id", "company_id", "currency_id", "date_due", "direction", "kind", "move_id",
        }  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        promises = super().create(vals_list)
        # Also those of the same clients: an earlier one takes the money first
        self._resettle(promises.client_id)
        return promises

    def _sales_prepare_recorded(self, vals):
        """The day on which the promise is made."""
        if self:
            return super()._sales_prepare_recorded(vals)
        company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
        return super()._sales_prepare_recorded({"date_made": company._sales_today(), **vals})

    def write(self, vals):
        clients = self.client_id
        if self._terms() & vals.keys():
            self._check_terms_may_change()
        res = super().write(vals)
        if (self._terms() | {"date_made", "said"}) & vals.keys():
            self._resettle(clients | self.client_id)
        return res

    def _check_terms_may_change(self):
        """:raise UserError: the promise is closed, or past its day; what was promised stays as it was"""
        if self.env.su:
            return
        for promise in self:
            if promise.state != "open" or promise.date_due < promise.company_id._sales_today():
                raise UserError(
                    self.env._(
                        "%(client)s: the promise “%(promise)s” is closed or past its day and stays as it is. "
                        "Write down a new one.",
                        client=promise.client_id.display_name,
                        promise=promise.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A promise stays in the client's history. Cancel it if it was written down by mistake."
            )
        )

    # ------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        return super()._handover_domain(user) & Domain("state", "=", "open")

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_kept(self):
        """Say that the promises were kept.

        :raise UserError: one of them is settled by payments, or cancelled
        """
        return self._say("kept")

    def action_broken(self):
        """Say that the promises were broken; errors as for :meth:`action_kept`"""
        return self._say("broken")

    def action_cancel(self):
        """Cancel: it was no promise, or it does not matter any more. It neither counts nor takes payments.

        :raise UserError: a manager cancels one that is closed already
        """
        for promise in self:
            open_still = promise.state == "open" and promise.date_due >= promise.company_id._sales_today()
            if not (open_still or self.env.su or self.env.user.has_group("sales_crm.group_head")):
                raise UserError(
                    self.env._(
                        "%(client)s: “%(promise)s” is closed or past its day. Only the head of sales can "
                        "cancel it.",
                        client=promise.client_id.display_name,
                        promise=promise.display_name,
                    )
                )
        return self._record_said("cancelled")

    def _say(self, said):
        for promise in self:
            if promise.is_settled_by_payments or promise.state == "cancelled":
                raise UserError(
                    self.env._(
                        "%(client)s: “%(promise)s” is cancelled, or settled by the client's payments only.",
                        client=promise.client_id.display_name,
                        promise=promise.display_name,
                    )
                )
        return self._record_said(said)

    def _record_said(self, said):
        self.check_access("write")
        for company, promises in self.grouped("company_id").items():
            # sudo: access is checked; only the server writes what its buttons say
            promises.sudo().write({"said": said, "date_said": company._sales_today()})
        return True

    def action_view_activity(self):
        """:return: the activity that the broken promise has become"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.activity",
            "res_id": self.chase_activity_id.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    @api.model
    def _action_ask(self, client, **values):
        """:param client: whose promise it is; a contact is remembered as who has promised
        :param values: what is known beside that, by field
        :return: the dialog for a new promise of payment, due on the user's next working day
        :raise UserError: it isn't a client
        """
        defaults = self._prepare_asked(client)
        defaults.update((name, value) for name, value in values.items() if value)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise"),
            "res_model": self._name,
            "views": [[self.env.ref("sales_crm.sales_promise_view_form_dialog").id, "form"]],
            "target": "new",
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    @api.model
    def _prepare_asked(self, partner):
        client = partner.commercial_partner_id
        if not client.is_client:
            raise UserError(
                self.env._("%s is not a client. Only clients' promises are kept here.", partner.display_name)
            )
        amount = client.overdue_amount if client.overdue_amount > 0 else max(client.receivable_amount, 0)
        return {
            "client_id": client.id,
            "contact_id": partner.id if partner != client else False,
            "direction": "client",
            "kind": "payment",
            "amount": amount,
            "currency_id": self.env.company.currency_id.id,
            "company_id": self.env.company.id,
            # sudo: the user's own working days
            "date_due": self.env.user.sudo()._sales_next_workday(),
        }

    def _prepare_chase(self, user, day):
        """:param user: who gets the activity
        :return: dict of the urgent activity about this broken promise
        """
        env = self.with_context(lang=user.lang).env
        promise = self.with_env(env)
        if self.state == "partial":
            summary = env._("Promise kept in part: %s", promise.display_name)
        elif self.direction == "company":
            summary = env._("We broke our promise: %s", promise.display_name)
        else:
            summary = env._("Promise broken: %s", promise.display_name)
        payment = self.kind == "payment"
        activity_type = "sales_crm.mail_activity_type_payment" if payment else "mail.mail_activity_data_call"
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client_id.id,
            "activity_type_id": self.env.ref(activity_type).id,
            "user_id": user.id,
            "date_deadline": day,
            "priority": "1",
            "summary": summary,
        }
