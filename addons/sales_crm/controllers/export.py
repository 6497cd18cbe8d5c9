import json

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers import export


class FilterInLog:
    """``export_data`` has written down the export; only here the filter is known."""

    def base(self, data):
        response = super().base(data)
        params = json.loads(data)
        if not params["ids"]:
            request.env["sales.export.log"]._pending()._set_filter(params["domain"])
        return response


class CSVExport(FilterInLog, export.CSVExport):
    @http.route()
    def web_export_csv(self, data):
        return super().web_export_csv(data)


class ExcelExport(FilterInLog, export.ExcelExport):
    @http.route()
    def web_export_xlsx(self, data):
        return super().web_export_xlsx(data)
