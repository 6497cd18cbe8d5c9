from odoo import api, models
from odoo.fields import Domain


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "sales.client.document", "sales.handover.part"]

    _sales_guard_owner = "invoice_user_id"

    # DESIGN, section 5: a client's invoices, and a manager's
    _commercial_partner_idx = models.Index("(commercial_partner_id)")
    _manager_draft_idx = models.Index("(invoice_user_id) WHERE state = 'draft'")

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


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _sales_guard_path = "move_id"
