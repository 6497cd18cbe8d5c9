from odoo import api, fields, models

TOTAL = {"bold": True, "bg_color": "#F3F4F6"}


class SalesXlsxReport(models.AbstractModel):
    """What every Excel report of ours is made of: sheets with a head row, cells by the kind of their value.

    Inherit it instead of ``report.report_xlsx.abstract``. A report that is one table of records answers
    :meth:`_columns` and calls :meth:`_write_table`; others open a sheet with :meth:`_add_sheet` and write
    cells with :meth:`_write_cell`. What stands in a client's data never becomes a formula or a link.
    """

    _name = "sales.xlsx.report"
    _inherit = "report.report_xlsx.abstract"
    _description = "Excel Report"

    # The model that the report is about, whatever the context says; None: as the report's action says
    _xlsx_model = None
    # Rows are written in their order and not kept in memory
    _xlsx_constant_memory = False

    @api.model
    def _get_objs_for_report(self, docids, data):
        """Nobody says by the context that the report is about something else."""
        if not self._xlsx_model:
            return super()._get_objs_for_report(docids, data)
        told = self.with_context(active_model=self._xlsx_model)
        return super(SalesXlsxReport, told)._get_objs_for_report(docids, data)

    @api.model
    def get_workbook_options(self):
        return {
            **super().get_workbook_options(),
            "constant_memory": self._xlsx_constant_memory,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }

    # ------------------------------------------------------
    # Formats and sheets
    # ------------------------------------------------------

    @api.model
    def _prepare_formats(self, currency=None):
        """:param currency: whose decimals amounts have; two of them, if not given
        :return: dict kind of a cell -> what Excel is told of it; ``total_…`` is the same in a row of totals
        """
        decimals = currency.decimal_places if currency else 2
        formats = {
            "text": {},
            "date": {"num_format": "dd.mm.yyyy", "align": "left"},
            "datetime": {"num_format": "dd.mm.yyyy hh:mm", "align": "left"},
            "month": {"num_format": "mm.yyyy", "align": "left"},
            "number": {"num_format": "#,##0"},
            "decimal": {"num_format": "0.0"},
            "share": {"num_format": "0.0%"},
            "money": {"num_format": f"#,##0.{'0' * decimals}" if decimals else "#,##0"},
        }
        return {
            **formats,
            **{f"total_{kind}": {**TOTAL, **style} for kind, style in formats.items()},
            "head": {"bold": True, "bg_color": "#E7E9ED", "text_wrap": True},
            "title": {"bold": True, "font_size": 14},
            "error": {"font_color": "#B42318"},
        }

    @api.model
    def _add_formats(self, workbook, currency=None):
        """:return: dict kind of a cell -> format of ``workbook``, see :meth:`_prepare_formats`"""
        return {kind: workbook.add_format(style) for kind, style in self._prepare_formats(currency).items()}

    @api.model
    def _sheet_name(self, name):
        """:return: the name as Excel takes it"""
        kept = "".join(char for char in (name or "") if char not in "[]:*?/\\")[:28].strip("' ")
        return kept or self.env._("Rows")

    @api.model
    def _add_sheet(self, workbook, formats, name, heads, widths, row=0, freeze=None):
        """:param list heads: texts of the head row
        :param list widths: of the columns
        :param int row: number of the head row
        :param freeze: (rows, columns) that stay in sight, if any do
        :return: the sheet
        """
        sheet = workbook.add_worksheet(self._sheet_name(name))
        if freeze:
            sheet.freeze_panes(*freeze)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._write_row(sheet, formats, row, [("head", head) for head in heads])
        return sheet

    # ------------------------------------------------------
    # Cells
    # ------------------------------------------------------

    @api.model
    def _write_cell(self, sheet, formats, row, column, kind, value):
        """:param str kind: of :meth:`_prepare_formats`, says the type of the value as well; a moment is shown
            in the time zone of the user
        :param value: None or False leaves the cell empty
        """
        if value is None or value is False:
            return
        style, kind = formats[kind], kind.removeprefix("total_")
        if kind in ("date", "month"):
            sheet.write_datetime(row, column, value, style)
        elif kind == "datetime":
            moment = fields.Datetime.context_timestamp(self, value).replace(tzinfo=None)
            sheet.write_datetime(row, column, moment, style)
        elif kind in ("number", "decimal", "share", "money"):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_string(row, column, value, style)

    @api.model
    def _write_row(self, sheet, formats, row, cells, column=0):
        """:param cells: (kind, value) of each cell, from ``column`` on"""
        for position, (kind, value) in enumerate(cells, column):
            self._write_cell(sheet, formats, row, position, kind, value)

    # ------------------------------------------------------
    # One table of records
    # ------------------------------------------------------

    @api.model
    def _columns(self):
        """:return: list of (heading, width, kind, function of a record)"""
        raise NotImplementedError

    @api.model
    def _write_table(self, workbook, name, records, freeze=(1, 0)):
        """A sheet with a row for each of ``records`` and a filter, by :meth:`_columns`."""
        records.check_access("read")
        formats, columns = self._add_formats(workbook), self._columns()
        heads, widths, kinds, values = zip(*columns, strict=True)
        sheet = self._add_sheet(workbook, formats, name, heads, widths, freeze=freeze)
        sheet.autofilter(0, 0, len(records), len(columns) - 1)
        for row, record in enumerate(records, start=1):
            cells = ((kind, value(record)) for kind, value in zip(kinds, values, strict=True))
            self._write_row(sheet, formats, row, cells)
