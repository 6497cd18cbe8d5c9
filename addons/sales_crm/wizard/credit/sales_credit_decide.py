from odoo import fields, models


class SalesCreditDecide(models.TransientModel):
    """The dialog in which a credit controller says why he refuses."""

    _name = "sales.credit.decide"
    _description = "Refuse a Credit Release"

    release_id = fields.Many2one("sales.credit.release", required=True, ondelete="cascade")
    note = fields.Text("Why", required=True)

    def action_refuse(self):
        self.ensure_one()
        self.release_id.action_refuse(self.note)
        return {"type": "ir.actions.act_window_close"}
