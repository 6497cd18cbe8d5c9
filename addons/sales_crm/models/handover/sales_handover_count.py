from odoo import api, fields, models


class SalesHandoverCount(models.Model):
    """The reconciliation: what was found, what was handed over, what is left, per part."""

    _name = "sales.handover.count"
    _description = "Counts of a Hand-Over"
    _order = "sequence, id"

    handover_id = fields.Many2one("sales.handover", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    res_model = fields.Char("Model", required=True)
    kind = fields.Char(required=True)
    name = fields.Char("Part", compute="_compute_name")
    details = fields.Char()
    before = fields.Integer(help="What hung on him when the hand-over began.")
    late = fields.Integer("Came Meanwhile", help="Planned or given to him while the hand-over was running.")
    moved = fields.Integer("Handed Over")
    gone = fields.Integer("Finished Meanwhile", help="Closed, deleted or given to others by somebody else.")
    left = fields.Integer(help="What still hangs on him. Must be 0.")
    balanced = fields.Boolean("Adds Up", compute="_compute_balanced")
    returned = fields.Integer("Given Back")
    kept = fields.Integer("Stayed", help="Given on to somebody else or finished since the hand-over.")
    new = fields.Integer("Created Anew", help="Of these clients, since the hand-over. It stays.")

    @api.depends("res_model", "kind")
    def _compute_name(self):
        labels = self.env["sales.handover"]._kind_labels()
        for count in self:
            count.name = labels.get((count.res_model, count.kind), count.res_model)

    @api.depends("before", "late", "moved", "gone", "left")
    def _compute_balanced(self):
        for count in self:
            found = count.before + count.late
            count.balanced = not count.left and found == count.moved + count.gone
