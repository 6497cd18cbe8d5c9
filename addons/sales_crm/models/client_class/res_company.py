from odoo import fields, models


class ResCompany(models.Model):
    """Where the borders of the clients' classes lie; see ``sales.client.class`` for the formulas."""

    # Beside the settings of the rest
    _inherit = "res.company"

    sales_class_by = fields.Selection(
        [("share", "Shares of the turnover"), ("amount", "Amounts")],
        "Borders of the Classes",
        default="share",
        required=True,
    )
    sales_class_a_share = fields.Float(
        "A: Share",
        default=0.8,
        help="The largest clients that make up this part of what all clients paid are class A. A client is A "
        "while those who paid more make up less than this part, so who paid the same is in the same class.",
    )
    sales_class_b_share = fields.Float(
        "A and B: Share",
        default=0.95,
        help="The next clients up to this part are class B, all others who paid are class C.",
    )
    sales_class_a_amount = fields.Monetary("A: Paid at Least", help="In 12 months.")
    sales_class_b_amount = fields.Monetary("B: Paid at Least", help="In 12 months.")
    sales_regularity_x = fields.Float(
        "X: Variation up to",
        default=0.25,
        help="Clients whose purchases vary from month to month by no more than this are X.",
    )
    sales_regularity_y = fields.Float("Y: Variation up to", default=0.5)
    sales_regularity_months = fields.Integer(
        "Months with Purchases at Least",
        default=1,
        help="Of the last 12. Who bought in fewer months has no regularity.",
    )
    sales_asleep_factor = fields.Float(
        "Asleep after",
        default=2.0,
        help="A client is asleep when he hasn't bought for so many of his usual intervals.",
    )
    sales_asleep_min_days = fields.Integer(
        "Asleep after Days", default=30, help="But never earlier than after so many days."
    )

    _sales_class_shares = models.Constraint(
        "CHECK (sales_class_a_share > 0 AND sales_class_a_share <= sales_class_b_share"
        " AND sales_class_b_share <= 1)",
        "The share of class A must be above 0 %, and that of A and B together no less and at most 100 %.",
    )
    _sales_class_amounts = models.Constraint(
        "CHECK (COALESCE(sales_class_b_amount, 0) >= 0"
        " AND COALESCE(sales_class_a_amount, 0) >= COALESCE(sales_class_b_amount, 0))",
        "The amount from which on a client is class A can't be below that of class B.",
    )
    _sales_regularity_borders = models.Constraint(
        "CHECK (sales_regularity_x > 0 AND sales_regularity_x <= sales_regularity_y)",
        "The variation of X must be above 0 %, and that of Y no less.",
    )
    _sales_regularity_months_range = models.Constraint(
        "CHECK (sales_regularity_months BETWEEN 1 AND 12)",
        "The months with purchases can be 1 to 12: regularity is counted over 12 months.",
    )
    _sales_asleep_positive = models.Constraint(
        "CHECK (sales_asleep_factor >= 1 AND sales_asleep_min_days >= 1)",
        "A client can't be asleep before his usual interval is over, or on the day he bought.",
    )
