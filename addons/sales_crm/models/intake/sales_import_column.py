from odoo import api, fields, models

from .sales_import_mapping import as_mapped, check_offered


class SalesImportColumn(models.Model):
    """A column of a file, and where its cells go."""

    _name = "sales.import.column"
    _description = "Column of an Import"
    _order = "file_id, position"
    _rec_name = "header"
    _sales_guards_recorded = False

    import_id = fields.Many2one("sales.import", required=True, index=True, ondelete="cascade")
    file_id = fields.Many2one(
        "sales.import.file", required=True, index=True, ondelete="cascade", readonly=True
    )
    position = fields.Integer(readonly=True)
    header = fields.Char("Column of the File", readonly=True)
    sample = fields.Char("For Example", readonly=True)
    target = fields.Selection(as_mapped("target"), "Goes To", required=True, default="skip")
    allowed_targets = fields.Json(compute="_compute_allowed_targets")
    contact_number = fields.Integer(
        "Contact No.", help="Which contact person of the row: 1 for the first, 2 for the second …"
    )
    is_contact = fields.Boolean(compute="_compute_allowed_targets")

    @api.constrains("target")
    def _check_target(self):
        check_offered(self, "target")

    @api.depends("file_id.role", "target")
    def _compute_allowed_targets(self):
        Mapping = self.env["sales.import.mapping"]
        allowed = {role: Mapping._allowed_targets(role) for role in self.file_id.mapped("role")}
        for column in self:
            column.allowed_targets = allowed.get(column.file_id.role, ["skip"])
            column.is_contact = (column.target or "").startswith("contact_")
