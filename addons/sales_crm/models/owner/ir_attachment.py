from odoo import api, models


class IrAttachment(models.Model):
    """Files stay with the clients of whose manager they are, see ``base_owner.py``."""

    # Beside what a file is evidence of, which is another question
    _inherit = "ir.attachment"

    @api.model
    def _sales_pointing_fields(self):
        return {"res_model", "res_id"}

    @api.model
    def _sales_document_fields(self):
        return "res_model", "res_id"

    def _sales_path_clients(self):
        return self._sales_clients_of_document(self.res_model, self.res_id)
