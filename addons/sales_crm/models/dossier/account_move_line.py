from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _sales_guard_path = "move_id"
