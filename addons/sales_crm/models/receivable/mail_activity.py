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

    unpaid_client_id = fields.Many2one(
        "res.partner",
        "To Be Paid By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="One entry may say what several clients owe.",
    )

    _unpaid_move_uniq = models.UniqueIndex(
        "(unpaid_move_id, unpaid_client_id) WHERE active IS TRUE AND unpaid_move_id IS NOT NULL",
        "This invoice stands in a manager's plan already.",
    )
