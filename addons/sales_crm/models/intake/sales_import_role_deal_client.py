from odoo import api, models

from .sales_import_row import HERE


class SalesImportRoleDeal(models.AbstractModel):
    """A deal belongs to the client whom its own row has brought in."""

    _inherit = "sales.import.role.deal"

    @api.model
    def _notes_of_client(self, run, row, cells):
        brought = row.client_row_id
        comes = brought and (brought.result in HERE if run.executing else True)
        return [] if comes else super()._notes_of_client(run, row, cells)

    @api.model
    def _clients_of(self, run, values):
        """The client whom the deal's own row has brought in, whatever he is called here."""
        brought = values["client_row"]
        is_known = brought.result in HERE or brought.action in ("update", "unchanged")
        if is_known and brought.res_model == "res.partner" and brought.res_id:
            return [brought.res_id]
        return super()._clients_of(run, values)
