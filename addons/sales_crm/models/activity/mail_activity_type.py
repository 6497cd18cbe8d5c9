from odoo import fields, models


class MailActivityType(models.Model):
    _inherit = "mail.activity.type"

    carry_policy = fields.Selection(
        [
            ("carry", "Move to the next working day"),
            ("leave", "Leave on its day"),
            ("expire", "Cancel, the moment has passed"),
        ],
        string="If Not Done",
        required=True,
        default="carry",
        help="What happens to an activity of this type that was not done on its day, "
        "when the manager's next working day begins.",
    )
    is_visit = fields.Boolean("Visit", help="Activities of this type are visits to the client's premises.")

    outcome_required = fields.Boolean(
        help="An activity of this type is marked as done only with what came of it."
    )

    def _sales_kind(self):
        """:return: what a head counts it as: ``calls``, ``visits``, ``mails``, or False"""
        self.ensure_one()
        if self.is_visit:
            return "visits"
        if self.category == "phonecall":
            return "calls"
        return self.icon in ("fa-envelope", "fa-envelope-o") and "mails"
