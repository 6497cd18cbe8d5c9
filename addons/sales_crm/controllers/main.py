import json

from werkzeug.exceptions import InternalServerError

from odoo import http


def writes(_controller, _rule, _args):
    """For ``@route(readonly=…)``: core's route only reads, with the log it writes."""
    return False


def download_error(error):
    """:return: the error as the web client's ``download`` shows it in a dialog"""
    payload = {"code": 0, "message": "Odoo Server Error", "data": http.serialize_exception(error)}
    return InternalServerError(json.dumps(payload))
