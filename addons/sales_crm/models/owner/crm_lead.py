from odoo import models
from odoo.exceptions import AccessError


class CrmLead(models.Model):
    """Deals of different managers don't become one: all of it would be with whose deal stays."""

    # Beside the deal itself, which is long enough
    _inherit = "crm.lead"

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        if self._sales_checks_references():
            self._sales_check_merge()
        return super()._merge_opportunity(
            user_id=user_id, team_id=team_id, auto_unlink=auto_unlink, max_length=max_length
        )

    def _sales_check_merge(self):
        """:raise AccessError: one of the deals is another manager's, and not all are"""
        leads = self.with_env(self._sales_guard_env())
        owners = {(lead.partner_id.client_id or lead).user_id for lead in leads}
        if len(owners) > 1 and any(owner and owner.id != self.env.uid for owner in owners):
            raise AccessError(
                self.env._(
                    "These deals belong to clients of different managers. Ask the head of sales to merge "
                    "them."
                )
            )
