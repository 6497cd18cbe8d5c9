from odoo import api, fields, models


class CalendarEvent(models.Model):
    """A meeting that has begun stays in the history of the client whose deal it was about then."""

    # Beside the guard of meetings
    _inherit = "calendar.event"

    history_client_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="base.group_system",
        help="Whose deal it was about, if the deal has another customer now, or none.",
    )

    def write(self, vals):
        if "opportunity_id" not in vals:
            return super().write(vals)
        # sudo: as in _sales_of_deals
        deal = self.env["crm.lead"].sudo().browse(vals["opportunity_id"] or [])
        self.sudo()._sales_keep_client(deal.partner_id.client_id)
        return super().write(vals)

    @api.model
    def _sales_of_deals(self, leads):
        """:return: the meetings about these deals, archived ones too, whoever may see them"""
        # sudo: what has been doesn't depend on who changes the deal
        Event = self.env["calendar.event"].sudo().with_context(active_test=False)
        return Event.search([("opportunity_id", "in", leads.ids), ("history_client_id", "=", False)])

    def _sales_keep_client(self, client):
        """:param client: of whom these meetings, sudo-ed, are about to be; empty if of nobody"""
        now = fields.Datetime.now()
        begun = self.filtered(lambda event: event.start <= now and not event.history_client_id)
        for before, events in begun.grouped(lambda event: event.opportunity_id.partner_id.client_id).items():
            if before and before != client:
                events.history_client_id = before
