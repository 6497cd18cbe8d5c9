import json

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.web.controllers.pivot import TableExporter

from .main import download_error, writes


class PivotExporter(TableExporter):
    """The browser sends the table that it shows, and says of which model and by which filter.

    What it says decides nothing: the right is asked for all records of the model that the user can
    see, and no model may be named without a right. The log has, besides, what is in the table itself:
    its title, its headings and how many rows it has.
    """

    @http.route(readonly=writes)
    def export_xlsx(self, data, **kw):
        table = self._sales_table(data)
        Model = self._sales_model(table)
        try:
            Model.check_access("read")
            if Model._sales_is_dossier() or request.env["sales.access.rule"]._is_restricted():
                Model._sales_check_export_of_all()
        except AccessError as error:
            raise download_error(error) from error
        response = super().export_xlsx(data, **kw)
        self._sales_record(Model, table)
        return response

    def _sales_table(self, data):
        if not isinstance(data, FileStorage):
            return json.loads(data)
        table = json.load(data)
        data.seek(0)
        return table

    def _sales_model(self, table):
        if not isinstance(table, dict) or table.get("model") not in request.env:
            raise BadRequest(request.env._("The table doesn't say of which model it is."))
        return request.env[table["model"]]

    def _sales_record(self, Model, table):
        titles = [header.get("title") for header in table["measure_headers"]]
        titles += [row.get("title") for row in table["rows"]]
        request.env["sales.export.log"]._record(
            "pivot",
            Model,
            len(table["rows"]),
            domain=self._sales_domain(Model, table),
            name=str(table["title"]),
            columns=", ".join(map(str, titles)),
        )

    def _sales_domain(self, Model, table):
        """:return: the filter as the browser names it, None if it names none that there is"""
        try:
            domain = Domain(table["domain"])
            domain.validate(Model)
        except (KeyError, TypeError, ValueError):
            return None
        return domain
