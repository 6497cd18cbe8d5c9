from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class MailActivityType(models.Model):
    """A type that regular work creates activities of is not archived under it."""

    _inherit = "mail.activity.type"

    @api.constrains("active")
    def _check_not_in_cadences(self):
        # sudo: whose regular work it is doesn't matter for the question whether there is any
        used = (
            self.env["sales.cadence"]
            .sudo()
            .search(
                Domain("activity_type_id", "in", self.filtered(lambda kind: not kind.active).ids)
                & Domain("state", "in", ("running", "paused"))
            )
        )
        for kind, cadences in used.grouped("activity_type_id").items():
            raise ValidationError(
                self.env._(
                    "“%(type)s” can't be archived: regular work creates such activities: %(cadences)s. Give "
                    "it another activity or end it first.",
                    type=kind.name,
                    cadences=", ".join(f"“{name}”" for name in cadences[:5].mapped("name")),
                )
            )
