from odoo import fields, models


class SalesActivityCancel(models.TransientModel):
    """Asks why activities are cancelled."""

    _name = "sales.activity.cancel"
    _description = "Cancel Activities"

    activity_ids = fields.Many2many("mail.activity", string="Activities", required=True)
    reason = fields.Char(required=True)

    def action_apply(self):
        self.ensure_one()
        self.activity_ids.action_cancel_with_reason(self.reason)
        return {"type": "ir.actions.act_window_close"}
