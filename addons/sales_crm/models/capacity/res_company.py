from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_day_capacity = fields.Integer(
        "Activities a Day",
        default=60,
        help="So many activities fit into a manager's day: regular work and mass planning put no more into "
        "it. 0: no limit.",
    )

    _sales_day_capacity_positive = models.Constraint(
        "CHECK (sales_day_capacity >= 0)", "A day can't hold less than no activities."
    )
