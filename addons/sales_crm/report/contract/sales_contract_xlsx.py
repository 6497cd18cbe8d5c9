from odoo import api, models


class SalesContractXlsx(models.AbstractModel):
    """The register of contracts: terms, and how each client stands today, one row per contract."""

    _name = "report.sales_crm.sales_contract_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Register of Contracts"

    @api.model
    def _columns(self):
        """:return: list of (heading, width, format, function of a contract)"""
        states = dict(self.env["sales.contract"]._fields["state"]._description_selection(self.env))
        kinds = dict(self.env["sales.contract"]._fields["kind"]._description_selection(self.env))
        return [
            (self.env._("Client"), 36, "text", lambda contract: contract.client_id.display_name),
            (self.env._("Number"), 16, "text", lambda contract: contract.name),
            (self.env._("Kind"), 14, "text", lambda contract: kinds[contract.kind]),
            (self.env._("State"), 14, "text", lambda contract: states[contract.state]),
            (self.env._("From"), 12, "date", lambda contract: contract.date_start),
            (self.env._("Until"), 12, "date", lambda contract: contract.date_end),
            (self.env._("Responsible"), 24, "text", lambda contract: contract.user_id.name),
            (self.env._("Deferral (days)"), 12, "number", lambda contract: contract.deferral_days),
            (self.env._("Currency"), 10, "text", lambda contract: contract.currency_id.name),
            (self.env._("Credit Limit"), 16, "money", lambda contract: contract.credit_limit),
            (self.env._("Debt"), 16, "money", lambda contract: self._client(contract).receivable_amount),
            (self.env._("Overdue"), 16, "money", lambda contract: self._client(contract).overdue_amount),
        ]

    @api.model
    def _client(self, contract):
        return contract.client_id.with_company(contract.company_id)

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        self._write_table(workbook, self.env._("Contracts"), objs, freeze=(1, 2))
