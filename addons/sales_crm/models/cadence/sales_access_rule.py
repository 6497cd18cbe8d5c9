from odoo import api, models


class SalesAccessRule(models.Model):
    """With a cover, regular work goes on while the manager is away."""

    _inherit = "sales.access.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._pull_regular_work()
        return rules

    def write(self, vals):
        res = super().write(vals)
        if not {"active", "date_from", "date_to", "manager_ids", "user_ids"}.isdisjoint(vals):
            self._pull_regular_work()
        return res

    def _pull_regular_work(self):
        absent = self.filtered(lambda rule: rule.is_cover and rule.active).manager_ids
        if absent:
            self.env["sales.cadence.client"]._pull_forward(absent)
