from odoo import api, models


class AccountMoveLine(models.Model):
    # Beside the guard
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._resettle_promises()
        return lines

    def write(self, vals):
        changes = {"account_id", "amount_currency", "balance", "credit", "debit", "partner_id"} & vals.keys()
        if changes:
            self._resettle_promises()
        res = super().write(vals)
        if changes:
            self._resettle_promises()
        return res

    def unlink(self):
        clients = self._promising_clients()
        res = super().unlink()
        self.env["sales.promise"]._resettle(clients)
        return res

    def _resettle_promises(self):
        self.env["sales.promise"]._resettle(self._promising_clients())

    def _promising_clients(self):
        """A bank statement's entry is posted first, and gets the client's line when it is matched."""
        money = self.filtered(
            lambda line: line.move_id.move_type == "entry" and line.move_id.state == "posted"
        )
        return money.partner_id.commercial_partner_id
