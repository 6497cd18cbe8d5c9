import csv
import io
import re
import zipfile
from datetime import date, datetime, time

from odoo import api, models
from odoo.exceptions import UserError

MAX_FILE_MB = 20

MAX_UNPACKED_MB = 300  # of a workbook, which is a zip file

MAX_ROWS = 50_000

MAX_COLUMNS = 200

CELL_LENGTH = 10_000

CHUNK = 1 << 20

# What a file begins with, where a person may take it for a table
OTHER_FORMATS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
)

CYRILLIC_ENCODINGS = ("cp1251", "cp866", "koi8-r")

FREQUENT_LETTERS = "оеаинтсрвл"


class SalesImportReader(models.AbstractModel):
    """Files to tables. Odoo's base_import reads, this refuses what must not reach it.

    A table is a list of tuples (number of the row as the person sees it, list of texts). Refusals
    are sentences that say what to do.
    """

    _name = "sales.import.reader"
    _description = "Reader of Files to Import"

    @api.model
    def _check_size(self, name, size):
        """:raise UserError: the file is empty or larger than what is read"""
        if not size:
            raise UserError(self.env._("“%s” is empty. Choose the file with your data.", name))
        if size > MAX_FILE_MB * 1024 * 1024:
            raise UserError(
                self.env._(
                    "“%(name)s” is %(size)s MB large, and files of up to %(limit)s MB can be imported. "
                    "Remove pictures and sheets that are not needed, or split the file.",
                    name=name,
                    size=round(size / 1024 / 1024),
                    limit=MAX_FILE_MB,
                )
            )

    @api.model
    def _read_sheets(self, name, content):
        """:param bytes content: the file
        :return: list of tuples (title of the sheet, table, notice for the person or empty), of all sheets
            that have rows under their headers
        :raise UserError: it is not a table that can be read
        """
        self._check_size(name, len(content))
        for magic, label in OTHER_FORMATS:
            if content.startswith(magic):
                self._refuse_format(name, label)
        sheets = self._read_tables(name, content)
        if all(len(table) < 2 for _title, table, _notice in sheets):
            raise UserError(
                self.env._(
                    "“%s” has no rows under its headers. Choose a file whose first row names the columns "
                    "and whose other rows are the data.",
                    name,
                )
            )
        if sum(len(table) for _title, table, _notice in sheets) > MAX_ROWS + len(sheets):
            self._refuse_rows(name)
        return [sheet for sheet in sheets if len(sheet[1]) > 1]

    @api.model
    def _read_tables(self, name, content):
        """:return: as :meth:`_read_sheets`, also the empty ones"""
        if content.startswith(b"PK"):
            return self._read_workbook(name, content)
        return [("", self._read_text(name, content), "")]

    # ------------------------------------------------------
    # Refusals
    # ------------------------------------------------------

    @api.model
    def _refuse_format(self, name, label):
        raise UserError(
            self.env._(
                "“%(name)s” is a file of the kind %(kind)s, not a table that can be imported. "
                "Save your data as .xlsx or .csv and upload that file.",
                name=name,
                kind=label,
            )
        )

    @api.model
    def _refuse_damaged(self, name):
        raise UserError(
            self.env._(
                "“%s” is damaged or is not an Excel workbook. Open it in Excel or LibreOffice, save it "
                "as .xlsx and upload that file.",
                name,
            )
        )

    @api.model
    def _refuse_rows(self, name):
        raise UserError(
            self.env._(
                "“%(name)s” has more than %(limit)s rows. Split it into several files and import them "
                "one after another.",
                name=name,
                limit=MAX_ROWS,
            )
        )

    # ------------------------------------------------------
    # Workbooks
    # ------------------------------------------------------

    @api.model
    def _read_workbook(self, name, content):
        """Rows are read one by one as openpyxl's read-only mode gives them: base_import's own reader
        builds every cell that the sheet claims to have, which takes gigabytes for a sheet with one
        cell in its last corner. Formulas are never computed: the values saved with them are read.
        """
        import openpyxl

        unsaved = self._check_workbook(name, content)
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True, keep_links=False
            )
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            sheets = [(sheet, self._read_sheet(name, sheet)) for sheet in visible or book.worksheets]
        except UserError:
            raise
        except Exception:
            # openpyxl raises whatever its parts raise on a file that is not what it says
            self._refuse_damaged(name)
        notices = [self._unsaved_notice(unsaved), self._unread_notice(book, visible)]
        return [
            (sheet.title, table, " ".join(filter(None, [*notices, self._finish_sheet(sheet, table)])))
            for sheet, table in sheets
        ]

    @api.model
    def _check_workbook(self, name, content):
        """Look through the zip without unpacking it into memory.

        :return: number of formulas without a saved value
        :raise UserError: not a workbook, or it unpacks to more than a workbook of this size would
        """
        unsaved = unpacked = 0
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = archive.infolist()
                if not any(part.filename.startswith("xl/workbook") for part in parts):
                    self._refuse_format(name, "ZIP")
                if sum(part.file_size for part in parts) > MAX_UNPACKED_MB * CHUNK:
                    self._refuse_bomb(name)
                for part in parts:
                    tail = b""
                    with archive.open(part) as stream:
                        while chunk := stream.read(CHUNK):
                            unpacked += len(chunk)
                            if unpacked > MAX_UNPACKED_MB * CHUNK:
                                self._refuse_bomb(name)
                            text = tail + chunk
                            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                                self._refuse_damaged(name)
                            if part.filename.startswith("xl/worksheets/"):
                                unsaved += len(re.findall(rb"(?:</f>|<f/>)(?:<v ?/>|<v></v>)?</c>", text))
                            tail = text[-30:] if not text.endswith(b"</c>") else b""
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ):
            self._refuse_damaged(name)
        except ValueError:
            self._refuse_damaged(name)
        return unsaved

    @api.model
    def _max_unpacked(self):
        return MAX_UNPACKED_MB * CHUNK

    @api.model
    def _refuse_bomb(self, name):
        raise UserError(
            self.env._(
                "“%(name)s” unpacks to more than %(limit)s MB, which no list of clients does. Copy the "
                "rows into a new workbook and upload that.",
                name=name,
                limit=MAX_UNPACKED_MB,
            )
        )

    @api.model
    def _read_sheet(self, name, sheet):
        table = []
        sheet.reset_dimensions()  # some programs write wrong ones
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
            cells = [self._cell_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                table.append((number, cells))
                if len(table) > MAX_ROWS + 1:
                    self._refuse_rows(name)
            elif number > 1_048_576:
                break
        return table

    @api.model
    def _cell_text(self, value):
        """:return: what the person sees in the cell, dates as 2026-02-28"""
        if value is None:
            return ""
        if isinstance(value, datetime):
            return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, bool):
            return str(value)
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else repr(value)
        return self._clean(str(value))

    @api.model
    def _clean(self, text):
        """:return: the text as PostgreSQL takes it"""
        return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text).strip()[:CELL_LENGTH]

    # ------------------------------------------------------
    # Texts with separators
    # ------------------------------------------------------

    @api.model
    def _read_text(self, name, content):
        text = self._decode(name, content)
        separator = self._guess_separator(text)
        reader = self.env["base_import.import"].new({"file": text.encode()})
        options = {"encoding": "utf-8", "separator": separator, "quoting": '"'}
        try:
            _length, rows = reader._read_csv(options)
            # base_import leaves out the empty rows; the person's row numbers count them
            source = csv.reader(io.StringIO(text), delimiter=separator)
            numbers = [n for n, row in enumerate(source, 1) if any(cell for cell in row if cell.strip())]
        except (csv.Error, ValueError):
            raise UserError(
                self.env._(
                    "“%s” can't be read as a table: a quotation mark is opened and not closed, or it is "
                    "not a .csv file. Open it in Excel, save it as .xlsx and upload that file.",
                    name,
                )
            )
        if len(rows) > MAX_ROWS + 1:
            self._refuse_rows(name)
        return [
            (number, [self._clean(cell) for cell in row[:MAX_COLUMNS]])
            for number, row in zip(numbers, rows, strict=True)
        ]

    @api.model
    def _decode(self, name, content):
        """:return: the text, whatever it is encoded in; lines in another encoding are read as such
        :raise UserError: it is not a text
        """
        for bom, encoding in (
            (b"\xef\xbb\xbf", "utf-8-sig"),
            (b"\xff\xfe", "utf-16"),
            (b"\xfe\xff", "utf-16"),
        ):
            if content.startswith(bom):
                text = content.decode(encoding, errors="replace")
                break
        else:
            text = self._decode_unmarked(content)
        sample = text[:200_000]
        strange = sum(1 for char in sample if char < " " and char not in "\t\r\n")
        if not text.strip():
            self._check_size(name, 0)
        if "\0" in sample or strange > len(sample) / 200 or sample.count("\ufffd") > len(sample) / 50:
            self._refuse_format(name, self.env._("unknown"))
        return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")

    @api.model
    def _decode_unmarked(self, content):
        head = content[:2000]
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) / 40 and not min(even, odd):
            return content.decode("utf-16-le" if odd else "utf-16-be", errors="replace")
        try:
            return content.decode()
        except UnicodeDecodeError:
            encoding = self._guess_cyrillic(content)
        return "\n".join(self._decode_line(line, encoding) for line in content.split(b"\n"))

    @api.model
    def _decode_line(self, line, encoding):
        try:
            return line.decode()
        except UnicodeDecodeError:
            return line.decode(encoding, errors="replace")

    @api.model
    def _guess_cyrillic(self, content):
        """:return: the encoding in which most letters are frequent Russian ones"""
        sample = content[:200_000]

        def frequent(encoding):
            text = sample.decode(encoding, errors="replace")
            return sum(text.count(letter) for letter in FREQUENT_LETTERS)

        return max(CYRILLIC_ENCODINGS, key=frequent)

    @api.model
    def _guess_separator(self, text):
        """:return: the separator that the first lines agree on best"""
        lines = [line for line in text[:50_000].split("\n") if line.strip()][:20]
        bare = [re.sub(r'"[^"]*"', "", line) for line in lines]

        def agreement(separator):
            counts = [line.count(separator) for line in bare]
            return sum(1 for count in counts if count and count == counts[0]), sum(counts)

        return max((";", "\t", ",", "|"), key=agreement)
