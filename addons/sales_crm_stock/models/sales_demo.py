from odoo import api, models


class SalesDemo(models.AbstractModel):
    """The warehouse of the example company, which may have been loaded before Inventory came."""

    _inherit = "sales.demo"

    @api.model
    def _load_in(self, language):
        res = super()._load_in(language)
        self._load_deliveries()
        return res

    @api.model
    def _load_deliveries(self):
        """Create stock, and the deliveries of the example company's orders that have none yet."""
        from ..demo.deliveries import load  # as the rest of the example company

        load(self._loader().env, self._language())
