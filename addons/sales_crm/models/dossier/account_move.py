from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.columns import add_column


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "sales.client.document", "sales.handover.part"]

    _sales_guard_owner = "invoice_user_id"

    # DESIGN, section 5: a client's invoices, and a manager's
    _commercial_partner_idx = models.Index("(commercial_partner_id)")
    _manager_draft_idx = models.Index("(invoice_user_id) WHERE state = 'draft'")

    contract_id = fields.Many2one(
        "sales.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        domain="[('state', '=', 'active'), ('client_id', 'parent_of', partner_id)]",
    )

    credit_release_ids = fields.Many2many(
        "sales.credit.release",
        string="Releases",
        compute="_compute_credit_release_ids",
        help="Who let what is invoiced here past the credit limit.",
    )

    def _auto_init(self):
        """The column comes empty: no invoice that was there before has a contract."""
        add_column(self.env.cr, self._table, "contract_id", "int4")
        return super()._auto_init()

    def _compute_credit_release_ids(self):
        for move in self:
            # sudo: whoever may see the invoice may see who released what
            releases = move.sudo()._credit_releases()
            move.credit_release_ids = releases.filtered(lambda release: release.state == "used")

    def _credit_releases(self):
        """:return: the releases, whatever became of them, of the documents that are invoiced here"""
        return self.line_ids.sale_line_ids.order_id.credit_release_ids

    @api.depends("partner_id", "company_id", "move_type")
    def _compute_contract_id(self):
        """The contract of the orders comes with the invoice; else it is the one in force."""
        invoices = self.filtered(lambda move: move.state == "draft" and move.is_sale_document())
        (self - invoices).filtered(lambda move: not move.is_sale_document()).contract_id = False
        for company, moves in invoices.grouped("company_id").items():
            # sudo: accountants who have nothing to do with sales get the contract as well
            contracts = self.env["sales.contract"].sudo()._in_force_of(moves.partner_id, company)
            for move in moves:
                contract = contracts.get(move.partner_id.commercial_partner_id._origin.id)
                move.contract_id = move._contract_of_orders() or contract

    def _contract_of_orders(self):
        """:return: the one contract of the orders that the invoice is for, or an empty one"""
        # sudo: orders and contracts are not the accountant's
        contract = self.sudo().line_ids.sale_line_ids.order_id.contract_id
        return contract if len(contract) == 1 else contract.browse()

    @api.constrains("contract_id", "partner_id", "company_id")
    def _check_contract(self):
        """What was shipped can be invoiced whatever has become of the order's contract."""
        for move in self.filtered("contract_id"):
            if move.contract_id != move._contract_of_orders():
                # sudo: a contract that is none of the user's business is refused as well
                contract = move.contract_id.sudo()
                contract._check_usable_for(move.partner_id.commercial_partner_id, move.company_id, move)

    _handover_sequence = 60
    _handover_field = "invoice_user_id"

    @api.model
    def _handover_domain(self, user):
        """Drafts; a posted invoice keeps the name of who sold."""
        return (
            super()._handover_domain(user)
            & Domain("state", "=", "draft")
            & Domain("move_type", "in", self.get_sale_types())
        )

    @api.model
    def _handover_kinds(self):
        return {"": self.env._("Draft invoices")}

    @api.model
    def _handover_remembered(self):
        return {"team_id"}
