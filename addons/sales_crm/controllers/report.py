import json

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.report import ReportController as WebReportController

from .main import writes


class ReportController(WebReportController):
    """A printout of several documents of clients is an export, one is a day's work.

    Excel reports are written down where they are made, ``report.report_xlsx.abstract``.
    """

    @http.route(readonly=writes)
    def report_routes(self, reportname, docids=None, converter=None, **data):
        records = None
        if converter != "xlsx":
            report = request.env["ir.actions.report"]._get_report(reportname)
            records = self._sales_printed(report, docids, data)
        if records is None or len(records) < 2 or not records._sales_is_dossier():
            return super().report_routes(reportname, docids, converter, **data)
        records._sales_check_export_of_clients()
        response = super().report_routes(reportname, docids, converter, **data)
        request.env["sales.export.log"]._record(
            "print", records, len(records), domain=[("id", "in", records.ids)], name=report.name
        )
        return response

    def _sales_printed(self, report, docids, data):
        """:return: the records to print, None if the report has no model"""
        if report.model not in request.env:
            return None
        if docids:
            ids = [int(id_) for id_ in docids.split(",") if id_.isdigit()]
        else:
            context = json.loads(data.get("context") or "{}")
            ids = context.get("active_ids") or []
        return request.env[report.model].browse(set(ids))
