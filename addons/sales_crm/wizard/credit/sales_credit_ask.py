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
    currency_id = fields.Many2one("res.currency", compute="_compute_obstacles")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Up to this amount the document may go through. More than it is now, if it has to grow.",
    )
    reason = fields.Text("Why It Should Go", required=True)
    date_to = fields.Date(
        "Valid until",
        required=True,
        default=lambda self: date_utils.add(self.env.company._sales_today(), days=7),
    )

    @api.depends("res_model", "res_id")
    def _compute_obstacles(self):
        for wizard in self:
            document = wizard._document()
            wizard.obstacles = document.credit_reason
            wizard.currency_id = document._credit_company().currency_id

    @api.depends("res_model", "res_id")
    def _compute_amount(self):
        for wizard in self:
            preview = wizard._document()._credit_preview()
            wizard.amount = preview[2] if preview else 0

    def _document(self):
        """:return: the order or delivery, readable for the current user"""
        if self.res_model not in self.pool.descendants(["sales.credit.document"], "_inherit"):
            raise UserError(self.env._("Only for orders and deliveries one asks for a release."))
        document = self.env[self.res_model].browse(self.res_id)
        document.check_access("read")
        return document

    def action_ask(self):
        self.ensure_one()
        self.env["sales.credit.release"]._ask(self._document(), self.reason, self.date_to, self.amount)
        return {"type": "ir.actions.act_window_close"}
