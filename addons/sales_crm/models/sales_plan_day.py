from odoo import fields, models


class SalesPlanDay(models.Model):
    """The plan of one manager for one day has been frozen. The row is the proof and the lock."""

    _name = "sales.plan.day"
    _description = "Frozen Plan of a Day"
    _order = "date desc, user_id"
    _rec_name = "date"

    user_id = fields.Many2one("res.users", "Manager", required=True, readonly=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True)
    as_manager = fields.Boolean(
        readonly=True, help="Whether this was the plan of a manager, and not of a head of sales."
    )

    _user_date_uniq = models.UniqueIndex("(user_id, date)")
