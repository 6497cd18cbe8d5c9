from odoo import api, models

FIRST_ROW = 4


class SalesFunnelXlsx(models.AbstractModel):
    """The funnel's screen as an Excel file, with native charts, from the same figures."""

    _name = "report.sales_crm.sales_funnel_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Funnel in Excel"

    def create_xlsx_report(self, docids, data):
        """Sums don't say whose they are: who takes them out must have the right to all he can see."""
        self.env["sales.funnel.report"]._sales_check_export_of_all()
        return super().create_xlsx_report(docids, data)

    def _get_objs_for_report(self, docids, data):
        return self.env["sales.funnel.report"]  # of no records: the figures are asked for by options

    @api.model
    def get_workbook_options(self):
        return {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        funnel = self.env["sales.funnel"].get_funnel((data or {}).get("options"))
        formats = {
            "title": workbook.add_format({"bold": True, "font_size": 14}),
            "head": workbook.add_format({"bold": True, "bg_color": "#E7E9ED", "text_wrap": True}),
            "count": workbook.add_format({"num_format": "#,##0"}),
            "amount": workbook.add_format({"num_format": "#,##0.00"}),
            "share": workbook.add_format({"num_format": "0.0%"}),
            "days": workbook.add_format({"num_format": "0.0"}),
        }
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
        sheet = workbook.add_worksheet(name[:31])
        sheet.write_string(0, 0, name, formats["title"])
        sheet.write_string(1, 0, title)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, max(len(heads), 2), 14)
        for column, head in enumerate(heads):
            sheet.write_string(FIRST_ROW - 1, column, head, formats["head"])
        return sheet

    @api.model
    def _write_numbers(self, sheet, row, column, values):
        """:param values: pairs of number and format; None leaves the cell empty"""
        for number, style in values:
            if number is not None:
                sheet.write_number(row, column, number, style)
            column += 1

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
            sheet.write_string(row, 0, bar["name"])
            self._write_numbers(
                sheet,
                row,
                1,
                [
                    (bar["count"], formats["count"]),
                    (bar["amount"], formats["amount"]),
                    (bar["share"], formats["share"]),
                    (bar["share_before"], formats["share"]),
                    (bar["days_average"], formats["days"]),
                    (bar["days_median"], formats["days"]),
                ],
            )
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
            sheet.write_string(row, 0, line["name"])
            deal = next((bar for bar in line["bars"] if bar["level"] == "deal"), None)
            numbers = [(bar["count"], formats["count"]) for bar in line["bars"]]
            if deal:
                numbers += [(deal["share"], formats["share"]), (deal["amount"], formats["amount"])]
            self._write_numbers(sheet, row, 1, numbers)
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
                sheet.write_string(row, 0, line["name"])
                self._write_numbers(
                    sheet, row, 1, [(line["count"], formats["count"]), (line["amount"], formats["amount"])]
                )
            self._add_chart(workbook, sheet, kind, name, len(lines), 1, len(heads) + 1)
