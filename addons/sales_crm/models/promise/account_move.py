from odoo import models
from odoo.exceptions import UserError

from ...tools.receivable import RECEIVABLE


class AccountMove(models.Model):
    """Money that comes, or goes back, settles promises."""

    _inherit = "account.move"

    def action_promise(self):
        """:return: the dialog for a promise to pay this invoice, what is overdue of it or else what is left
        :raise UserError: nothing is left to pay
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "posted" or self.move_type != "out_invoice" or self.amount_residual <= 0:
            raise UserError(
                self.env._("%s: nothing is left to pay, so nothing to promise.", self.display_name)
            )
        # sudo: the manager may read the invoice, not the entries behind it
        return self.env["sales.promise"]._action_ask(self.partner_id, **self.sudo()._prepare_promise())

    def _prepare_promise(self, client=None):
        """:param client: whose part of it; of an entry that says what several clients owe
        :return: dict of the values of a promise to pay what is overdue of this invoice, else what is left,
        in its currency
        """
        today = self.company_id._sales_today()
        lines = self.line_ids.filtered(
            lambda line: (
                line.account_type == RECEIVABLE
                and (not client or line.partner_id.commercial_partner_id == client.commercial_partner_id)
            )
        )
        late = lines.filtered(lambda line: (line.date_maturity or line.date) < today)
        return {
            "move_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "amount": sum(late.mapped("amount_residual_currency"))
            or sum(lines.mapped("amount_residual_currency")),
        }

    def write(self, vals):
        res = super().write(vals)
        if {"state", "date", "partner_id", "journal_id"} & vals.keys():
            self._resettle_promises()
        return res

    def _resettle_promises(self):
        """Invoices bring no money: their posting is not looked at."""
        entries = self.filtered(lambda move: move.move_type == "entry")
        self.env["sales.promise"]._resettle(entries.line_ids.partner_id.commercial_partner_id)
