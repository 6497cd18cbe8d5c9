from odoo import api, models


class ResPartner(models.Model):
    """Clients and their contacts are handed over, archived ones too: they can come back."""

    _name = "res.partner"
    # Beside the card of the client, which is long enough by itself
    _inherit = ["res.partner", "sales.handover.part"]

    _handover_sequence = 10

    def _handover_roots(self):
        return {partner.id: ("res.partner", partner.commercial_partner_id.id) for partner in self}

    @api.model
    def _handover_kinds(self):
        return {
            "client": self.env._("Clients"),
            "contact": self.env._("Contacts"),
            "partner": self.env._("Other partners"),
        }

    def _handover_kind(self):
        kinds = {}
        for partner in self:
            if not partner.commercial_partner_id.is_client:
                kinds[partner.id] = "partner"
            elif partner.commercial_partner_id == partner:
                kinds[partner.id] = "client"
            else:
                kinds[partner.id] = "contact"
        return kinds

    def _handover_details(self):
        clients = self.filtered(lambda partner: partner.is_client and not partner.parent_id)
        classes = clients.grouped("client_class")
        found = [f"{name}: {len(classes[name])}" for name in ("A", "B", "C") if name in classes]
        archived = len(clients.filtered(lambda partner: not partner.active))
        if archived:
            found.append(self.env._("archived: %s", archived))
        return ", ".join(found)

    def action_sales_handover(self):
        """:return: a new hand-over of these clients, from their manager to others"""
        return self.env["sales.handover"]._action_of_clients(self)
