from odoo import api, models
from odoo.fields import Domain


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    _sales_guard_path = "debit_move_id"

    @api.model
    def _sales_guard_domain(self, mode):
        """Both sides: a payment may settle the invoice of another client."""
        credit = self.env["account.move.line"]._sales_guard_domain(self._sales_guard_mode(mode))
        return super()._sales_guard_domain(mode) & Domain("credit_move_id", "any!", credit)

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._resettle_promises()
        return partials

    def unlink(self):
        # known before it is gone, and asked after: on the way core reads what is still matched
        clients = self._promising_clients()
        res = super().unlink()
        self.env["sales.promise"]._resettle(clients)
        return res

    def _resettle_promises(self):
        """A promise may name an invoice, and money may go back."""
        self.env["sales.promise"]._resettle(self._promising_clients())

    def _promising_clients(self):
        lines = self.debit_move_id | self.credit_move_id
        return lines.partner_id.commercial_partner_id
