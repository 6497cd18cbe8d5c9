from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..credit.res_partner import CREDIT_COLUMNS


class SalesContract(models.Model):
    """How a contract comes into force and ends, and what core is told of it."""

    _inherit = "sales.contract"

    # ------------------------------------------------------
    # Life
    # ------------------------------------------------------

    def action_activate(self):
        """The head puts drafts in force.

        :raise AccessError: he is no head
        :raise UserError: something is missing in the contract
        """
        self._check_head()
        for contract in self:
            contract._check_complete()
        # sudo: the right was checked above; nobody writes the state by himself
        self.sudo().write({"state": "active"})
        self.filtered("is_in_force")._apply_to_client()

    def action_terminate(self):
        """The head ends active contracts today; they stop counting at once."""
        self._check_head()
        running = self.filtered(lambda contract: contract.state == "active")
        # sudo: the right was checked above
        running.sudo().write({"state": "terminated"})
        running._withdraw_from_client()

    def action_draft(self):
        """The head takes an ended contract up again, to change and activate it."""
        self._check_head()
        ended = self.filtered(lambda contract: contract.state in ("expired", "terminated"))
        # sudo: the right was checked above
        ended.sudo().write({"state": "draft", "date_noticed": False, "was_active": True})

    def _check_head(self):
        if not self.env.su and not self._is_head():
            raise AccessError(self.env._("Only the head of sales puts contracts in force or ends them."))
        self.check_access("write")

    def _check_complete(self):
        """:raise UserError: what has to be entered, or why it is too late"""
        if self.state != "draft":
            raise UserError(self.env._("%s is not a draft.", self.display_name))
        if not self.payment_term_id:
            raise UserError(self.env._("%s: enter the payment term.", self.display_name))
        if self.date_end and self.date_end < self.company_id._sales_today():
            raise UserError(self.env._("%s ended before today. Correct the dates first.", self.display_name))

    # ------------------------------------------------------
    # What is known of the client in this transaction, and core's figures of him
    # ------------------------------------------------------

    @api.model
    def _forget_credit(self):
        """Have the credit figures of the clients computed anew, by the contracts as they are now: they are
        not stored and depend on no field, so the ORM would go on with what it has read before.
        """
        self.env["res.partner"].invalidate_model([*CREDIT_COLUMNS, "sales_contract_count"], flush=False)

    def _apply_to_client(self):
        """Core's payment term and credit limit become those of these contracts, in their companies."""
        # sudo: managers and heads have no accounting rights; the values are the contract's
        for contract in self.sudo().sorted(lambda contract: contract.kind == "supply"):
            company = contract.company_id
            company.account_use_credit_limit = True
            contract.client_id.with_company(company).write(contract._prepare_client_values())

    def _prepare_client_values(self):
        return {
            "property_payment_term_id": self.payment_term_id.id,
            "credit_limit": self._credit_limit_in(self.company_id),
        }

    def _credit_limit_in(self, company):
        """:return: the limit in the company's currency, at today's rate"""
        return self.currency_id._convert(
            self.credit_limit, company.currency_id, company, company._sales_today()
        )

    def _withdraw_from_client(self):
        """Ended contracts no longer give a deferral or a limit, unless accounting has changed them."""
        # sudo: as in _apply_to_client
        for contract in self.sudo():
            client = contract.client_id.with_company(contract.company_id)
            if client.property_payment_term_id == contract.payment_term_id:
                client.write({"property_payment_term_id": False, "credit_limit": False})
        self.client_id._contracts_in_force()._apply_to_client()

    # ------------------------------------------------------
    # Every day
    # ------------------------------------------------------

    @api.model
    def _cron_contracts(self):
        """Contracts begin, are announced to end, go on or end, each on its day of the company's time zone."""
        for company in self._companies_with_contracts():
            today = company._sales_today()
            contracts = self.with_company(company).search(
                [("company_id", "=", company.id), ("state", "=", "active")]
            )
            over = contracts.filtered(lambda c, today=today: c.date_end and c.date_end < today)
            over.filtered(lambda c: c.prolongation == "auto")._prolong(today)
            ended = over.filtered(lambda c: c.prolongation != "auto")
            ended.write({"state": "expired"})
            ended._withdraw_from_client()
            contracts.filtered(lambda c, today=today: c.date_start == today)._apply_to_client()
            contracts.filtered(lambda c: c.is_expiring and not c.date_noticed)._remind(today)

    @api.model
    def _companies_with_contracts(self):
        groups = self._read_group([("state", "=", "active")], ["company_id"])
        return self.env["res.company"].union(*(company for (company,) in groups))

    def _prolong(self, today):
        for contract in self:
            end = contract.date_end
            while end < today:
                end += relativedelta(months=contract.prolongation_months)
            contract.write({"date_end": end, "date_noticed": False})
            contract.message_post(
                body=self.env._("Goes on until %s.", format_date(self.env, end)), subtype_xmlid="mail.mt_note"
            )

    def _remind(self, today):
        """One activity for whoever is responsible, once before each end."""
        for contract in self.filtered(lambda contract: contract.prolongation != "auto"):
            contract.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("The contract ends on %s", format_date(self.env, contract.date_end)),
                user_id=(contract.user_id or contract.client_id.user_id or self.env.user).id,
            )
            contract.date_noticed = today
