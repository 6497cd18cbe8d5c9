from odoo import api, models


class SalesContractXlsx(models.AbstractModel):
    """The register of contracts: terms, and how each client stands today, one row per contract."""

    _name = "report.sales_crm.sales_contract_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Register of Contracts"

    @api.model
    def get_workbook_options(self):
        return {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

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
        objs.check_access("read")
        formats = {
            "head": workbook.add_format({"bold": True, "bg_color": "#E7E9ED", "text_wrap": True}),
            "text": workbook.add_format({}),
            "date": workbook.add_format({"num_format": "dd.mm.yyyy", "align": "left"}),
            "number": workbook.add_format({"num_format": "0"}),
            "money": workbook.add_format({"num_format": "#,##0.00"}),
        }
        sheet = workbook.add_worksheet(self.env._("Contracts"))
        columns = self._columns()
        for position, (heading, width, _kind, _value) in enumerate(columns):
            sheet.set_column(position, position, width)
            sheet.write_string(0, position, heading, formats["head"])
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, len(objs), len(columns) - 1)
        for row, contract in enumerate(objs, start=1):
            for position, (_heading, _width, kind, value) in enumerate(columns):
                self._write_cell(sheet, row, position, kind, value(contract), formats)

    @api.model
    def _write_cell(self, sheet, row, position, kind, value, formats):
        if kind == "text":
            sheet.write_string(row, position, value or "", formats[kind])
        elif kind == "date" and value:
            sheet.write_datetime(row, position, value, formats[kind])
        elif kind != "date":
            sheet.write_number(row, position, value or 0, formats[kind])
