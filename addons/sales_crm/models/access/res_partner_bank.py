from odoo import api, models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    _sales_guard_path = "partner_id"

    @api.depends_context("uid")
    def _compute_duplicate_bank_partner_ids(self):
        """Core looks for other owners of the account number among all partners."""
        res = super()._compute_duplicate_bank_partner_ids()
        if self._sales_checks_references():
            for bank in self:
                bank.duplicate_bank_partner_ids = bank.duplicate_bank_partner_ids._filtered_access("read")
        return res
