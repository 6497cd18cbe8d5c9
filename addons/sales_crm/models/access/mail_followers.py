from odoo import api, models


class MailFollowers(models.Model):
    """Core lets every employee read who follows what."""

    _inherit = "mail.followers"

    _sales_guard_path = "partner_id"

    @api.model
    def _sales_guard_domain(self, mode):
        return super()._sales_guard_domain(mode) & self._sales_guard_by_document("res_model", "res_id")
