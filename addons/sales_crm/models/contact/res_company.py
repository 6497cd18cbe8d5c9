from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_birthday_days = fields.Integer(
        "Birthdays Ahead",
        default=3,
        help="The client's manager gets an activity so many of his working days before a contact's birthday. "
        "0: never.",
    )
    sales_silent_days = fields.Integer(
        "Not Contacted For",
        default=30,
        required=True,
        help="A client whom nobody has reached for so many days counts as not contacted for long.",
    )
    sales_next_step_required = fields.Boolean(
        "Next Step Required",
        help="Who finishes a client's last open activity plans what comes next, or says why nothing does.",
    )

    _sales_birthday_days_not_negative = models.Constraint(
        "CHECK (sales_birthday_days >= 0 AND sales_birthday_days <= 30)",
        "Birthdays are announced 30 working days ahead at most. 0: never.",
    )
    _sales_silent_days_positive = models.Constraint(
        "CHECK (sales_silent_days > 0)", "A client counts as not contacted after one day at least."
    )
