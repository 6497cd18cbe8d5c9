from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _credit_releases(self):
        """:return: as before, and those of the deliveries of what is invoiced"""
        return super()._credit_releases() | self.line_ids.sale_line_ids.move_ids.picking_id.credit_release_ids
