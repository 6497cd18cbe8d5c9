from odoo import api, models


class AccountMoveLine(models.Model):
    """Core writes into a posted invoice what is changed in its lines, unless it is told not to."""

    # Beside the figures of the lines, which are another question
    _inherit = "account.move.line"

    @api.model
    def _sales_leaves_traces(self):
        return True

    @api.model_create_multi
    def create(self, vals_list):
        return super(AccountMoveLine, self._sales_traced()).create(vals_list)

    def write(self, vals):
        return super(AccountMoveLine, self._sales_traced()).write(vals)

    def unlink(self):
        return super(AccountMoveLine, self._sales_traced()).unlink()
