from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.export_filter import describe_filter

WIDTHS = (26, 34, 18, 18, 12, 12, 10, 16, 16, 16, 16, 16, 16, 16, 10)
FIRST_AMOUNT = 8  # column; before it are texts and dates
OF_MANAGER = ("residual", "covered", "left_to_pay", "overdue")
CHARTED = (3, 4)  # columns of them: left to pay, overdue


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
        companies = rows.grouped("company_id")
        for company, of_company in companies.items():
            self._write_company(workbook, company, of_company)
        for number, (company, of_company) in enumerate(companies.items(), 1):
            prefix = f"{number}. " if len(companies) > 1 else ""
            # sudo: the name and the currency of a company whose rows the user may see
            self._write_managers(workbook, prefix, company.sudo(), of_company)

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

    # ------------------------------------------------------
    # By manager
    # ------------------------------------------------------

    @api.model
    def _write_managers(self, workbook, prefix, company, rows):
        """A sheet with what each manager's clients owe, a native chart, and which rows were chosen."""
        formats = self._add_formats(workbook, company.currency_id)
        fields = rows._fields
        heads = [self.env._("Manager Now")]
        heads += [fields[name]._description_string(self.env) for name in OF_MANAGER]
        name = f"{prefix}{self.env._('By manager')}"
        sheet = self._add_sheet(workbook, formats, name, heads, (34, 18, 18, 18, 18), freeze=(1, 1))
        groups = rows.grouped("manager_id")
        for line, (manager, of_manager) in enumerate(groups.items(), 1):
            # sudo: names of managers whose rows the user may see
            cells = [("text", manager.sudo().name or self.env._("No manager"))]
            cells += [("money", total) for total in self._sums(company, of_manager)]
            self._write_row(sheet, formats, line, cells)
        last = len(groups)
        cells = [("total_text", self.env._("Total: %s", company.name))]
        cells += [("total_money", total) for total in self._sums(company, rows)]
        self._write_row(sheet, formats, last + 1, cells)
        words = self.env._(
            "Filter: %(filter)s. Counted on %(day)s.",
            filter=describe_filter(rows, Domain("id", "in", rows.ids)),
            day=format_date(self.env, company._sales_today()),
        )
        self._write_cell(sheet, formats, last + 2, 0, "text", words)
        self._add_chart(workbook, sheet, heads, last)

    @api.model
    def _sums(self, company, rows):
        return [company.currency_id.round(sum(rows.mapped(name))) for name in OF_MANAGER]

    @api.model
    def _add_chart(self, workbook, sheet, heads, last):
        chart = workbook.add_chart({"type": "column"})
        for column in CHARTED:
            chart.add_series(
                {
                    "name": heads[column],
                    "categories": [sheet.name, 1, 0, last, 0],
                    "values": [sheet.name, 1, column, last, column],
                    "gap": 40,
                }
            )
        chart.set_title({"name": ", ".join(heads[column] for column in CHARTED)})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": 360})
        sheet.insert_chart(last + 4, 0, chart)
