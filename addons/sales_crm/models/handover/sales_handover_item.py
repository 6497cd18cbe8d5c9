from odoo import api, fields, models


class SalesHandoverItem(models.Model):
    """One record that was found, and what became of it. Undo and reconciliation count these."""

    _name = "sales.handover.item"
    _description = "Record Handed Over"
    _order = "id"
    _log_access = False

    handover_id = fields.Many2one("sales.handover", required=True, index=True, ondelete="cascade")
    line_id = fields.Many2one("sales.handover.line", required=True, index=True, ondelete="cascade")
    receiver_id = fields.Many2one(related="line_id.receiver_id")
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", required=True)
    kind = fields.Char(required=True)
    label = fields.Char("Part", compute="_compute_label")
    state = fields.Selection(
        [
            ("found", "Found"),
            ("moved", "Handed over"),
            ("gone", "No longer his"),
            ("returned", "Given back"),
            ("kept", "Given on or finished meanwhile"),
        ],
        required=True,
        default="found",
    )
    late = fields.Boolean("Came during the Run")
    giver_followed = fields.Boolean()
    receiver_followed = fields.Boolean()
    memory = fields.Json()

    _once = models.UniqueIndex("(handover_id, res_model, res_id)")

    @api.depends("res_model", "kind")
    def _compute_label(self):
        labels = self.env["sales.handover"]._kind_labels()
        for item in self:
            item.label = labels.get((item.res_model, item.kind), item.res_model)

    @api.depends("res_model", "res_id")
    def _compute_display_name(self):
        """The record's own name, in one query per model."""
        for model, items in self.grouped("res_model").items():
            names = {}
            if model in self.env:
                # sudo: the head sees by name what he hands over, whatever company it is of
                records = self.env[model].sudo().browse(items.mapped("res_id")).exists()
                names = {record.id: record.display_name for record in records}
            for item in items:
                item.display_name = names.get(item.res_id) or self.env._("Deleted")

    def action_open(self):
        """:return: the form of the record"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
