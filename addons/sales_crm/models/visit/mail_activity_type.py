from odoo import models
from odoo.tools import SQL


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    def write(self, vals):
        changed = self.filtered(lambda kind: "is_visit" in vals and kind.is_visit != bool(vals["is_visit"]))
        res = super().write(vals)
        if changed:
            changed._visits_changed()
        return res

    def _visits_changed(self):
        """What was done with these types has become visits, or is none any more."""
        self.env["mail.activity"].flush_model()
        self.flush_recordset(["is_visit"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT client_id FROM mail_activity
                 WHERE activity_type_id = ANY(%s) AND activity_state_final = 'done'
                   AND client_id IS NOT NULL
                """,
                self.ids,
            )
        )
        # sudo: the dates of every client, whoever may see him
        self.env["res.partner"].sudo().browse([client for (client,) in rows])._recompute_contact_dates()
