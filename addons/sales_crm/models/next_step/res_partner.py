from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    """No client without a next step: who has none, whom nobody has reached for long, with whom it is over."""

    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    is_silent = fields.Boolean(
        "Not Contacted for Long",
        compute="_compute_is_silent",
        search="_search_is_silent",
        help="Nobody has reached this client for as many days as the settings say, and work is to go on.",
    )
    no_further_contact_reason = fields.Char(
        "No Further Contact, Because",
        tracking=True,
        copy=False,
        help="Why this client has no next step. The next activity that is planned takes it away.",
    )
    no_further_contact_date = fields.Date("No Further Contact Since", readonly=True, copy=False)
    no_further_contact_user_id = fields.Many2one(
        "res.users", "Contact Ended by", readonly=True, copy=False, ondelete="restrict"
    )

    _client_no_next_step_idx = models.Index(
        "(user_id) WHERE is_client IS TRUE AND active IS TRUE AND next_step_date IS NULL"
    )
    _client_last_contact_idx = models.Index(
        "(user_id, last_contact_date) WHERE is_client IS TRUE AND active IS TRUE"
    )

    # ------------------------------------------------------
    # Not contacted for long
    # ------------------------------------------------------

    @api.model
    def _silent_since(self):
        """:return: the first day on which a contact is recent, in the current company"""
        company = self.env.company
        return company._sales_today() - timedelta(days=company.sales_silent_days)

    @api.depends("last_contact_date", "no_further_contact_reason")
    @api.depends_context("company")
    def _compute_is_silent(self):
        """Whom nobody has ever reached counts from the day on which he came into the base."""
        since, company = self._silent_since(), self.env.company
        for partner in self:
            created = company._sales_local(partner.create_date or None).date()
            partner.is_silent = (
                not partner.no_further_contact_reason and (partner.last_contact_date or created) < since
            )

    @api.model
    def _search_is_silent(self, operator, value):
        if operator != "in":
            return NotImplemented
        since = self._silent_since()
        moment = self.env.company._sales_moment(since)
        silent = Domain("no_further_contact_reason", "=", False) & (
            Domain("last_contact_date", "<", since)
            | Domain("last_contact_date", "=", False) & Domain("create_date", "<", moment)
        )
        return silent if True in value else ~silent

    @api.model
    def _domain_no_next_step(self):
        """:return: Domain of the clients for whom nothing is planned, though work is to go on"""
        return Domain("next_step_date", "=", False) & Domain("no_further_contact_reason", "=", False)

    # ------------------------------------------------------
    # No further contact
    # ------------------------------------------------------

    def _sales_prepare_recorded(self, vals):
        """Who ended the contact, and when, beside the reason."""
        vals = super()._sales_prepare_recorded(vals)
        if "no_further_contact_reason" not in vals:
            return vals
        reason = (vals["no_further_contact_reason"] or "").strip()
        return {
            **vals,
            "no_further_contact_reason": reason or False,
            "no_further_contact_date": reason and self.env.company._sales_today(),
            "no_further_contact_user_id": reason and self.env.uid,
        }

    def _resume_contact(self):
        """Something is planned with these clients again."""
        # sudo: who may plan for a client may say by that that work goes on
        ended = self.sudo().search(
            [
                ("id", "in", self.ids),
                ("no_further_contact_reason", "!=", False),
                ("active", "in", [True, False]),
            ]
        )
        if ended:
            ended.write({"no_further_contact_reason": False})
