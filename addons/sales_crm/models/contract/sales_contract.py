from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date


class SalesContract(models.Model):
    """The terms on which a client gets goods before he pays: deferral, credit limit, tolerance.

    A manager drafts, a head activates. An active contract counts from its first day to its last one, in
    the company's time zone. While it counts, core's payment term and credit limit of the client are
    those of the contract, so that accounting sees the same figures as the sales department.
    """

    _name = "sales.contract"
    _description = "Contract"
    _inherit = ["mail.thread", "mail.activity.mixin", "sales.client.document", "sales.handover.part"]
    _order = "date_start DESC, id DESC"
    _rec_names_search = ["name", "client_id.name"]

    _sales_guard_path = "client_id"
    _handover_sequence = 45

    name = fields.Char("Number", required=True, tracking=True, index="trigram")
    client_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('is_client', '=', True), ('parent_id', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="The company that sells. Its branches sell under the same contract.",
    )
    kind = fields.Selection(
        [("supply", "Supply"), ("commission", "Commission")],
        required=True,
        default="supply",
        tracking=True,
        help="Supply: the client owes for what he got. Commission: he owes when he has sold it on; until "
        "then the credit limit covers the goods he holds.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "In force"), ("expired", "Expired"), ("terminated", "Terminated")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        tracking=True,
        help="Gets the reminder before the contract expires; the client's manager, if nobody else is chosen.",
    )
    date_start = fields.Date(
        "From", required=True, default=lambda self: self.env.company._sales_today(), tracking=True
    )
    date_end = fields.Date(
        "Until", tracking=True, index="btree_not_null", help="The last day. Empty: without end."
    )
    prolongation = fields.Selection(
        [("none", "Ends"), ("auto", "Goes on by itself")],
        "At the End",
        required=True,
        default="none",
        tracking=True,
    )
    prolongation_months = fields.Integer("Goes on for (months)", default=12)
    payment_term_id = fields.Many2one(
        "account.payment.term", check_company=True, tracking=True, ondelete="restrict"
    )
    deferral_days = fields.Integer(
        "Deferral (days)",
        compute="_compute_deferral_days",
        store=True,
        help="Days until the last instalment of the payment term is due.",
    )
    credit_limit = fields.Monetary(
        tracking=True,
        help="How much the client may owe, with orders that are confirmed and not yet invoiced. 0: nothing "
        "on credit.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
    )
    overdue_tolerance_days = fields.Integer(
        "Tolerance (days)", tracking=True, help="Debt that is overdue for so many days stops nothing yet."
    )
    overdue_tolerance_amount = fields.Monetary(
        "Tolerance (amount)", tracking=True, help="Overdue debt up to this amount stops nothing yet."
    )
    signed_scan = fields.Binary(attachment=True, copy=False)
    signed_scan_name = fields.Char("Name of the Scan", copy=False)
    note = fields.Html("Terms")
    is_in_force = fields.Boolean("In Force", compute="_compute_is_in_force", search="_search_is_in_force")
    is_expiring = fields.Boolean("Expiring", compute="_compute_is_expiring", search="_search_is_expiring")
    may_change = fields.Boolean(compute="_compute_may_change")
    was_active = fields.Boolean(readonly=True, copy=False, help="It has been in force sometime.")
    date_noticed = fields.Date("Reminded of the End", readonly=True, copy=False)
    order_count = fields.Integer(compute="_compute_counts")
    invoice_count = fields.Integer(compute="_compute_counts")

    _in_force_idx = models.Index("(client_id, company_id, kind) WHERE state = 'active'")
    _number_unique = models.UniqueIndex(
        "(client_id, company_id, lower(name))",
        "This client has a contract with this number already.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start <= date_end)",
        "The last day of the contract must not lie before the first one.",
    )
    _figures_not_negative = models.Constraint(
        "CHECK (credit_limit >= 0 AND overdue_tolerance_days >= 0 AND overdue_tolerance_amount >= 0)",
        "Credit limit and tolerance can't be negative.",
    )
    _prolongation_has_length = models.Constraint(
        "CHECK (prolongation != 'auto' OR prolongation_months > 0)",
        "Say for how many months the contract goes on.",
    )

    # ------------------------------------------------------
    # Computed
    # ------------------------------------------------------

    @api.depends("client_id")
    def _compute_user_id(self):
        for contract in self:
            contract.user_id = contract.client_id.user_id or contract.user_id or self.env.user

    @api.depends("payment_term_id.line_ids.nb_days")
    def _compute_deferral_days(self):
        for contract in self:
            contract.deferral_days = max(contract.payment_term_id.line_ids.mapped("nb_days"), default=0)

    @api.depends("client_id", "name")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = self.env._(
                "No. %(number)s of %(date)s",
                number=contract.name or "…",
                date=format_date(self.env, contract.date_start),
            )

    def _compute_counts(self):
        orders = dict(
            self.env["sale.order"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        # sudo: who sees the contract may know how many invoices there are
        invoices = dict(
            self.env["account.move"]
            .sudo()
            ._read_group([("contract_id", "in", self.ids)], ["contract_id"], ["__count"])
        )
        for contract in self:
            contract.order_count = orders.get(contract, 0)
            contract.invoice_count = invoices.get(contract.sudo(), 0)

    @api.model
    def _domain_in_force(self, day):
        """:return: Domain of the contracts that count on ``day``"""
        return (
            Domain("state", "=", "active")
            & Domain("date_start", "<=", day)
            & (
                Domain("date_end", "=", False)
                | Domain("date_end", ">=", day)
                | Domain("prolongation", "=", "auto")
            )
        )

    @api.depends("state", "date_start", "date_end", "prolongation")
    def _compute_is_in_force(self):
        for contract in self:
            today = contract.company_id._sales_today()
            contract.is_in_force = bool(contract.filtered_domain(self._domain_in_force(today)))

    @api.model
    def _search_is_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._domain_by_company(lambda company: self._domain_in_force(company._sales_today()))

    @api.depends("state", "date_end")
    def _compute_is_expiring(self):
        for contract in self:
            contract.is_expiring = bool(contract.filtered_domain(self._domain_expiring(contract.company_id)))

    @api.model
    def _search_is_expiring(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._domain_by_company(self._domain_expiring)

    @api.model
    def _domain_by_company(self, domain_of):
        """:param domain_of: takes a company, gives a Domain; each company has its own day
        :return: Domain of the contracts of which it is true in the company that sells under them
        """
        # sudo: what day it is in a company is no secret; rules decide about its contracts
        return Domain.OR(
            Domain("company_id", "=", company.id) & domain_of(company)
            for company in self.sudo()._companies_with_contracts()
        )

    @api.model
    def _domain_expiring(self, company):
        """:return: Domain of the contracts that end within the company's notice"""
        today = company._sales_today()
        # sudo: a setting of the company
        last = today + relativedelta(days=company.sudo().sales_contract_notice_days)
        return self._domain_in_force(today) & Domain("date_end", "<=", last)

    # ------------------------------------------------------
    # Checks
    # ------------------------------------------------------

    @api.constrains("client_id", "company_id", "kind", "state", "date_start", "date_end")
    def _check_overlap(self):
        """Two active contracts of a kind would leave it open which limit counts."""
        active = self.filtered(lambda contract: contract.state == "active")
        if not active:
            return
        self.env["sales.credit"]._lock(active.client_id)
        with self.env["sales.credit"]._fresh() as cr:
            for contract in active:
                contract._check_overlap_among([self.env.cr, cr])

    def _check_overlap_among(self, cursors):
        """:param cursors: of this transaction, and one that sees what others have committed since it began"""
        # sudo: a contract that the user can't see overlaps as well
        self.flush_model()
        twins = self.sudo()._search(self._domain_overlapping(), limit=1).select()
        for cr in cursors:
            cr.execute(twins)
            twin = self.sudo().browse([row[0] for row in cr.fetchall()])
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(client)s has another active contract of this kind in these dates: %(contract)s. "
                        "Terminate it first, or let this one begin later.",
                        client=self.client_id.display_name,
                        contract=twin.name if twin.exists() else "…",
                    )
                )

    def _overlaps(self, other):
        """:return: whether both are active contracts of a kind with a day in common"""
        self.ensure_one()
        domain = self._domain_overlapping(other.client_id)
        return self.state == "active" and bool(other.filtered_domain(domain))

    def _domain_overlapping(self, client=None):
        return (
            Domain("client_id", "=", (client or self.client_id).id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("kind", "=", self.kind)
            & Domain("id", "!=", self.id)
            & Domain("state", "=", "active")
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", self.date_start))
            & (Domain("date_start", "<=", self.date_end) if self.date_end else Domain.TRUE)
        )

    @api.constrains("client_id")
    def _check_client(self):
        for contract in self:
            if contract.client_id.commercial_partner_id != contract.client_id:
                raise ValidationError(
                    self.env._(
                        "%s is a contact. A contract is made with the company.",
                        contract.client_id.display_name,
                    )
                )

    @api.model
    def _in_force_of(self, partners, company):
        """:return: dict commercial partner id -> the contract under which ``company`` sells to him today,
        one query for all ``partners``
        """
        clients = partners.commercial_partner_id._origin
        if not clients:
            return {}
        self.flush_model()
        contracts = self.env["sales.credit"]._contract_sql(company, clients.ids)
        rows = self.env.execute_query(SQL("SELECT client_id, id FROM (%s) contract", contracts))
        return {client: self.browse(contract) for client, contract in rows}

    def _check_usable_for(self, clients, company, document):
        """:param clients: commercial partners for whom the document is
        :raise ValidationError: it is another client's contract, another company's, or not in force
        """
        self.ensure_one()
        # sudo: to which company a branch belongs is no secret
        if self.client_id not in clients or self.company_id not in company.sudo().parent_ids:
            raise ValidationError(
                self.env._(
                    "%(document)s: the contract %(contract)s isn't this client's. Choose one of his own.",
                    document=document.display_name,
                    contract=self.display_name,
                )
            )
        if not self.is_in_force:
            raise ValidationError(
                self.env._(
                    "%(document)s: the contract %(contract)s isn't in force (%(state)s). Choose another one.",
                    document=document.display_name,
                    contract=self.display_name,
                    state=self._state_in_words(),
                )
            )

    def _state_in_words(self):
        """:return: the state as users read it; a contract can be active and not in force by its dates"""
        self.ensure_one()
        if self.state == "active" and not self.is_in_force:
            if self.date_start > self.company_id._sales_today():
                return self.env._("from %s on", format_date(self.env, self.date_start))
            return self.env._("until %s", format_date(self.env, self.date_end))
        return dict(self._fields["state"]._description_selection(self.env))[self.state]

    def copy_data(self, default=None):
        default = dict(default or {})
        return [
            {**vals, "name": default.get("name") or self.env._("%s (copy)", contract.name)}
            for contract, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # ------------------------------------------------------
    # Who may write what
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._forget_credit()
        return contracts

    def write(self, vals):
        self._check_terms_may_change(vals)
        if vals.get("state", "draft") != "draft":
            vals = {**vals, "was_active": True}
        res = super().write(vals)
        if self._terms() & vals.keys():
            self.filtered("is_in_force")._apply_to_client()
        self._forget_credit()
        return res

    def unlink(self):
        res = super().unlink()
        self._forget_credit()
        return res

    @api.model
    def _terms(self):
        """:return: names of the fields on which both sides have agreed"""
        return {
            "name", "client_id", "company_id", "kind", "date_start", "date_end", "prolongation",
            "prolongation_months", "payment_term_id", "credit_limit", "currency_id", "overdue_tolerance_days",
            "overdue_tolerance_amount",
        }  # fmt: skip

    def _check_terms_may_change(self, vals):
        """:raise AccessError: a manager changes what the head has activated"""
        if self.env.su or self._is_head():
            return
        if ("state" in vals or self._terms() & vals.keys()) and any(c.state != "draft" for c in self):
            raise AccessError(
                self.env._("Only the head of sales changes a contract that has been activated. Ask him.")
            )

    @api.depends("state")
    @api.depends_context("uid", "su")
    def _compute_may_change(self):
        """Whether the user may change the terms: see :meth:`_check_terms_may_change`."""
        is_head = self.env.su or self._is_head()
        for contract in self:
            contract.may_change = is_head or contract.state == "draft"

    @api.model
    def _is_head(self):
        return self.env.user.has_group("sales_crm.group_head")

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        kept = self.filtered(lambda contract: contract.state != "draft" or contract.was_active)
        if kept:
            raise UserError(
                self.env._(
                    "%s has been in force and stays in the history. Terminate it instead.",
                    kept[0].display_name,
                )
            )

    # ------------------------------------------------------
    # A document of its client
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        return super()._handover_domain(user) & Domain("state", "in", ["draft", "active"])

    # ------------------------------------------------------
    # Buttons
    # ------------------------------------------------------

    def action_view_orders(self):
        action = self.env["ir.actions.actions"]._for_xml_id("sale.action_orders")
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": {}}

    def action_view_invoices(self):
        action = self.env["ir.actions.actions"]._for_xml_id("account.action_move_out_invoice_type")
        return {**action, "domain": [("contract_id", "in", self.ids)], "context": {"create": False}}
