import re

from openpyxl.utils import column_index_from_string

from odoo import api, models

CHUNK = 1 << 20

MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):[A-Z]+(\d+)"')

HIDDEN = re.compile(rb'<(row|col) [^>]*hidden="(?:1|true)"')

MAX_MERGED = 1000  # rows of one merged cell

MIN_TAX_DIGITS = 9  # a merged number of more digits is the client's, not an amount


class SalesImportReader(models.AbstractModel):
    """Sheets of a workbook that are made for the eye: what is merged, and what is hidden."""

    _inherit = "sales.import.reader"

    @api.model
    def _unsaved_notice(self, count):
        if not count:
            return ""
        return self.env._(
            "%s formulas have no saved result and were read as empty cells. Open the file in Excel, save it, "
            "and upload it again.",
            count,
        )

    @api.model
    def _unread_notice(self, book, visible):
        """:return: a sentence on what of the workbook is not read"""
        hidden = [sheet.title for sheet in book.worksheets if sheet not in visible] if visible else []
        if not hidden:
            return ""
        return self.env._(
            "Hidden sheets are not read: %s. Show them in Excel to import them.", ", ".join(hidden)[:200]
        )

    @api.model
    def _finish_sheet(self, sheet, table):
        """Put merged cells into each of their rows.

        :return: a sentence on what a person does not see in the sheet, and what was read nevertheless
        """
        merged, hidden, tail = [], 0, b""
        with sheet._get_source() as stream:
            while chunk := stream.read(CHUNK):
                text = tail + chunk
                merged += MERGED.findall(text)
                hidden += len(HIDDEN.findall(text))
                tail = text[text.rfind(b"<") :]
                tail = b"" if b">" in tail else tail
        self._fill_merged(table, merged)
        if not hidden:
            return ""
        return self.env._("Hidden rows and columns were read as well: %s.", hidden)

    @api.model
    def _fill_merged(self, table, merged):
        """Cells that are merged downwards say the same in each of their rows; numbers are not repeated, as
        they would be added up twice.
        """
        rows = dict(table)
        for column, top, bottom in merged:
            position = column_index_from_string(column.decode()) - 1
            cells = rows.get(int(top), ())
            text = cells[position] if position < len(cells) else ""
            if not text or (re.fullmatch(r"\d+([.,]\d+)?", text) and len(text) < MIN_TAX_DIGITS):
                continue
            for number in range(int(top) + 1, min(int(bottom), int(top) + MAX_MERGED) + 1):
                if number in rows:
                    self._set_cell(rows[number], position, text)

    @api.model
    def _set_cell(self, cells, position, text):
        cells.extend([""] * (position + 1 - len(cells)))
        cells[position] = cells[position] or text
