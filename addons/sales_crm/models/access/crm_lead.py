from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _pls_get_naive_bayes_probabilities(self, batch_mode=False, is_tooltip=False):
        if not self._sales_checks_references():
            return super()._pls_get_naive_bayes_probabilities(batch_mode=batch_mode, is_tooltip=is_tooltip)
        # sudo: a manager's deal has its probability, not the figures behind it
        leads = self.sudo()
        return super(CrmLead, leads)._pls_get_naive_bayes_probabilities(
            batch_mode=batch_mode, is_tooltip=is_tooltip
        )

    def _pls_prepare_update_frequency_table(self, rebuild=False, target_state=False):
        # sudo: the server's own figures, whoever wins or loses the deal
        leads = self.sudo() if self._sales_checks_references() else self
        return super(CrmLead, leads)._pls_prepare_update_frequency_table(
            rebuild=rebuild, target_state=target_state
        )
