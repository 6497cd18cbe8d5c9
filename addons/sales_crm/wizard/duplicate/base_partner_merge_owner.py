from odoo import api, models
from odoo.exceptions import AccessError, UserError


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """A manager makes one card of two that are his: it can't be undone, and may change the owner."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if not partners._sales_checks_references():
            return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        self._check_all_own(partners)
        before = partners._sales_holders()
        # sudo: whether there was a client among them, whoever sees him now
        had_clients = bool(partners.sudo().client_id)
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        left = partners.sudo().exists()
        left.invalidate_recordset()
        if had_clients and left.client_id.user_id != self.env.user:
            partners._sales_refuse_new_owner()
        # What two own cards owe and may owe is one by their being one
        before = {
            partner: (client, owner, partner.commercial_partner_id)
            for partner, (client, owner, _payer) in before.items()
            if partner.exists()
        }
        partners._sales_check_holders(before)
        return res

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Core doesn't copy the manager: a card of nobody's that stays would make a free client of him."""
        # sudo: who may merge was asked before
        owners = src_partners.sudo().filtered("client_id").user_id
        res = super()._update_values(src_partners, dst_partner)
        if len(owners) == 1 and not dst_partner.sudo().user_id:
            dst_partner.sudo().user_id = owners
        return res

    @api.model
    def _check_all_own(self, partners):
        """:raise AccessError: one is a client of another manager
        :raise UserError: one is a colleague or an own company
        """
        # sudo: whose they are doesn't depend on who asks
        partners = partners.with_env(partners._sales_guard_env())
        if partners.client_id.user_id - self.env.user or any(not c.user_id for c in partners.client_id):
            raise AccessError(
                self.env._(
                    "You merge clients and contacts of your own. For others, ask their manager or the head "
                    "of sales."
                )
            )
        if not all(partners.mapped("partner_share")) or partners._own_companies():
            raise UserError(
                self.env._(
                    "A colleague or your own company can't be merged with other contacts by a manager."
                )
            )
