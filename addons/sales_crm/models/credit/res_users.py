from odoo import fields, models


class ResUsers(models.Model):
    # Beside what a departure loses, another matter
    _inherit = "res.users"

    sales_release_limit = fields.Float(
        "Releases up to",
        digits="Account",
        groups="base.group_system,sales_crm.group_admin",
        help="Up to this amount, in the currency of the user's company, he lets orders and deliveries of one "
        "paying client past the credit limit: one, or several together, as long as they are approved and not "
        "used or expired, or used and the client is above his limit.",
    )
