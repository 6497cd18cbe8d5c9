from odoo import api, fields, models

from .sales_visit import PLACES


class MailActivity(models.Model):
    """A visit: where it leads, and whether the manager was seen there."""

    _inherit = "mail.activity"

    is_visit = fields.Boolean(related="activity_type_id.is_visit")
    visit_ids = fields.One2many(
        "sales.visit", "activity_id", "Check-Ins", readonly=True, groups="sales_crm.group_manager"
    )
    visit_datetime_in = fields.Datetime(
        "Checked in at", compute="_compute_visit", groups="sales_crm.group_manager"
    )
    visit_place = fields.Selection(
        PLACES,
        "Place",
        compute="_compute_visit",
        groups="sales_crm.group_manager",
    )
    visit_distance = fields.Float(
        "Distance, m",
        digits=(10, 0),
        compute="_compute_visit",
        aggregator=None,
        groups="sales_crm.group_manager",
    )

    @api.depends("visit_ids")
    def _compute_visit(self):
        """Of the last check-in."""
        for activity in self:
            visit = activity.visit_ids[:1]
            activity.visit_datetime_in = visit.datetime_in
            activity.visit_place = visit.place
            activity.visit_distance = visit.distance

    def _visit_addresses(self):
        """Where these activities lead, in a number of queries that does not grow with them.

        :return: dict activity id -> partner, sudo-ed: the contact or branch that the document is about,
            if it has an address of its own, else the client
        """
        addresses = {}
        # sudo: who sees the visit has to find the way to it
        for model, activities in self.sudo().grouped("res_model").items():
            partners = {}
            if model and model in self.env:
                Day = self.env["sales.my.day"]
                for document in activities.env[model].browse(set(activities.mapped("res_id"))).exists():
                    is_partner = model == "res.partner"
                    partners[document.id] = document if is_partner else Day._partner_of(document)
            for activity in activities:
                partner, client = partners.get(activity.res_id), activity.client_id
                own = partner and partner.street and partner.client_id == client
                addresses[activity.id] = partner if own else client
        return addresses

    def action_view_check_ins(self):
        """:return: the check-ins of this visit"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_visit_action"),
            "domain": [("activity_id", "=", self.id)],
            "context": {},
        }
