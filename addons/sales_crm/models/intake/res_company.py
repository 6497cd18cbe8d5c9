from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_import_undo_days = fields.Integer(
        "Undo of an Import",
        default=7,
        help="For so many days an import can be undone: clients and deals that nobody has worked with go "
        "again. 0: never.",
    )
