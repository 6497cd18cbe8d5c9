from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from ...tools.export_filter import MAX_TEXT, describe_filter, filter_text

# Ids of the rows that the running transaction has added, in ``cr.precommit.data``
PENDING = "sales_crm.exports"


class SalesExportLog(models.Model):
    """One row per file that took data out: who, what, by which filter, how many rows, when.

    The row is written in the transaction of the request that makes the file. The file leaves when
    that transaction is committed, so there is a row if and only if data left. Rows are for good:
    neither the interface nor code on the server changes or deletes them afterwards.
    """

    _name = "sales.export.log"
    _description = "Record of an Export"
    _order = "id desc"
    _rec_name = "model_name"

    user_id = fields.Many2one("res.users", "Exported by", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [
            ("list", "List"),
            ("pivot", "Pivot table"),
            ("xlsx", "Excel report"),
            ("print", "Printout of several"),
            ("documents", "Files of several"),
            ("vcard", "Contact cards"),
            ("json", "Data address (JSON)"),
        ],
        required=True,
        readonly=True,
    )
    res_model = fields.Char("Model", required=True, readonly=True)
    model_name = fields.Char("What", required=True, readonly=True)
    name = fields.Char("Title", readonly=True, help="Title of the report or of the table.")
    row_count = fields.Integer("Rows", required=True, readonly=True)
    filter_description = fields.Text("Filter", readonly=True)
    domain = fields.Text("Filter (Technical)", readonly=True)
    columns = fields.Text(readonly=True)
    date = fields.Date("Day", required=True, readonly=True, help="The day in the user's time zone.")
    ip_address = fields.Char("IP Address", readonly=True)

    _create_date_idx = models.Index("(create_date)")
    _user_date_idx = models.Index("(user_id, date)")
    _company_idx = models.Index("(company_id, create_date)")

    # ------------------------------------------------------
    # Writing it down
    # ------------------------------------------------------

    @api.model
    def _record(self, kind, model, row_count, domain=None, **values):
        """Write down that the current user takes data out with the running transaction.

        :param str kind: one of the selection
        :param model: the model, as a recordset
        :param int row_count: rows in the file; without any, nothing left and nothing is written down
        :param domain: which records, a domain on ``model``
        :param values: ``name``, ``columns``
        :return: the row, sudo-ed
        """
        # sudo: nobody has the right to write here, only what happens does
        Log = self.sudo()
        if not row_count:
            return Log.browse()
        log = Log.create(
            {
                **self._prepare_record(kind, model, row_count),
                **self._prepare_filter(model, domain),
                **{key: (value or "")[:MAX_TEXT] for key, value in values.items()},
            }
        )
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = []
            # Not now: two exports of a user at once collide there, and only at the end of the
            # transaction Odoo repeats the request instead of failing
            precommit.add(self.env["sales.export.day"]._count_pending)
        precommit.data[PENDING].append(log.id)
        return log

    @api.model
    def _prepare_record(self, kind, model, row_count):
        user = self.env.user
        return {
            "kind": kind,
            "user_id": user.id,
            "company_id": user.company_id.id,
            "res_model": model._name,
            # sudo: every user may know what a model is called
            "model_name": self.env["ir.model"].sudo()._get(model._name).name or model._name,
            "row_count": row_count,
            "date": user._sales_today(),
            "ip_address": request.httprequest.remote_addr if request else False,
        }

    @api.model
    def _prepare_filter(self, model, domain):
        if domain is None:
            return {}
        return {
            "domain": filter_text(domain),
            "filter_description": describe_filter(model, domain),
        }

    @api.model
    def _pending(self):
        """:return: what the running transaction has written down so far"""
        ids = self.env.cr.precommit.data.get(PENDING, [])
        # sudo: rows of the current user's own request
        return self.sudo().browse(ids).exists()

    def _set_filter(self, domain):
        """Say by which filter the records of these rows were found, instead of which they were.

        :param domain: the filter, a domain on the model of the rows
        """
        for log in self:
            log.write(self._prepare_filter(self.env[log.res_model], domain))

    # ------------------------------------------------------
    # For good
    # ------------------------------------------------------

    def write(self, vals):
        self.check_access("write")
        if self - self._pending().with_env(self.env):
            raise UserError(self.env._("Exports are written down for good. A row can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Exports are written down for good. A row can't be deleted."))

    @api.model
    def _domain_of_day(self, user, day):
        """:return: Domain of what ``user`` took out on ``day``"""
        return Domain("user_id", "=", user.id) & Domain("date", "=", day)
