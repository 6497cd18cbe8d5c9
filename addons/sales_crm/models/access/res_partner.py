from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.granted import ensure_statistics, names_records


class ResPartner(models.Model):
    """Whose client a partner is, and who may see him, change him and take him.

    A manager's client may be the daughter of a company that is another manager's client.

    Core names the parent on her card and in suggestions, and fails where more of it is to be read.
    """

    _inherit = "res.partner"

    client_id = fields.Many2one(
        "res.partner",
        "Belongs to Client",
        compute="_compute_client_id",
        compute_sudo=True,
        recursive=True,
        store=True,
        index="btree_not_null",
        copy=False,
        help="The client that this company or person is, or belongs to as a contact or branch.",
    )
    sales_access_rule_ids = fields.Many2many(
        "sales.access.rule",
        "sales_access_rule_client_rel",
        "client_id",
        "rule_id",
        "Access Rules",
        groups="sales_crm.group_head",
    )

    # What rules of access ask for: each is found in an index alone
    _client_manager_idx = models.Index("(user_id, id) WHERE is_client IS TRUE")
    _client_region_idx = models.Index("(state_id, client_class, id) WHERE is_client IS TRUE")
    _client_country_idx = models.Index("(country_id, id) WHERE is_client IS TRUE")
    # By tags or one by one: each is looked up, where PostgreSQL would walk through all clients
    _is_client_idx = models.Index("(id) WHERE is_client IS TRUE")
    # Those that the rules let everybody see
    _lone_client_idx = models.Index("(id) WHERE is_client IS TRUE AND client_id IS NULL")
    # See tools/granted.py
    _client_or_none_idx = models.Index("((COALESCE(client_id, 0)))")

    sales_may_take = fields.Boolean(compute="_compute_sales_may_take")

    # Core's is a copy of the name that nobody is asked about: it can be searched and grouped by
    parent_name = fields.Char(
        related=None, compute="_compute_parent_name", search="_search_parent_name", compute_sudo=False
    )

    def init(self):
        res = super().init()
        # When the indexes stand, which are made last
        self.pool.post_init(ensure_statistics, self.env.cr, self._table, "res_partner_client_or_none_idx")
        return res

    @api.depends("is_client", "commercial_partner_id.is_client", "parent_id.client_id", "partner_share")
    def _compute_client_id(self):
        """Employees are nobody's clients, whatever is ticked: everybody has to see colleagues."""
        for partner in self:
            company = partner.commercial_partner_id
            own = company if company.is_client else partner
            client = own if own.is_client else partner.parent_id.client_id
            partner.client_id = client if partner.partner_share else False

    @api.model
    def _sales_server_fields(self):
        """Whose client a partner is hangs on what core computes of him, and lets anybody write."""
        return super()._sales_server_fields() | {"commercial_partner_id", "partner_share"}

    @api.model
    def _sales_guard_domain(self, mode):
        return self.env["sales.access.rule"]._granted_by_client("client_id", mode, lone=True)

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """A card asks for itself and for its contacts several times: see tools/granted.py."""
        domain = Domain(domain)
        guarded = not bypass_access and not self.env.context.get("sales_named_records")
        if guarded and self._sales_checks_references() and names_records(domain, {"id", "parent_id"}):
            partners = self.with_context(sales_named_records=True)
            return super(ResPartner, partners)._search(domain, *args, bypass_access=bypass_access, **kwargs)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.depends_context("uid")
    def _compute_same_vat_partner_id(self):
        """Core looks for twins among all partners, and names them."""
        res = super()._compute_same_vat_partner_id()
        if self._sales_checks_references():
            for partner in self:
                for name in ("same_vat_partner_id", "same_company_registry_partner_id"):
                    partner[name] = partner[name]._filtered_access("read")
        return res

    def signup_get_auth_param(self):
        """Core gives any employee the invitation of any partner, with which one enters as him."""
        if self._sales_checks_references():
            self.check_access("read")
        return super().signup_get_auth_param()

    def _get_needaction_count(self):
        """Core counts notifications of messages that one may not see any more, too."""
        user = self.user_ids.filtered(self.env["sales.access.rule"]._is_restricted)[:1]
        if not user:
            return super()._get_needaction_count()
        return self.env["mail.message"].with_user(user).search_count([("needaction", "=", True)])

    # ------------------------------------------------------
    # Becoming a client
    # ------------------------------------------------------

    @api.constrains("is_client")
    def _check_client_is_outside(self):
        own = self.filtered("is_client")._own_companies()
        if own:
            raise ValidationError(
                self.env._("%s is your own company and can't be a client.", own[0].display_name)
            )

    def _own_companies(self):
        """:return: those of these that are companies of this database"""
        # sudo: companies that the user may not enter are his company's own as well
        companies = self.env["res.company"].sudo().search([("partner_id", "in", self.ids)])
        return self & companies.partner_id

    def _make_client(self, manager=None):
        """The sales department has begun to work with these: their companies are clients.

        :param manager: user who gets those that have no manager yet
        """
        # sudo: a deal or an order makes a client whoever enters it
        partners = self.sudo().commercial_partner_id
        # A branch is its company's client already
        newcomers = partners.filtered(lambda p: not p.is_client and not p.client_id and p.partner_share)
        newcomers -= newcomers._own_companies()
        for newcomer in newcomers:
            user = newcomer.user_id or manager or self.env["res.users"]
            newcomer.write({"is_client": True, "user_id": user.id})

    # ------------------------------------------------------
    # Changing hands
    # ------------------------------------------------------

    def write(self, vals):
        if self._sales_checks_references():
            self._check_stays_with_manager(vals)
        return super().write(vals)

    def _check_stays_with_manager(self, vals):
        """A manager neither gives clients away nor lets them drop out of the base.

        :raise AccessError: with what the head has to do instead
        """
        clients = self.filtered("client_id")
        if "user_id" in vals and any(client.user_id.id != (vals["user_id"] or False) for client in clients):
            raise AccessError(
                self.env._(
                    "Only the head of sales changes the manager of a client: he hands the client over."
                )
            )
        if "is_client" in vals and not vals["is_client"] and any(self.mapped("is_client")):
            raise AccessError(
                self.env._(
                    "Only the head of sales takes a client out of the base. Archive the client instead."
                )
            )
        if "parent_id" in vals:
            self._sales_check_parent(vals["parent_id"])
        if "parent_id" in vals and any(
            partner.client_id != partner and partner.parent_id.id != (vals["parent_id"] or False)
            for partner in clients
        ):
            self._check_contact_stays_in_base(vals["parent_id"])

    def _check_contact_stays_in_base(self, parent_id):
        """:raise AccessError: a client's contact would belong to no client"""
        parent = self.browse(parent_id or [])
        if not parent.client_id:
            raise AccessError(
                self.env._("A client's contact stays with a client: choose the client he works for now.")
            )

    @api.depends("user_id", "is_client")
    @api.depends_context("uid")
    def _compute_sales_may_take(self):
        manager = self.env.user.has_group("sales_crm.group_manager")
        allowed = manager and (
            # sudo: the company's setting holds for whoever works in it
            self.env.user.company_id.sudo().sales_free_take or self.env.user.has_group("sales_crm.group_head")
        )
        for partner in self:
            partner.sales_may_take = allowed and partner.client_id == partner and not partner.user_id

    def action_take_client(self):
        """The current user becomes the manager of free clients that he may see.

        :raise AccessError: the company leaves that to the head
        :raise UserError: somebody was faster
        """
        self.check_access("read")
        self.lock_for_update()
        self.invalidate_recordset(["user_id", "sales_may_take"])
        taken = self.filtered("user_id")
        if taken:
            raise UserError(self.env._("%s has a manager already.", taken[0].display_name))
        if not all(client.sales_may_take for client in self):
            raise AccessError(self.env._("The head of sales assigns free clients."))
        # sudo: who may take was decided above; a free client isn't his to write before that
        self.sudo().write({"user_id": self.env.uid})
        return True

    @api.depends("parent_id.name")
    @api.depends_context("uid")
    def _compute_parent_name(self):
        hidden = self._sales_with_hidden_parent()
        hidden.parent_name = False
        for partner in self - hidden:
            # sudo: as in core, whoever sees the contact sees the company's name
            partner.parent_name = partner.sudo().parent_id.name

    @api.model
    def _search_parent_name(self, operator, value):
        found = Domain("parent_id.name", operator, value)
        if operator == "in" and False in value:
            return found | Domain("parent_id", "not any", [])
        return found

    def _sales_with_hidden_parent(self):
        """:return: those of these partners whose parent the current user may not see"""
        if not self.env["sales.access.rule"]._is_restricted():
            return self.browse()
        # sudo: which parents there are; nothing else is fetched, and whether they may be seen is asked
        daughters = self.sudo().with_context(prefetch_fields=False).filtered("parent_id")
        parents = self.sudo(False).browse(daughters.parent_id.ids)
        hidden_parents = parents - parents._filtered_access("read")
        hidden = daughters.filtered(lambda partner: partner.parent_id.id in hidden_parents._ids)
        # What the question has fetched must not be read without a question
        hidden_parents.invalidate_recordset(flush=False)
        return self.browse(hidden._ids)

    @api.depends_context("uid")
    def _compute_display_name(self):
        hidden = self._sales_with_hidden_parent()
        res = super(ResPartner, self - hidden)._compute_display_name()
        for partner in hidden:
            partner.display_name = partner.name
        return res

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load=load)
        masked = {"parent_id", "parent_name"} & set(fnames)
        if masked and not self.env.su:
            hidden = set(self._sales_with_hidden_parent()._ids)
            for row in rows:
                if row.get("id") in hidden:
                    row.update(dict.fromkeys(masked, False))
        return rows

    @api.readonly
    def web_read(self, specification):
        hidden = self._sales_with_hidden_parent() if "parent_id" in specification else self.browse()
        if not hidden:
            return super().web_read(specification)
        without = {name: spec for name, spec in specification.items() if name != "parent_id"}
        rows = super(ResPartner, self - hidden).web_read(specification)
        rows += [{**row, "parent_id": False} for row in super(ResPartner, hidden).web_read(without)]
        by_id = {row["id"]: row for row in rows}
        return [by_id[id_] for id_ in self._ids if id_ in by_id]

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec != "parent_id" or not self.env["sales.access.rule"]._is_restricted():
            return formatter
        parents = self.browse(parent.id for parent in values if parent)
        hidden = set((parents - parents._filtered_access("read"))._ids)

        def masked(value):
            label, domain = formatter(value)
            if label and label[0] in hidden:
                label = (label[0], self.env._("Another manager's client"))
            return label, domain

        return masked
