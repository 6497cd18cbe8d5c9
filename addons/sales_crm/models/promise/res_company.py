from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_promise_tolerance = fields.Integer(
        "Days for the Bank",
        default=0,
        help="A client's promise to pay is kept, too, by what comes in so many days after its due day. For "
        "promises that are made from now on.",
    )

    _sales_promise_tolerance_positive = models.Constraint(
        "CHECK (sales_promise_tolerance BETWEEN 0 AND 60)",
        "The days for the bank are between 0 and 60.",
    )
