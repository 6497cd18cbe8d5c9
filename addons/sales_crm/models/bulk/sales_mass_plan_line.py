from odoo import fields, models


class SalesMassPlanLine(models.Model):
    """One client of a mass planning."""

    _name = "sales.mass.plan.line"
    _description = "Client of a Mass Planning"
    _sales_guard_path = "client_id"
    _order = "date, user_id, id"
    _rec_name = "client_id"

    mass_plan_id = fields.Many2one("sales.mass.plan", required=True, readonly=True, ondelete="cascade")
    client_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users", "Manager", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    date = fields.Date("Day", readonly=True)
    state = fields.Selection(
        [("pending", "To plan"), ("done", "Planned"), ("skipped", "Not planned: no manager")],
        required=True,
        readonly=True,
        default="pending",
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, index="btree_not_null", ondelete="set null")
    is_told = fields.Boolean("Manager Told", readonly=True)

    _once = models.Constraint("UNIQUE (mass_plan_id, client_id)", "This client is in this planning already.")
    _next_idx = models.Index("(mass_plan_id, state, id)")
