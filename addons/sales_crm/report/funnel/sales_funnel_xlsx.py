from odoo import api, models

FIRST_ROW = 4


class SalesFunnelXlsx(models.AbstractModel):
    """The funnel's screen as an Excel file, with native charts, from the same figures."""

    _name = "report.sales_crm.sales_funnel_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Funnel in Excel"

    def create_xlsx_report(self, docids, data):
        """Sums don't say whose they are: who takes them out must have the right to all he can see."""
        self.env["sales.funnel.report"]._sales_check_export_of_all()
        return super().create_xlsx_report(docids, data)

    def _get_objs_for_report(self, docids, data):
        return self.env["sales.funnel.report"]  # of no records: the figures are asked for by options

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        funnel = self.env["sales.funnel"].get_funnel((data or {}).get("options"))
        formats = self._add_formats(workbook)
        self._write_bars(workbook, formats, funnel)
        self._write_groups(workbook, formats, funnel)
        self._write_lost(workbook, formats, funnel)

    @api.model
    def _describe(self, options):
        """:return: what is counted, in words"""
        words = {
            "cohort": self.env._("Deals that reached the first level in the period, and how far they got"),
            "event": self.env._("Levels reached in the period"),
        }[options["mode"]]
        if options["mode"] == "cohort" and options["days"]:
            words += " " + self.env._("within %s days", options["days"])
        return f"{options['date_from']} – {options['date_to']}. {words}"

    @api.model
    def _open_sheet(self, workbook, formats, name, title, heads):
        widths = [28, *(14 for _column in range(max(len(heads), 2)))]
        sheet = self._add_sheet(workbook, formats, name, heads, widths, row=FIRST_ROW - 1)
        self._write_cell(sheet, formats, 0, 0, "title", name)
        self._write_cell(sheet, formats, 1, 0, "text", title)
        return sheet

    @api.model
    def _add_chart(self, workbook, sheet, kind, title, rows, column, place):
        """A native chart of one column of the table against its first column."""
        if not rows:
            return
        chart = workbook.add_chart({"type": kind})
        last = FIRST_ROW + rows - 1
        chart.add_series(
            {
                "name": title,
                "categories": [sheet.name, FIRST_ROW, 0, last, 0],
                "values": [sheet.name, FIRST_ROW, column, last, column],
                "data_labels": {"value": kind != "pie", "percentage": kind == "pie"},
                **({} if kind == "pie" else {"gap": 15}),
            }
        )
        chart.set_title({"name": title})
        if kind == "bar":
            chart.set_y_axis({"reverse": True})
        if kind != "pie":
            chart.set_legend({"none": True})
        chart.set_size({"width": 640, "height": 340})
        sheet.insert_chart(FIRST_ROW - 1, place, chart)

    @api.model
    def _write_bars(self, workbook, formats, funnel):
        heads = [
            self.env._("Level"),
            self.env._("Deals"),
            self.env._("Amount"),
            self.env._("Of the first level"),
            self.env._("Of the level before"),
            self.env._("Average days"),
            self.env._("Median days"),
        ]
        sheet = self._open_sheet(
            workbook, formats, self.env._("Funnel"), self._describe(funnel["options"]), heads
        )
        for row, bar in enumerate(funnel["bars"], FIRST_ROW):
            cells = [
                ("text", bar["name"]),
                ("number", bar["count"]),
                ("money", bar["amount"]),
                ("share", bar["share"]),
                ("share", bar["share_before"]),
                ("decimal", bar["days_average"]),
                ("decimal", bar["days_median"]),
            ]
            self._write_row(sheet, formats, row, cells)
        rows = len(funnel["bars"])
        self._add_chart(workbook, sheet, "bar", self.env._("Deals by level"), rows, 1, len(heads) + 1)

    @api.model
    def _write_groups(self, workbook, formats, funnel):
        name = dict(funnel["choices"]["group"])[funnel["options"]["group"]]
        levels = [bar["name"] for bar in funnel["bars"]]
        heads = [name, *levels, self.env._("Conversion to deal"), self.env._("Amount of deals")]
        sheet = self._open_sheet(
            workbook,
            formats,
            self.env._("By %s", name.lower()),
            self._describe(funnel["options"]),
            heads,
        )
        for row, line in enumerate(funnel["groups"], FIRST_ROW):
            deal = next((bar for bar in line["bars"] if bar["level"] == "deal"), None)
            cells = [("text", line["name"]), *(("number", bar["count"]) for bar in line["bars"])]
            if deal:
                cells += [("share", deal["share"]), ("money", deal["amount"])]
            self._write_row(sheet, formats, row, cells)
        rows, column = len(funnel["groups"]), len(levels) + 1
        title = self.env._("Conversion to deal")
        self._add_chart(workbook, sheet, "column", title, rows, column, len(heads) + 1)

    @api.model
    def _write_lost(self, workbook, formats, funnel):
        for part, name, kind in (
            ("reasons", self.env._("Lost by reason"), "pie"),
            ("stages", self.env._("Lost by stage"), "column"),
        ):
            heads = [name, self.env._("Deals"), self.env._("Amount")]
            sheet = self._open_sheet(workbook, formats, name, self._describe(funnel["options"]), heads)
            lines = funnel["lost"][part]
            for row, line in enumerate(lines, FIRST_ROW):
                cells = [("text", line["name"]), ("number", line["count"]), ("money", line["amount"])]
                self._write_row(sheet, formats, row, cells)
            self._add_chart(workbook, sheet, kind, name, len(lines), 1, len(heads) + 1)
