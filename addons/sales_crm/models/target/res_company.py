from odoo import fields, models

from ...tools.measures import MEASURES


class ResCompany(models.Model):
    """What targets are compared with, and by how much sales are to grow."""

    _inherit = "res.company"

    sales_target_measure = fields.Selection(
        [("ordered", "Ordered"), ("invoiced", "Invoiced"), ("paid", "Paid")],
        "Targets Are For",
        default="invoiced",
        required=True,
        help="Ordered and invoiced amounts are without tax, payments are with tax; as in Sales Performance.",
    )
    sales_growth_goal = fields.Float(
        "Growth in a Year",
        default=0.3,
        help="By so much sales are to be above those of the same period of last year.",
    )

    _sales_growth_goal_range = models.Constraint(
        "CHECK (sales_growth_goal >= -1)", "Sales can't fall by more than 100 %: enter a higher growth."
    )

    def _sales_target_field(self):
        """:return: the field of ``sales.performance.report`` that targets are compared with"""
        self.ensure_one()
        return f"{self.sales_target_measure}_amount"

    def _sales_target_kinds(self):
        """:return: the kinds of rows of ``sales.performance.report`` that are summed for it"""
        self.ensure_one()
        return MEASURES[self.sales_target_measure]
