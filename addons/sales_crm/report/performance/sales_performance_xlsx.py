from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.date_utils import parse_date

from ...tools.export_filter import describe_filter

MEASURES = ("ordered_amount", "shipped_amount", "invoiced_amount", "returned_amount", "paid_amount")
QUANTITIES = ("ordered_quantity", "shipped_quantity", "invoiced_quantity")
FIRST_ROW = 4
CHARTED = 20  # rows of a chart
WIDTHS = {"text": 34, "number": 14}


class SalesPerformanceXlsx(models.AbstractModel):
    """Sales performance by manager, by month, by client and by product, with native charts; for each company
    in its own currency. Of what a filter finds, or of the chosen rows.
    """

    _name = "report.sales_crm.sales_performance_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Sales Performance in Excel"

    _xlsx_model = "sales.performance.report"

    # ------------------------------------------------------
    # What it is about
    # ------------------------------------------------------

    @api.model
    def _domain(self, data, docids=None):
        """:return: Domain of the rows: the filter, or the chosen ones"""
        told = (data or {}).get("domain")
        return Domain("id", "in", list(docids or [])) if told is None else Domain(told)

    def create_xlsx_report(self, docids, data):
        """A filter may find millions of rows: they are asked for as a filter, and written down as one."""
        if (data or {}).get("domain") is None:
            return super().create_xlsx_report(docids, data)
        Report = self.env[self._xlsx_model]
        domain = self._domain(data)
        Report._sales_check_export_of_all(domain)
        result = super().create_xlsx_report([], data)
        self.env["sales.export.log"]._pending()[-1:]._set_filter(domain)
        return result

    def _get_objs_for_report(self, docids, data):
        if (data or {}).get("domain") is None:
            return super()._get_objs_for_report(docids, data)
        return self.env[self._xlsx_model]  # of no records: the figures are asked for by the filter

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        objs.check_access("read")
        self._write_performance(workbook, self._domain(data, objs.ids))

    @api.model
    def _write_performance(self, workbook, domain, titled=True):
        """:param Domain domain: of the rows, as far as the user may see them
        :param bool titled: say the filter on each sheet
        """
        Report = self.env[self._xlsx_model]
        words = self._filter_words(Report, domain) if titled else ""
        companies = [company for [company] in Report._read_group(domain, ["company_id"])]
        for number, company in enumerate(companies, 1):
            # sudo: the name and the currency of a company whose rows the user may see
            company = company.sudo()
            prefix = f"{number}. " if len(companies) > 1 else ""
            formats = self._add_formats(workbook, company.currency_id)
            of_company = domain & Domain("company_id", "=", company.id)
            for write in (
                self._write_managers,
                self._write_months,
                self._write_clients,
                self._write_products,
            ):
                write(workbook, formats, of_company, company, prefix, words)
        if not companies:
            formats = self._add_formats(workbook)
            sheet = self._add_sheet(workbook, formats, self.env._("Rows"), [], [])
            self._write_cell(sheet, formats, 0, 0, "text", words)

    @api.model
    def _filter_words(self, model, domain):
        """:return: the filter in words, with the days that it means today"""

        def tell(condition):
            field = model._fields.get(condition.field_expr)
            if field is not None and field.type == "date" and isinstance(condition.value, str):
                day = format_date(self.env, parse_date(condition.value, self.env))
                return Domain(condition.field_expr, condition.operator, day)
            return condition

        words = describe_filter(model, Domain(domain).map_conditions(tell))
        today = format_date(self.env, self.env.user._sales_today())
        return self.env._("Filter: %(filter)s. Counted on %(day)s.", filter=words, day=today)

    # ------------------------------------------------------
    # Sheets
    # ------------------------------------------------------

    @api.model
    def _labels(self, names):
        fields = self.env[self._xlsx_model]._fields
        return [fields[name]._description_string(self.env) for name in names]

    @api.model
    def _open_sheet(self, workbook, formats, name, company, prefix, words, heads):
        widths = [WIDTHS["text"], *(max(WIDTHS["number"], len(head) + 2) for head in heads[1:])]
        sheet = self._add_sheet(
            workbook, formats, f"{prefix}{name}", heads, widths, row=FIRST_ROW - 1, freeze=(FIRST_ROW, 1)
        )
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        title = f"{name}: {company.name}, {company.currency_id.name}"
        self._write_cell(sheet, formats, 0, 0, "title", title)
        self._write_cell(sheet, formats, 1, 0, "text", words)
        return sheet

    @api.model
    def _name_of(self, record, nothing):
        # sudo: names in rows that the user may see
        return record.sudo().display_name if record else nothing

    @api.model
    def _write_by(self, book, sheet_name, group, head, nothing, quantities=()):
        """A sheet with a row for each value of ``group``, the largest first, and the total of them.

        :param tuple book: workbook, formats, domain, company, prefix, words
        :return: (sheet, number of rows)
        """
        workbook, formats, domain, company, prefix, words = book
        names = (*MEASURES, *quantities)
        rows = self.env[self._xlsx_model]._read_group(domain, [group], [f"{name}:sum" for name in names])
        rows.sort(key=lambda row: (-row[1 + MEASURES.index("invoiced_amount")], -row[1], row[0].id))
        heads = [head, *self._labels(names)]
        sheet = self._open_sheet(workbook, formats, sheet_name, company, prefix, words, heads)
        kinds = [*("money" for _name in MEASURES), *("decimal" for _name in quantities)]
        for line, (record, *sums) in enumerate(rows, FIRST_ROW):
            cells = [("text", self._name_of(record, nothing)), *zip(kinds, sums, strict=True)]
            self._write_row(sheet, formats, line, cells)
        totals = [company.currency_id.round(sum(row[1 + place] or 0 for row in rows)) for place in range(5)]
        cells = [("total_text", self.env._("Total"))]
        cells += [("total_money", total) for total in totals]
        self._write_row(sheet, formats, FIRST_ROW + len(rows), cells)
        return sheet, len(rows)

    @api.model
    def _write_managers(self, *book):
        sheet, rows = self._write_by(
            book,
            self.env._("By manager"),
            "user_id",
            self._labels(["user_id"])[0],
            self.env._("No manager"),
        )
        series = [(self._labels([MEASURES[column - 1]])[0], column) for column in (3, 5)]
        self._add_chart(book[0], sheet, "column", series, rows, len(MEASURES) + 2)

    @api.model
    def _write_clients(self, *book):
        sheet, rows = self._write_by(
            book, self.env._("By client"), "client_id", self.env._("Client"), self.env._("No client")
        )
        series = [(self._labels(["invoiced_amount"])[0], 3)]
        self._add_chart(book[0], sheet, "bar", series, min(rows, CHARTED), len(MEASURES) + 2)

    @api.model
    def _write_products(self, *book):
        sheet, rows = self._write_by(
            book,
            self.env._("By product"),
            "product_id",
            self.env._("Product"),
            self.env._("Payments and lines without a product"),
            QUANTITIES,
        )
        series = [(self._labels(["invoiced_amount"])[0], 3)]
        place = len(MEASURES) + len(QUANTITIES) + 2
        self._add_chart(book[0], sheet, "bar", series, min(rows, CHARTED), place)

    @api.model
    def _write_months(self, *book):
        """Invoiced by manager and month."""
        workbook, formats, domain, company, prefix, words = book
        groups = self.env[self._xlsx_model]._read_group(
            domain, ["user_id", "date:month"], ["invoiced_amount:sum"], order="user_id, date:month"
        )
        amounts = {(user, month): amount or 0 for user, month, amount in groups}
        months = sorted({month for _user, month in amounts if month})
        users = list(dict.fromkeys(user for user, _month in amounts))
        name = self.env._("Invoiced by month")
        heads = [self._labels(["user_id"])[0], *(f"{month:%m.%Y}" for month in months), self.env._("Total")]
        sheet = self._open_sheet(workbook, formats, name, company, prefix, words, heads)
        nothing = self.env._("No manager")
        for line, user in enumerate(users, FIRST_ROW):
            of_user = [amounts.get((user, month), 0) for month in months]
            cells = [
                ("text", self._name_of(user, nothing)),
                *(("money", amount) for amount in of_user),
                ("total_money", company.currency_id.round(sum(of_user))),
            ]
            self._write_row(sheet, formats, line, cells)
        of_month = [sum(amounts.get((user, month), 0) for user in users) for month in months]
        totals = [company.currency_id.round(total) for total in (*of_month, sum(of_month))]
        cells = [("total_text", self.env._("Total"))]
        cells += [("total_money", total) for total in totals]
        self._write_row(sheet, formats, FIRST_ROW + len(users), cells)
        self._chart_months(workbook, sheet, name, len(users), len(months))

    # ------------------------------------------------------
    # Charts
    # ------------------------------------------------------

    @api.model
    def _add_chart(self, workbook, sheet, kind, series, rows, place):
        """:param list series: (name, column) of each"""
        if not rows:
            return
        chart = workbook.add_chart({"type": kind})
        last = FIRST_ROW + rows - 1
        for name, column in series:
            chart.add_series(
                {
                    "name": name,
                    "categories": [sheet.name, FIRST_ROW, 0, last, 0],
                    "values": [sheet.name, FIRST_ROW, column, last, column],
                    "gap": 40,
                }
            )
        if kind == "bar":
            chart.set_y_axis({"reverse": True})
        chart.set_title({"name": ", ".join(name for name, _column in series)})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": max(360, 24 * rows)})
        sheet.insert_chart(FIRST_ROW - 1, place, chart)

    @api.model
    def _chart_months(self, workbook, sheet, title, users, months):
        """A column for each month, stacked by manager."""
        if not users or not months:
            return
        chart = workbook.add_chart({"type": "column", "subtype": "stacked"})
        for line in range(FIRST_ROW, FIRST_ROW + users):
            chart.add_series(
                {
                    "name": [sheet.name, line, 0],
                    "categories": [sheet.name, FIRST_ROW - 1, 1, FIRST_ROW - 1, months],
                    "values": [sheet.name, line, 1, line, months],
                    "gap": 40,
                }
            )
        chart.set_title({"name": title})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 860, "height": 400})
        sheet.insert_chart(FIRST_ROW + users + 2, 0, chart)
