from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.export_filter import describe_filter

FIRST_ROW = 4
NAMES = ("shipments", "debt", "debt_ratio", "overdue", "overdue_ratio", "days_sales", "prepaid")
KINDS = ("money", "money", "share", "money", "share", "decimal", "money")
DEBT, OVERDUE = 2, 4  # columns of the chart


class SalesReceivableKpiXlsx(models.AbstractModel):
    """Debt indicators by manager with a native chart: a sheet for each company and day, in its currency."""

    _name = "report.sales_crm.sales_receivable_kpi_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Debt Indicators in Excel"

    _xlsx_model = "sales.receivable.kpi"

    def create_xlsx_report(self, docids, data):
        """Indicators hang on no client, so nobody else asks whether the user may take them out."""
        self._get_objs_for_report(docids, data)._sales_check_export()
        return super().create_xlsx_report(docids, data)

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        """:param objs: rows of the indicators, in any order"""
        objs.check_access("read")
        words = describe_filter(objs, Domain("id", "in", objs.ids))
        self._write_indicators(workbook, objs.exists(), words)

    @api.model
    def _write_indicators(self, workbook, rows, words):
        """:param str words: which rows these are"""
        # sudo: names of companies whose rows the user may see
        groups = rows.grouped(lambda row: (row.company_id.sudo(), row.date))
        companies = list(rows.company_id.sudo())
        for (company, day), of_day in groups.items():
            name = self.env._("Debt")
            if len(companies) > 1:
                name = f"{companies.index(company) + 1}. {name}"
            if len(groups) > len(companies):
                name += f" {day}"
            self._write_day(workbook, name, company, day, of_day, words)

    @api.model
    def _heads(self):
        fields = self.env[self._xlsx_model]._fields
        return [fields[name]._description_string(self.env) for name in ("manager_id", *NAMES)]

    @api.model
    def _write_day(self, workbook, name, company, day, rows, words):
        formats, heads = self._add_formats(workbook, company.currency_id), self._heads()
        widths = [34, *(max(14, len(head) + 2) for head in heads[1:])]
        sheet = self._add_sheet(
            workbook, formats, name, heads, widths, row=FIRST_ROW - 1, freeze=(FIRST_ROW, 1)
        )
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        title = self.env._(
            "Debt indicators on %(day)s: %(company)s, %(currency)s",
            day=format_date(self.env, day),
            company=company.name,
            currency=company.currency_id.name,
        )
        self._write_cell(sheet, formats, 0, 0, "title", title)
        self._write_cell(sheet, formats, 1, 0, "text", words)
        for line, row in enumerate(rows.sorted(lambda row: (-row.debt, row.id)), FIRST_ROW):
            # sudo: names of managers whose rows the user may see
            manager = row.manager_id.sudo().name or self.env._("No manager")
            cells = [("text", manager), *((kind, row[of]) for of, kind in zip(NAMES, KINDS, strict=True))]
            self._write_row(sheet, formats, line, cells)
        self._write_total(sheet, formats, FIRST_ROW + len(rows), rows)
        self._add_chart(workbook, sheet, heads, len(rows))

    @api.model
    def _write_total(self, sheet, formats, line, rows):
        """A ratio of the total is the ratio of the sums."""
        currency = rows.currency_id[:1]
        sums = {
            name: currency.round(sum(rows.mapped(name)))
            for name in ("shipments", "shipments_full", "debt", "overdue", "prepaid")
        }
        shipped, debt = sums["shipments_full"], sums["debt"]
        days = max(rows.mapped("full_days"), default=0)
        values = {
            **sums,
            "debt_ratio": debt / shipped if shipped > 0 else None,
            "overdue_ratio": sums["overdue"] / debt if debt > 0 else None,
            "days_sales": debt / shipped * days if shipped > 0 else None,
        }
        cells = [("total_text", self.env._("Total"))]
        cells += [(f"total_{kind}", values[name]) for name, kind in zip(NAMES, KINDS, strict=True)]
        self._write_row(sheet, formats, line, cells)

    @api.model
    def _add_chart(self, workbook, sheet, heads, rows):
        if not rows:
            return
        chart = workbook.add_chart({"type": "column"})
        last = FIRST_ROW + rows - 1
        for column in (DEBT, OVERDUE):
            chart.add_series(
                {
                    "name": heads[column],
                    "categories": [sheet.name, FIRST_ROW, 0, last, 0],
                    "values": [sheet.name, FIRST_ROW, column, last, column],
                    "gap": 40,
                }
            )
        chart.set_title({"name": f"{heads[DEBT]}, {heads[OVERDUE]}"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": 360})
        sheet.insert_chart(last + 4, 0, chart)
