import io
import re
import zipfile

import xlrd
from lxml import etree, html

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.vcard import read_vcards
from .sales_import_reader import MAX_COLUMNS, MAX_ROWS

ODS = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0"

MAX_REPEATED = 1000  # of one row or cell of .ods; more are the empty rest of the sheet

DATE_OF_ODS = re.compile(r"^(\d{4}-\d\d-\d\d)T00:00:00$")


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
            return [("", list(enumerate(self._clean_rows(read_vcards(content)), 1)), "")]
        if head.lower().startswith((b"<html", b"<table", b"<!doctype html")):
            return self._read_html(name, content)
        return super()._read_tables(name, content)

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
        """Row by row, as the file may unpack to much; repeated empty rows are counted, not made."""
        self._check_unpacked(name, content)
        sheets, namespace = [], f"{{{ODS.format('table')}}}"
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as stream:
                tags = (f"{namespace}table-row", f"{namespace}table")
                table, number = [], 0
                for _event, element in etree.iterparse(
                    stream, tag=tags, resolve_entities=False, no_network=True, huge_tree=False
                ):
                    if element.tag == tags[1]:
                        sheets.append((element.get(f"{namespace}name") or "", table, ""))
                        table, number = [], 0
                    else:
                        cells = self._ods_cells(element, namespace)
                        repeated = int(element.get(f"{namespace}number-rows-repeated") or 1)
                        for offset in range(min(repeated, MAX_REPEATED) if any(cells) else 0):
                            self._add_row(table, number + offset + 1, list(cells))
                        number += repeated
                        if len(table) > MAX_ROWS + 1:
                            self._refuse_rows(name)
                    element.clear()
        except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError):
            self._refuse_damaged(name)
        return sheets

    @api.model
    def _check_unpacked(self, name, content):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > self._max_unpacked():
                    self._refuse_bomb(name)
        except zipfile.BadZipFile:
            self._refuse_damaged(name)

    @api.model
    def _ods_cells(self, row, namespace):
        cells = []
        for cell in row.iterchildren(f"{namespace}table-cell", f"{namespace}covered-table-cell"):
            text = self._ods_text(cell)
            repeated = int(cell.get(f"{namespace}number-columns-repeated") or 1)
            cells += [text] * (min(repeated, MAX_REPEATED) if text else min(repeated, MAX_COLUMNS))
        return cells[:MAX_COLUMNS]

    @api.model
    def _ods_text(self, cell):
        office = f"{{{ODS.format('office')}}}"
        if value := cell.get(f"{office}date-value"):
            return DATE_OF_ODS.sub(r"\1", value)
        kind = cell.get(f"{office}value-type")
        if kind == "float":
            return self._cell_text(float(cell.get(f"{office}value")))
        paragraphs = cell.iterchildren(f"{{{ODS.format('text')}}}p")
        return self._clean("\n".join("".join(paragraph.itertext()) for paragraph in paragraphs))

    @api.model
    def _read_html(self, name, content):
        """Programs that write a table of a web page and call it .xls."""
        document = html.fromstring(self._decode(name, content))
        table = []
        for number, row in enumerate(document.iter("tr"), 1):
            cells = [self._clean(cell.text_content()) for cell in row.iterchildren("td", "th")]
            self._add_row(table, number, cells)
        return [("", table, "")]
