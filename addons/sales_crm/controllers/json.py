import json
from ast import literal_eval

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.web.controllers.json import WebJsonController as WebJson

from .main import writes


class WebJsonController(WebJson):
    @http.route(readonly=writes)
    def web_json_1(self, subpath, **kwargs):
        response = super().web_json_1(subpath, **kwargs)
        if response.status_code == 200:
            self._sales_record(subpath, kwargs, json.loads(response.data))
        return response

    def _sales_record(self, subpath, kwargs, content):
        """A list or its groups, as they leave. One record in its form is no export."""
        rows = content.get("records", content.get("groups"))
        if rows is None:
            return
        action = self._get_action(subpath)[0]
        Model = request.env[action.res_model]
        Model._sales_check_export_of_all()
        request.env["sales.export.log"]._record(
            "json",
            Model,
            len(rows),
            domain=Domain(literal_eval(kwargs.get("domain") or "[]")),
            name=action.name,
            columns=kwargs.get("fields"),
        )
