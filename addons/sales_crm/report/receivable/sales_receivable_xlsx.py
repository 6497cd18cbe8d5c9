from odoo import api, models

WIDTHS = (26, 34, 18, 18, 12, 12, 10, 16, 16, 16, 16, 16, 10)
FIRST_AMOUNT = 8  # column; before it are texts and dates


class SalesReceivableXlsx(models.AbstractModel):
    """Receivables by manager and client, with subtotals; a sheet for each company, in its currency."""

    _name = "report.sales_crm.sales_receivable_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Receivables in Excel"

    @api.model
    def _get_objs_for_report(self, docids, data):
        """Nobody says by the context that the report is about something else."""
        return super(
            SalesReceivableXlsx, self.with_context(active_model="sales.receivable.report")
        )._get_objs_for_report(docids, data)

    @api.model
    def get_workbook_options(self):
        return {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }

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
    def _formats(self, workbook, currency):
        number = f"#,##0.{'0' * currency.decimal_places}" if currency.decimal_places else "#,##0"
        total = {"bold": True, "bg_color": "#F3F4F6"}
        return {
            "head": workbook.add_format({"bold": True, "bg_color": "#E7E9ED", "text_wrap": True}),
            "text": workbook.add_format({}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
            "amount": workbook.add_format({"num_format": number}),
            "total": workbook.add_format(total),
            "total_amount": workbook.add_format({**total, "num_format": number}),
        }

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
            self.env._("Overdue, %s", currency.name),
            self.env._("Debt in Currency"),
            self.env._("Currency"),
        ]

    @api.model
    def _write_company(self, workbook, company, rows):
        # sudo: the name and the currency of a company whose rows the user may see
        company = company.sudo()
        sheet = workbook.add_worksheet(
            self.env["report.sales_crm.sales_import_xlsx"]._sheet_name(company.name)
        )
        formats = self._formats(workbook, company.currency_id)
        sheet.freeze_panes(1, 2)
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        for column, header in enumerate(self._headers(company.currency_id)):
            sheet.write_string(0, column, header, formats["head"])
        line = 0
        for manager, of_manager in rows.grouped("manager_id").items():
            for client, of_client in of_manager.grouped("client_id").items():
                for row in of_client:
                    line += 1
                    sheet.set_row(line, None, None, {"level": 2})
                    self._write_row(sheet, formats, line, row)
                line += 1
                sheet.set_row(line, None, None, {"level": 1})
                texts = ["", self.env._("Total: %s", client.sudo().display_name or self.env._("No client"))]
                self._write_total(sheet, formats, line, texts, of_client)
            line += 1
            texts = [self.env._("Total: %s", manager.sudo().name or self.env._("No manager"))]
            self._write_total(sheet, formats, line, texts, of_manager)
        self._write_total(sheet, formats, line + 1, [self.env._("Total: %s", company.name)], rows)

    @api.model
    def _write_row(self, sheet, formats, line, row):
        ages = dict(row._fields["age"]._description_selection(self.env))
        # sudo: the names in rows that the user may see
        named = row.sudo()
        texts = {
            0: named.manager_id.name,
            1: named.client_id.display_name,
            2: row.number,
            3: named.contract_id.name,
            7: ages[row.age],
            12: named.currency_id.name,
        }
        for column in range(FIRST_AMOUNT):
            if column in (4, 5):
                date = row.invoice_date if column == 4 else row.date_due
                if date:
                    sheet.write_datetime(line, column, date, formats["date"])
            elif column == 6:
                sheet.write_number(line, column, row.days_overdue)
            else:
                sheet.write_string(line, column, texts[column] or "", formats["text"])
        amounts = (row.amount, row.residual, row.overdue, row.residual_currency)
        for column, amount in enumerate(amounts, FIRST_AMOUNT):
            sheet.write_number(line, column, amount, formats["amount"])
        sheet.write_string(line, 12, texts[12] or "", formats["text"])

    @api.model
    def _write_total(self, sheet, formats, line, texts, rows):
        for column in range(FIRST_AMOUNT):
            sheet.write_string(line, column, texts[column] if column < len(texts) else "", formats["total"])
        for column, name in enumerate(("amount", "residual", "overdue"), FIRST_AMOUNT):
            total = rows.company_currency_id.round(sum(rows.mapped(name)))
            sheet.write_number(line, column, total, formats["total_amount"])
