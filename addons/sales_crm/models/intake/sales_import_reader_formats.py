import io
import zipfile

import xlrd
from lxml import etree, html
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.vcard import read_vcards
from .sales_import_reader import MAX_COLUMNS, MAX_ROWS

TABLE = "{{urn:oasis:names:tc:opendocument:xmlns:table:1.0}}{}"
VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"


class SalesImportReader(models.AbstractModel):
    """Files of other kinds: old workbooks, LibreOffice, address books; and what is no list of clients."""

    _inherit = "sales.import.reader"

    @api.model
    def _read_tables(self, name, content):
        self._refuse_foreign(name, content)
        head = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            return self._read_xls(name, content)
        if content.startswith(b"PK") and b"opendocument.spreadsheet" in content[:200]:
            return self._read_ods(name, content)
        if head.upper().startswith(b"BEGIN:VCARD"):
            return [("", self._read_vcf(name, content), "")]
        if head.lower().startswith((b"<html", b"<table", b"<!doctype html")):
            return self._read_html(name, content)
        return super()._read_tables(name, content)

    @api.model
    def _read_vcf(self, name, content):
        try:
            rows = read_vcards(content)
        except ValueError:
            self._refuse_damaged(name)
        return list(enumerate(self._clean_rows(rows), 1))

    @api.model
    def _clean_rows(self, rows):
        return [[self._clean(cell) for cell in row] for row in rows]

    # ------------------------------------------------------
    # What is named for what it is
    # ------------------------------------------------------

    @api.model
    def _foreign_files(self):
        """:return: list of tuples (pattern of the first bytes, what the file is and where it belongs)"""
        bank = self.env._(
            "“%s” is a bank statement of 1C (1CClientBankExchange). It belongs to the accounting's bank "
            "statements; here lists of clients and deals are imported."
        )
        exchange = self.env._(
            "“%s” is an exchange file of 1C (CommerceML). It is made for shops and programs: in 1C save the "
            "list of counterparties as .xlsx and upload that file."
        )
        markup = self.env._(
            "“%s” is an XML file and not a table. Export a list as .xlsx or .csv from the program that "
            "wrote it."
        )
        form = self.env._("“%s” is a print form of 1C (.mxl). Save it as .xlsx and upload that file.")
        objects = self.env._("“%s” is a JSON file and not a table. Export a list as .xlsx or .csv.")
        return [
            ("1CClientBankExchange", bank),
            ("<КоммерческаяИнформация", exchange),
            ("<?xml", markup),
            ("MOXCEL", form),
            ("[{", objects),
            ("{", objects),
        ]

    @api.model
    def _refuse_foreign(self, name, content):
        """:raise UserError: the file is known, and it is no list of clients or deals"""
        head = content[:2000]
        texts = [head.decode(code, errors="ignore").lstrip() for code in ("utf-8-sig", "cp1251", "utf-16")]
        for beginning, sentence in self._foreign_files():
            tag = beginning.startswith("<К")  # it stands under the first line
            if any(beginning in text if tag else text.startswith(beginning) for text in texts):
                raise UserError(sentence % name)

    # ------------------------------------------------------
    # Other tables
    # ------------------------------------------------------

    @api.model
    def _read_xls(self, name, content):
        try:
            book = xlrd.open_workbook(file_contents=content, on_demand=True)
            sheets = [sheet for sheet in book.sheets() if not sheet.visibility] or book.sheets()
            return [(sheet.name, self._read_xls_sheet(book, sheet), "") for sheet in sheets]
        except Exception:
            # xlrd raises whatever its parts raise on a file that is not what it says
            self._refuse_damaged(name)

    @api.model
    def _read_xls_sheet(self, book, sheet):
        table = []
        for index in range(sheet.nrows):
            cells = [self._xls_text(book, cell) for cell in sheet.row(index)]
            self._add_row(table, index + 1, cells)
        return table

    @api.model
    def _xls_text(self, book, cell):
        if cell.ctype == xlrd.XL_CELL_DATE:
            return self._cell_text(xlrd.xldate_as_datetime(cell.value, book.datemode))
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(cell.value, "#N/A")
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return str(bool(cell.value))
        return self._cell_text(cell.value)

    @api.model
    def _add_row(self, table, number, cells):
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            table.append((number, cells))

    @api.model
    def _read_ods(self, name, content):
        """The sheets that are shown, or all of them if none is."""
        self._check_unpacked(name, content)
        self._check_repeated(name, content)
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            shown = [
                sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible
            ]
            return [
                (sheet, self._read_ods_sheet(name, book, sheet), "") for sheet in shown or book.sheet_names
            ]
        except CalamineError:
            self._refuse_damaged(name)

    @api.model
    def _check_repeated(self, name, content):
        """A few bytes may say that a cell is repeated millions of times, and the library makes them all.

        :raise UserError: the file says so, or is damaged
        """
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as stream:
                too_many = any(cells > MAX_ROWS * MAX_COLUMNS for cells in self._cells_of_ods(stream))
        except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError):
            self._refuse_damaged(name)
        if too_many:
            self._refuse_rows(name)

    @api.model
    def _cells_of_ods(self, stream):
        """:return: row by row, how many cells its sheet has up to the last one with a value"""
        row = last_row = last_column = 0
        tags = [TABLE.format("table-row"), TABLE.format("table")]
        for _event, element in etree.iterparse(stream, tag=tags, resolve_entities=False):
            if element.tag == tags[1]:
                row = last_row = last_column = 0
                continue
            row += int(element.get(TABLE.format("number-rows-repeated")) or 1)
            column = 0
            for cell in element:
                column += int(cell.get(TABLE.format("number-columns-repeated")) or 1)
                if len(cell) or cell.get(VALUE_TYPE):
                    last_row, last_column = row, max(column, last_column)
            element.clear()
            yield last_row * last_column

    @api.model
    def _read_ods_sheet(self, name, book, sheet):
        table = []
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        for number, row in enumerate(rows, 1):
            self._add_row(table, number, [self._cell_text(value) for value in row[:MAX_COLUMNS]])
            if len(table) > MAX_ROWS + 1:
                self._refuse_rows(name)
        return table

    @api.model
    def _check_unpacked(self, name, content):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > self._max_unpacked():
                    self._refuse_bomb(name)
        except zipfile.BadZipFile:
            self._refuse_damaged(name)

    @api.model
    def _read_html(self, name, content):
        """Programs that write a table of a web page and call it .xls."""
        document = html.fromstring(self._decode(name, content))
        table = []
        for number, row in enumerate(document.iter("tr"), 1):
            cells = [self._clean(cell.text_content()) for cell in row.iterchildren("td", "th")]
            self._add_row(table, number, cells)
        return [("", table, "")]
