from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.columns import add_column


class SalesPromise(models.Model):
    """How long a payment is waited for after the day that was promised: the bank takes its time. A promise
    keeps the days that were usual when it was made.
    """

    # Beside what a promise is
    _inherit = "sales.promise"

    tolerance_days = fields.Integer(readonly=True, copy=False)
    date_last = fields.Date(
        "Waited for Until",
        compute="_compute_date_last",
        store=True,
        help="The due day; for a client's payment with the days for the bank from the company's settings.",
    )

    def _auto_init(self):
        """Promises that are there already have no days for the bank."""
        add_column(self.env.cr, self._table, "date_last", "date", self._fill_date_last_sql)
        return super()._auto_init()

    def _fill_date_last_sql(self):
        return SQL("UPDATE sales_promise SET date_last = date_due")

    @api.depends("date_due", "tolerance_days", "kind", "direction")
    def _compute_date_last(self):
        for promise in self:
            days = promise.tolerance_days if promise.is_settled_by_payments else 0
            promise.date_last = promise.date_due and promise.date_due + timedelta(days=days)

    def _sales_prepare_recorded(self, vals):
        vals = super()._sales_prepare_recorded(vals)
        if self:
            return vals
        company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
        # sudo: how long a company waits for its bank is no secret
        return {"tolerance_days": company.sudo().sales_promise_tolerance, **vals}
