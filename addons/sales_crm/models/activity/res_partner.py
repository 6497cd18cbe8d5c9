from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """The day of a contact is that of whoever had it: in another time zone it may be another one."""

    _inherit = "res.partner"

    def write(self, vals):
        is_moved = "tz" in vals and any(partner.tz != vals["tz"] for partner in self)
        res = super().write(vals)
        if is_moved:
            # sudo: whose card it is, whoever changes it; and the dates of every client
            people = self.sudo().with_context(active_test=False)
            users = people.user_ids
            if users:
                # The days are counted by the database, which has to know it first
                self.flush_recordset(["tz"])
                people.browse()._recompute_days_of(users)
        return res

    @api.model
    def _recompute_days_of(self, users):
        """Ask again on which days these users had their contacts: their time zones have changed."""
        self.env["mail.activity"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT client_id FROM mail_activity
                 WHERE done_user_id = ANY(%s) AND active IS NOT TRUE AND client_id IS NOT NULL
                """,
                users.ids,
            )
        )
        self.browse([client for (client,) in rows])._recompute_contact_dates()
