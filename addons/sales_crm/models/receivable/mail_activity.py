from odoo import fields, models


class MailActivity(models.Model):
    # Beside the rest, which is long enough
    _inherit = "mail.activity"

    unpaid_move_id = fields.Many2one(
        "account.move",
        "Invoice to Be Paid",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The activity is to get this invoice paid.",
    )

    _unpaid_move_uniq = models.UniqueIndex(
        "(unpaid_move_id) WHERE active IS TRUE AND unpaid_move_id IS NOT NULL",
        "This invoice stands in a manager's plan already.",
    )
