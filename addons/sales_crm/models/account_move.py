from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "sales.client.document"]

    _sales_guard_owner = "invoice_user_id"

    # DESIGN, section 5: a client's invoices, and a manager's
    _commercial_partner_idx = models.Index("(commercial_partner_id)")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _sales_guard_path = "move_id"
