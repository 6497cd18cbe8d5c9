from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.export_filter import describe_filter

COUNTS = (
    "planned_count",
    "done_count",
    "done_late_count",
    "carried_count",
    "moved_count",
    "cancelled_count",
    "reassigned_count",
    "open_count",
    "unplanned_count",
)
CHARTED = (2, 3, 4, 5, 6, 7, 8)  # columns of the stacked chart: the parts of the planned
COLOURS = ("#2E8B57", "#8FBC8F", "#E0A030", "#D2691E", "#9AA0A6", "#B39DDB", "#4682B4")


class SalesActivityXlsx(models.AbstractModel):
    """Plan against fact of the chosen rows: by manager with a chart, by manager and month, and the rows."""

    _name = "report.sales_crm.sales_activity_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Plan against Fact in Excel"

    _xlsx_model = "sales.activity.report"

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        """:param objs: rows of the report, in any order"""
        objs.check_access("read")
        formats = self._add_formats(workbook)
        rows = objs.exists()
        self._write_managers(workbook, formats, rows)
        self._write_months(workbook, formats, rows)
        self._write_rows(workbook, formats, rows)

    @api.model
    def _count_heads(self):
        fields = self.env["sales.activity.report"]._fields
        names = (*COUNTS, "done_share", "closed_share")
        return [fields[name]._description_string(self.env) for name in names]

    @api.model
    def _open_sheet(self, workbook, formats, name, heads, width=14):
        widths = [28, *(width for _head in heads)]
        sheet = self._add_sheet(workbook, formats, name, heads, widths, freeze=(1, 1))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    @api.model
    def _write_counts(self, sheet, formats, line, column, rows, style=""):
        """Write the sums of ``rows`` and, where something was planned, the shares."""
        sums = dict.fromkeys(COUNTS, 0)
        for row in rows:
            for name in COUNTS:
                sums[name] += row[name]
        cells = [(f"{style}number", number) for number in sums.values()]
        planned = sums["planned_count"]
        if planned:
            closed = sums["done_count"] + sums["done_late_count"]
            cells += [(f"{style}share", sums["done_count"] / planned), (f"{style}share", closed / planned)]
        self._write_row(sheet, formats, line, cells, column)

    @api.model
    def _by_manager(self, rows):
        """:return: list of (user, his rows) by name, sudo-ed users"""
        # sudo: names of managers whose rows the user may see
        grouped = rows.grouped(lambda row: row.user_id.sudo())
        return sorted(grouped.items(), key=lambda item: ((item[0].name or "").lower(), item[0].id))

    @api.model
    def _write_managers(self, workbook, formats, rows, name=None):
        """:param str name: of the sheet, if it stands in another workbook"""
        heads = [self.env._("Manager"), *self._count_heads()]
        sheet = self._open_sheet(workbook, formats, name or self.env._("By manager"), heads)
        groups = self._by_manager(rows)
        for line, (manager, of_manager) in enumerate(groups, 1):
            self._write_cell(sheet, formats, line, 0, "text", manager.name)
            self._write_counts(sheet, formats, line, 1, of_manager)
        last = len(groups)
        self._write_cell(sheet, formats, last + 1, 0, "total_text", self.env._("Total"))
        self._write_counts(sheet, formats, last + 1, 1, rows, "total_")
        self._write_cell(sheet, formats, last + 2, 0, "text", self._describe(rows))
        if groups:
            self._add_chart(workbook, sheet, heads, last)

    @api.model
    def _describe(self, rows):
        """:return: which rows were chosen, in words"""
        words = describe_filter(rows, Domain("id", "in", rows.ids))
        days = rows.mapped("date")
        if days:
            words += f", {format_date(self.env, min(days))} – {format_date(self.env, max(days))}"
        return words

    @api.model
    def _add_chart(self, workbook, sheet, heads, last):
        chart = workbook.add_chart({"type": "bar", "subtype": "stacked"})
        for column, colour in zip(CHARTED, COLOURS, strict=True):
            chart.add_series(
                {
                    "name": heads[column],
                    "categories": [sheet.name, 1, 0, last, 0],
                    "values": [sheet.name, 1, column, last, column],
                    "fill": {"color": colour},
                    "gap": 40,
                }
            )
        chart.set_title({"name": self.env._("Plan against Fact")})
        chart.set_y_axis({"reverse": True})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 860, "height": 140 + 40 * last})
        sheet.insert_chart(last + 4, 0, chart)

    @api.model
    def _write_months(self, workbook, formats, rows):
        heads = [self.env._("Manager"), self.env._("Month"), *self._count_heads()]
        sheet = self._open_sheet(workbook, formats, self.env._("By month"), heads)
        line = 0
        for manager, of_manager in self._by_manager(rows):
            for month, of_month in sorted(of_manager.grouped(lambda row: row.date.replace(day=1)).items()):
                line += 1
                self._write_cell(sheet, formats, line, 0, "text", manager.name)
                self._write_cell(sheet, formats, line, 1, "month", month)
                self._write_counts(sheet, formats, line, 2, of_month)

    @api.model
    def _write_rows(self, workbook, formats, rows):
        fields = rows._fields
        names = (
            *("user_id", "date", "client_id", "client_class", "activity_type_id", "activity_id"),
            *("priority", "origin", "result", "cancel_reason"),
        )
        heads = [fields[name]._description_string(self.env) for name in names]
        sheet = self._open_sheet(workbook, formats, self.env._("Rows"), heads, 20)
        labels = {
            name: dict(fields[name]._description_selection(self.env))
            for name in ("priority", "origin", "result")
        }
        # sudo: names in rows that the user may see
        for line, row in enumerate(rows.sudo(), 1):
            for column, name in enumerate(names):
                value = row[name]
                if name in labels:
                    value = labels[name].get(value)
                elif fields[name].relational:
                    value = value.display_name
                self._write_cell(sheet, formats, line, column, "date" if name == "date" else "text", value)
