from odoo import api, fields, models

from ...models.client_class.res_partner import CLASSES


class SalesClientClassSet(models.TransientModel):
    """A class by hand for the clients chosen in the list, or back to the one by turnover."""

    _name = "sales.client.class.set"
    _description = "Set the Class of Clients"
    _sales_guard_path = None  # the clients themselves are written with the rights of the user

    partner_ids = fields.Many2many("res.partner", string="Clients", required=True, readonly=True)
    by = fields.Selection(
        [("hand", "By hand"), ("turnover", "By turnover")], "Class", required=True, default="hand"
    )
    client_class = fields.Selection(CLASSES, "New Class")
    reason = fields.Char()
    until = fields.Date(
        default=lambda self: self.env["res.partner"]._class_until_by_default(),
        help="The last day on which the class set by hand counts. Empty: until somebody takes it back.",
    )

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        context = self.env.context
        if "partner_ids" in fields and context.get("active_model") == "res.partner":
            defaults["partner_ids"] = [(6, 0, context.get("active_ids", []))]
        return defaults

    def action_set(self):
        """:raise UserError: no reason is given
        :raise AccessError: one of the clients isn't the user's to change
        """
        self.ensure_one()
        values = {"client_class_manual": False}
        if self.by == "hand":
            values = {"client_class": self.client_class, "client_class_manual": True}
            values["client_class_reason"] = self.reason
            values["client_class_until"] = self.until
        self.partner_ids.write(values)
        return {"type": "ir.actions.act_window_close"}
