from odoo import api, fields, models


class SalesHandoverRule(models.Model):
    """Who gets the clients of a region or of a class."""

    _name = "sales.handover.rule"
    _description = "Who Gets What"
    _order = "client_class, client_count desc, id"

    handover_id = fields.Many2one("sales.handover", required=True, index=True, ondelete="cascade")
    kind = fields.Selection([("region", "Region"), ("class", "Class")], required=True)
    country_id = fields.Many2one("res.country")
    state_id = fields.Many2one("res.country.state", "Region")
    client_class = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], "Class")
    name = fields.Char("Clients", compute="_compute_name")
    client_count = fields.Integer("How Many", readonly=True)
    receiver_id = fields.Many2one("res.users", domain="[('id', 'in', possible_receiver_ids)]")
    possible_receiver_ids = fields.Many2many(related="handover_id.possible_receiver_ids")

    @api.depends("kind", "country_id", "state_id", "client_class")
    def _compute_name(self):
        for rule in self:
            if rule.kind == "class":
                rule.name = rule.client_class or self.env._("Without a class")
            else:
                rule.name = rule.state_id.name or rule.country_id.name or self.env._("Without a region")
