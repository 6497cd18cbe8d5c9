import io
import re
import zipfile

from odoo import models

SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")

DIMENSION = re.compile(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"')


class ReportXlsx(models.AbstractModel):
    """Every Excel report is an export: of the records that it is about, and written down."""

    _inherit = "report.report_xlsx.abstract"

    def create_xlsx_report(self, docids, data):
        records = self._sales_export_records(docids, data)
        if records._sales_is_dossier():
            records._sales_check_export()
        content, kind = super().create_xlsx_report(docids, data)
        report = self._sales_report()
        self.env["sales.export.log"]._record(
            "xlsx",
            records,
            self._sales_row_count(content),
            domain=[("id", "in", records.ids)],
            name=report.name,
        )
        return content, kind

    def _sales_export_records(self, docids, data):
        """What the right to export is asked for. A report of a wizard says whose records it shows.

        :return: recordset
        """
        return self._get_objs_for_report(docids, data)

    def _sales_report(self):
        # sudo: every user may know what a report is called
        Report = self.env["ir.actions.report"].sudo()
        return Report.search([("report_name", "=", self._name.removeprefix("report."))], limit=1)

    def _sales_row_count(self, content):
        """:return: rows in the file, the first one of each sheet is its heading"""
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheets = [book.open(name).read(4096) for name in book.namelist() if SHEET.fullmatch(name)]
        found = [DIMENSION.search(sheet) for sheet in sheets]
        return sum(int(dimension[1]) - 1 for dimension in found if dimension)
