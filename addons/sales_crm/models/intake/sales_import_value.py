from odoo import fields, models


class SalesImportValue(models.Model):
    """A word of the file that a person explains: an unknown manager, a stage of the old CRM."""

    _name = "sales.import.value"
    _description = "Word of an Import"
    _order = "kind desc, name"
    _sales_guards_recorded = False

    import_id = fields.Many2one("sales.import", required=True, index=True, ondelete="cascade")
    kind = fields.Selection([("stage", "Stage"), ("manager", "Manager")], required=True, readonly=True)
    name = fields.Char("In the File", required=True, readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    user_id = fields.Many2one(
        "res.users", "Means the User", domain=[("share", "=", False)], ondelete="cascade"
    )
    outcome = fields.Selection(
        [("open", "Open"), ("won", "Won"), ("lost", "Lost")],
        "Means",
        help="Lost deals are archived with the stage and the reason chosen here.",
    )
    stage_id = fields.Many2one("crm.stage", "Stage Here", ondelete="cascade")
    lost_reason_id = fields.Many2one("crm.lost.reason", ondelete="set null")

    _name_uniq = models.Constraint("unique(import_id, kind, name)", "This word is explained already.")
