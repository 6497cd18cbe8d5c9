from odoo import api, models


class SalesCarryLog(models.Model):
    _inherit = "sales.carry.log"

    @api.model_create_multi
    def create(self, vals_list):
        """The morning run writes both by SQL; whoever else writes the log down tells the plan as well."""
        logs = super().create(vals_list)
        lines = self.env["sales.plan.line"].search([("activity_id", "in", logs.activity_id.ids)])
        self.env.add_to_compute(lines._fields["result"], lines)
        return logs
