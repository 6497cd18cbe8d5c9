from odoo import api, fields, models
from odoo.fields import Domain


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    statement_balance_end_real = fields.Monetary(
        related=None,
        compute="_compute_statement_balance_end_real",
        search="_search_statement_balance_end_real",
    )

    @api.depends("statement_id.balance_end_real")
    @api.depends_context("uid")
    def _compute_statement_balance_end_real(self):
        restricted = self._sales_checks_references()
        for line in self:
            # sudo: as core's related field; whoever may see the line sees the statement's balance
            line.statement_balance_end_real = not restricted and line.statement_id.sudo().balance_end_real

    @api.model
    def _search_statement_balance_end_real(self, operator, value):
        return Domain("statement_id.balance_end_real", operator, value)

    @api.depends_context("uid")
    def _compute_running_balance(self):
        if self._sales_checks_references():
            self.running_balance = False
            return None
        return super()._compute_running_balance()
