from odoo import models


class SalesActivityOutcome(models.Model):
    _inherit = "sales.activity.outcome"

    def write(self, vals):
        """What counts as a contact is asked anew for every client with such an outcome."""
        changed = self.filtered(
            lambda outcome: outcome.is_contact != vals.get("is_contact", outcome.is_contact)
        )
        res = super().write(vals)
        if changed:
            # sudo: every client concerned, whoever may see him
            Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
            rows = Activity._read_group(
                [("outcome_id", "in", changed.ids), ("client_id", "!=", False)], ["client_id"]
            )
            Activity.env["res.partner"].union(*(client for (client,) in rows))._recompute_contact_dates()
        return res
