from odoo import api, models

from ...tools.server_only import SERVER_ONLY


class SalesStageMove(models.Model):
    _inherit = "sales.stage.move"

    @api.model
    def _record_end(self, leads, outcome):
        """What an import has brought and nobody has worked with was never in the funnel."""
        if self.env.su and self.env.context.get("sales_taken_back") is SERVER_ONLY:
            return None
        return super()._record_end(leads, outcome)
