from odoo import api, models

WIDTHS = (26, 34, 18, 18, 12, 12, 10, 16, 16, 16, 16, 16, 16, 16, 10)
FIRST_AMOUNT = 8  # column; before it are texts and dates


class SalesReceivableXlsx(models.AbstractModel):
    """Receivables by manager and client, with subtotals; a sheet for each company, in its currency."""

    _name = "report.sales_crm.sales_receivable_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Receivables in Excel"

    _xlsx_model = "sales.receivable.report"
    _xlsx_constant_memory = True

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        """:param objs: rows of the receivables, in any order"""
        objs.check_access("read")
        rows = objs.exists().sorted(self._order_key)
        for company, of_company in rows.grouped("company_id").items():
            self._write_company(workbook, company, of_company)

    @api.model
    def _order_key(self, row):
        """:return: sort key: rows without a manager last"""
        # sudo: names of managers and clients whose rows the user may see
        manager, client = row.manager_id.sudo(), row.client_id.sudo()
        return (
            not manager,
            (manager.name or "").lower(),
            manager.id,
            (client.display_name or "").lower(),
            client.id,
            str(row.date_due),
            row.id,
        )

    @api.model
    def _headers(self, currency):
        return [
            self.env._("Manager Now"),
            self.env._("Client"),
            self.env._("Invoice"),
            self.env._("Contract"),
            self.env._("Invoice Date"),
            self.env._("Due Date"),
            self.env._("Days Overdue"),
            self.env._("Age"),
            self.env._("Amount, %s", currency.name),
            self.env._("Debt, %s", currency.name),
            self.env._("Covered, %s", currency.name),
            self.env._("Left to Pay, %s", currency.name),
            self.env._("Overdue, %s", currency.name),
            self.env._("Debt in Currency"),
            self.env._("Currency"),
        ]

    @api.model
    def _write_company(self, workbook, company, rows):
        # sudo: the name and the currency of a company whose rows the user may see
        company = company.sudo()
        formats = self._add_formats(workbook, company.currency_id)
        heads = self._headers(company.currency_id)
        sheet = self._add_sheet(workbook, formats, company.name, heads, WIDTHS, freeze=(1, 2))
        line = 0
        for manager, of_manager in rows.grouped("manager_id").items():
            for client, of_client in of_manager.grouped("client_id").items():
                for row in of_client:
                    line += 1
                    sheet.set_row(line, None, None, {"level": 2})
                    self._write_row(sheet, formats, line, self._cells(row))
                line += 1
                sheet.set_row(line, None, None, {"level": 1})
                texts = ["", self.env._("Total: %s", client.sudo().display_name or self.env._("No client"))]
                self._write_total(sheet, formats, line, texts, of_client)
            line += 1
            texts = [self.env._("Total: %s", manager.sudo().name or self.env._("No manager"))]
            self._write_total(sheet, formats, line, texts, of_manager)
        self._write_total(sheet, formats, line + 1, [self.env._("Total: %s", company.name)], rows)

    @api.model
    def _cells(self, row):
        """:return: list of (kind, value) of a row"""
        ages = dict(row._fields["age"]._description_selection(self.env))
        # sudo: the names in rows that the user may see
        named = row.sudo()
        return [
            ("text", named.manager_id.name),
            ("text", named.client_id.display_name),
            ("text", row.number),
            ("text", named.contract_id.name),
            ("date", row.invoice_date),
            ("date", row.date_due),
            ("number", row.days_overdue),
            ("text", ages[row.age]),
            ("money", row.amount),
            ("money", row.residual),
            ("money", row.covered),
            ("money", row.left_to_pay),
            ("money", row.overdue),
            ("money", row.residual_currency),
            ("text", named.currency_id.name),
        ]

    @api.model
    def _write_total(self, sheet, formats, line, texts, rows):
        texts = [*texts, *("" for _column in range(FIRST_AMOUNT - len(texts)))]
        totals = [
            rows.company_currency_id.round(sum(rows.mapped(name)))
            for name in ("amount", "residual", "covered", "left_to_pay", "overdue")
        ]
        cells = [("total_text", text) for text in texts] + [("total_money", total) for total in totals]
        self._write_row(sheet, formats, line, cells)
