from odoo import fields, models


class SalesActivityOutcome(models.Model):
    """What came of a finished activity: "reached, interested", "no answer" …"""

    _name = "sales.activity.outcome"
    _description = "Activity Outcome"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_contact = fields.Boolean(
        "Client Reached",
        default=True,
        help="The client was really talked to. Only such activities count as the last contact.",
    )
    activity_type_ids = fields.Many2many(
        "mail.activity.type",
        string="Activity Types",
        help="Offered for these types only. Empty: for every type.",
    )

    def _that_fit(self, kind):
        """:return: those of these that are offered for activities of the type ``kind``"""
        return self.filtered(
            lambda outcome: not outcome.activity_type_ids or kind in outcome.activity_type_ids
        )

    _name_uniq = models.Constraint("UNIQUE(name)", "An outcome with this name exists already.")
