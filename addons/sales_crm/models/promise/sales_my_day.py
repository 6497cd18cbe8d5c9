from odoo import api, models


class SalesMyDay(models.AbstractModel):
    """A broken promise is what the day begins with."""

    _inherit = "sales.my.day"

    @api.model
    def _prepare_row(self, activity, manager):
        # sudo: whether the activity is about a promise, not about which
        promises = activity.sudo().chased_promise_ids
        return {**super()._prepare_row(activity, manager), "promise_broken": bool(promises)}

    @api.model
    def _get_order(self, row):
        return (not (row["urgent"] and row["promise_broken"]), *super()._get_order(row))
