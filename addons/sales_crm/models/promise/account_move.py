from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Money that comes, or goes back, settles promises."""

    _inherit = "account.move"

    def action_promise(self):
        """:return: the dialog for a promise to pay this invoice, what is overdue of it or else what is left
        :raise UserError: nothing is left to pay
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: the manager may read the invoice, not the entries behind it
        values = self.sudo()._prepare_promise()
        if self.move_type != "out_invoice" or not values["amount"]:
            raise UserError(
                self.env._("%s: nothing is left to pay, so nothing to promise.", self.display_name)
            )
        return self.env["sales.promise"]._action_ask(self.partner_id, **values)

    def _prepare_promise(self, client=None):
        """:param client: whose part of it; of an entry that says what several clients owe
        :return: dict of the values of a promise to pay what is overdue of this invoice, else what is left,
        in its currency; what unmatched money covers is paid
        """
        debts = self._debts_left(client)
        late = debts.filtered("days_overdue")
        return {
            "move_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "amount": sum(debt._left_in_currency() for debt in late or debts),
        }

    def _debts_left(self, client=None):
        """:param client: whose part of it
        :return: the receivables of this invoice that unmatched money doesn't cover
        """
        domain = [("move_id", "=", self.id), ("left_to_pay", ">", 0)]
        if client:
            domain.append(("client_id", "=", client.commercial_partner_id.id))
        return self.env["sales.receivable.report"].search(domain)

    def write(self, vals):
        res = super().write(vals)
        if {"state", "date", "partner_id", "journal_id"} & vals.keys():
            self._resettle_promises()
        return res

    def _resettle_promises(self):
        """Invoices bring no money: their posting is not looked at."""
        entries = self.filtered(lambda move: move.move_type == "entry")
        self.env["sales.promise"]._resettle(entries.line_ids.partner_id.commercial_partner_id)
