from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """The dates of the result are those of the activities of all."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        # sudo: the dates are right or wrong regardless of who merges
        merged = partners.sudo().exists().commercial_partner_id
        merged._recompute_contact_dates()
        merged.filtered("next_step_date")._resume_contact()
        return res
