from odoo import api, fields, models


class ResUsers(models.Model):
    """When a user is reminded of his work: his own preferences."""

    # Beside what a departure loses, another matter
    _inherit = "res.users"

    sales_reminder_minutes = fields.Integer(
        "Remind Me Before",
        default=10,
        help="Minutes before the exact time of an activity. 0: only of what is urgent.",
    )
    sales_digest_mail = fields.Boolean(
        "Plan of the Day by Mail",
        help="A mail with the day's plan, when the working day begins.",
    )

    sales_month_mail = fields.Boolean(
        "Workbook of the Month by Mail",
        default=True,
        help="For heads of sales: on the first working day a mail with last month's sales, debt indicators "
        "and plan against fact, as an Excel file for each company.",
    )

    sales_is_head = fields.Boolean("Is a Head of Sales", compute="_compute_sales_is_head")

    _sales_reminder_minutes_range = models.Constraint(
        "CHECK (sales_reminder_minutes BETWEEN 0 AND 1440)",
        "A reminder comes at most a day (1440 minutes) before.",
    )

    @api.depends("all_group_ids")
    def _compute_sales_is_head(self):
        """The form of one's own preferences is read with all rights: groups in it hide nothing."""
        for user in self:
            user.sales_is_head = user.has_group("sales_crm.group_head")

    @property
    def SELF_READABLE_FIELDS(self):
        return [
            *super().SELF_READABLE_FIELDS,
            "sales_reminder_minutes",
            "sales_digest_mail",
            "sales_month_mail",
            "sales_is_head",
        ]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [
            *super().SELF_WRITEABLE_FIELDS,
            "sales_reminder_minutes",
            "sales_digest_mail",
            "sales_month_mail",
        ]

    def write(self, vals):
        res = super().write(vals)
        if "sales_reminder_minutes" in vals:
            self.env["sales.reminder"]._plan_changed(self)
        return res
