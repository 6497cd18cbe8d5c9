from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import date_utils


class SalesCreditAsk(models.TransientModel):
    """The dialog in which a manager asks a credit controller to let a document through."""

    _name = "sales.credit.ask"
    _description = "Ask for a Credit Release"

    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    obstacles = fields.Text("What Stops It", compute="_compute_obstacles")
    reason = fields.Text("Why It Should Go", required=True)
    date_to = fields.Date(
        "Valid until",
        required=True,
        default=lambda self: date_utils.add(self.env.company._sales_today(), days=7),
    )

    @api.depends("res_model", "res_id")
    def _compute_obstacles(self):
        for wizard in self:
            wizard.obstacles = wizard._document().credit_reason

    def _document(self):
        """:return: the order or delivery, readable for the current user"""
        if self.res_model not in self.pool.descendants(["sales.credit.document"], "_inherit"):
            raise UserError(self.env._("Only for orders and deliveries one asks for a release."))
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return document

    def action_ask(self):
        self.ensure_one()
        self.env["sales.credit.release"]._ask(self._document(), self.reason, self.date_to)
        return {"type": "ir.actions.act_window_close"}
