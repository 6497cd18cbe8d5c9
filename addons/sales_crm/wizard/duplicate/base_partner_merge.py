from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Core merges by SQL: what is computed from clients has to be told about it."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if partners._sales_checks_references():
            partners.check_access("write")
        # sudo: who may merge is decided by core; the keepers of the result see every record
        partners_sudo = partners.sudo()
        was_client = any(partners_sudo.commercial_partner_id.mapped("is_client"))
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        merged = partners_sudo.exists()
        merged.invalidate_recordset()
        if was_client:
            merged.commercial_partner_id._make_client()
        self.env["mail.activity"]._recompute_clients_of(merged.commercial_partner_id)
        merged._sync_contacts_manager()
        # The payments of both settle the promises of both
        self.env["sales.promise"].invalidate_model()
        self.env["sales.promise"]._resettle(merged.commercial_partner_id)
        return res
