from odoo import api, models

RESULT_WIDTHS = (8, 14, 60, 30, 30)
RESULT_COLUMNS = len(RESULT_WIDTHS)
ROWS_PER_FETCH = 2000


class SalesImportXlsx(models.AbstractModel):
    """The result of an import: every row as it was, what happened to it, why, and where it is now.

    Every cell is written as a text, so nothing that stands in a client's file is computed here.
    """

    _name = "report.sales_crm.sales_import_xlsx"
    _inherit = "sales.xlsx.report"
    _description = "Result of an Import"

    _xlsx_constant_memory = True

    @api.model
    def generate_xlsx_report(self, workbook, data, objs):
        objs.check_access("read")
        formats = self._add_formats(workbook)
        for record in objs:
            self._write_summary(workbook, formats, record)
            for file in record.file_ids:
                self._write_file(workbook, formats, file)

    @api.model
    def _write_summary(self, workbook, formats, record):
        sheet = workbook.add_worksheet(self.env._("Summary"))
        sheet.set_column(0, 0, 48)
        line = 0
        sheet.write_string(line, 0, record.name or "", formats["head"])
        for heading, lines in record._summary_lines():
            line += 2
            sheet.write_string(line, 0, str(heading), formats["head"])
            for label, number in lines:
                line += 1
                sheet.write_string(line, 0, str(label))
                sheet.write_number(line, 1, number)

    @api.model
    def _write_file(self, workbook, formats, file):
        columns = file.column_ids.sorted("position")
        headers = [
            self.env._("Row"),
            self.env._("Result"),
            self.env._("Why"),
            self.env._("Record"),
            self.env._("Link"),
        ]
        headers += columns.mapped(lambda column: column.header or "")
        widths = [*RESULT_WIDTHS, *(20 for _column in columns)]
        sheet = self._add_sheet(workbook, formats, file.name, headers, widths, freeze=(1, RESULT_COLUMNS))
        line = 0
        for rows in self._row_batches(file):
            for row in rows:
                line += 1
                self._write_result(sheet, formats, line, row, columns.mapped("position"))
            rows.invalidate_recordset()

    @api.model
    def _row_batches(self, file):
        """:return: the file's rows in their order, a part at a time"""
        last = 0
        while True:
            rows = self.env["sales.import.row"].search(
                [("file_id", "=", file.id), ("id", ">", last)], order="id", limit=ROWS_PER_FETCH
            )
            if not rows:
                return
            last = rows[-1].id
            yield rows

    @api.model
    def _write_result(self, sheet, formats, line, row, positions):
        bad = row.result == "failed" or row.action == "error"
        style = formats["error" if bad else "text"]
        sheet.write_number(line, 0, row.number)
        for column, text in enumerate(self._result_texts(row), 1):
            sheet.write_string(line, column, text, style)
        cells = row.cells or []
        for column, position in enumerate(positions, RESULT_COLUMNS):
            if position < len(cells) and cells[position]:
                sheet.write_string(line, column, cells[position])

    @api.model
    def _result_texts(self, row):
        """:return: what happened, why, the record's id, its address"""
        field = "result" if row.result else "action"
        words = dict(row._fields[field]._description_selection(self.env))
        result = words.get(row[field], "")
        if not row.res_id:
            return [result, row.message or "", "", ""]
        link = f"{row.get_base_url()}/odoo/{row.res_model}/{row.res_id}"
        return [result, row.message or "", f"{row.res_model},{row.res_id}", link]
