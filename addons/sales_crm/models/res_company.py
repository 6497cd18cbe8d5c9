from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_carry_escalation = fields.Integer(
        "Tell the Head After",
        default=3,
        help="The head gets a message when an activity was carried over this many times. 0: never.",
    )
