from odoo import api, models
from odoo.exceptions import UserError


class SalesPromise(models.Model):
    """A promise in one click: the dialog comes filled in."""

    _inherit = "sales.promise"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _action_ask(self, client, **values):
        """:param client: whose promise it is; a contact is remembered as who has promised
        :param values: what is known beside that, by field
        :return: the dialog for a new promise of payment, due on the user's next working day
        :raise UserError: it isn't a client
        """
        defaults = self._prepare_asked(client)
        defaults.update((name, value) for name, value in values.items() if value)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Promise"),
            "res_model": self._name,
            "views": [[self.env.ref("sales_crm.sales_promise_view_form_dialog").id, "form"]],
            "target": "new",
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    @api.model
    def _prepare_asked(self, partner):
        client = partner.commercial_partner_id
        if not client.is_client:
            raise UserError(
                self.env._("%s is not a client. Only clients' promises are kept here.", partner.display_name)
            )
        amount = client.overdue_amount if client.overdue_amount > 0 else max(client.receivable_amount, 0)
        return {
            "client_id": client.id,
            "contact_id": partner.id if partner != client else False,
            "direction": "client",
            "kind": "payment",
            "amount": amount,
            "currency_id": self.env.company.currency_id.id,
            "company_id": self.env.company.id,
            "date_due": self.env["sales.receivable.collect"]._next_workday(self.env.user),
        }


class ResPartner(models.Model):
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def action_promise(self):
        """:return: the dialog for a promise of this client, of what is overdue, else of what he owes"""
        self.ensure_one()
        return self.env["sales.promise"]._action_ask(self)


class MailActivity(models.Model):
    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def action_promise(self):
        """:return: the dialog for a promise that the client gave in this activity; where the activity is
            to get an invoice paid, of what is left of it
        :raise UserError: the activity is not with a client
        """
        self.ensure_one()
        if not self.client_id:
            raise UserError(
                self.env._("“%s” isn't with a client: write the promise down on his card.", self.display_name)
            )
        # sudo: who got the activity to collect an invoice may know what is left of it
        invoice = self.unpaid_move_id.sudo()
        values = invoice._prepare_promise() if invoice else {}
        values["activity_id"] = self.id
        return self.env["sales.promise"]._action_ask(self.client_id, **values)


class AccountMove(models.Model):
    _inherit = "account.move"  # pylint: disable=consider-merging-classes-inherited

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

    def _prepare_promise(self):
        """:return: dict of the values of a promise to pay what is overdue of this invoice, else what is left,
        in its currency
        """
        today = self.company_id._sales_today()
        lines = self.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        late = lines.filtered(lambda line: line.date_maturity and line.date_maturity < today)
        return {
            "move_id": self.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "amount": sum(late.mapped("amount_residual_currency")) or self.amount_residual,
        }
