from odoo import Command, api, fields, models


class ResPartner(models.Model):
    """Regular work and mass planning from the client's card and list."""

    _inherit = "res.partner"

    cadence_turn_ids = fields.One2many(
        "sales.cadence.client",
        "client_id",
        "Regular Work",
        domain=[("cadence_id.state", "in", ["running", "paused"])],
        groups="sales_crm.group_manager",
    )
    cadence_count = fields.Integer(
        "Regular Work Count", compute="_compute_cadence_count", groups="sales_crm.group_manager"
    )

    @api.depends("cadence_turn_ids")
    def _compute_cadence_count(self):
        for partner in self:
            partner.cadence_count = len(partner.cadence_turn_ids)

    def action_view_cadences(self):
        """:return: the cadences that this client is in; a new one is for him alone, from its first day"""
        self.ensure_one()
        client = self.client_id or self
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_cadence_action"),
            "domain": [("line_ids.client_id", "=", client.id)],
            "context": {
                "default_scope": "clients",
                "default_client_ids": [Command.set(client.ids)],
                "default_is_spread": False,
            },
        }

    def action_mass_plan(self):
        """:return: the form of a mass planning for these clients"""
        return self.env["sales.mass.plan"]._action_of_clients(self)
