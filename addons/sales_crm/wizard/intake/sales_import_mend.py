import re

from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_ROWS = 100


class SalesImportMend(models.TransientModel):
    """The cells of an import that can't be what their columns are, to be corrected without a new file."""

    _name = "sales.import.mend"
    _description = "Correct the Cells of an Import"

    import_id = fields.Many2one("sales.import", required=True, ondelete="cascade", readonly=True)
    line_ids = fields.One2many("sales.import.mend.line", "mend_id", "Cells")

    @api.model
    def _open(self, sales_import):
        """:return: the action that shows the cells
        :raise UserError: nothing is wrong
        """
        domain = [
            ("import_id", "=", sales_import.id),
            ("result", "=", False),
            ("question", "in", ["error", "warning"]),
        ]
        rows = self.env["sales.import.row"].search(domain, order="action DESC, sequence, id", limit=MAX_ROWS)
        if not rows:
            raise UserError(self.env._("No cell has to be corrected."))
        mend = self.create({"import_id": sales_import.id})
        self.env["sales.import.mend.line"].create(
            [values for row in rows for values in mend._prepare_lines(row)]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct Cells"),
            "res_model": self._name,
            "res_id": mend.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _prepare_lines(self, row):
        """:return: list of values of a line for each cell that the row's message names, else for each"""
        columns = row.file_id.column_ids.sorted("position")
        about = {column: self._sentences_about(column, row.message) for column in columns}
        named = columns.filtered(lambda column: about[column])
        return [
            {
                "mend_id": self.id,
                "row_id": row.id,
                "column_id": column.id,
                "text": row.cells[column.position] if column.position < len(row.cells) else "",
                "message": about[column] or row.message,
            }
            for column in named or columns.filtered(lambda column: column.target != "skip")
        ]

    @api.model
    def _sentences_about(self, column, message):
        """:return: the lines of a row's message that name the column, in the quotes of any language"""
        named = re.compile(f'[“«„"]{re.escape(column.header)}[”»“"]') if column.header else None
        return "\n".join(line for line in (message or "").splitlines() if named and named.search(line))

    def action_apply(self):
        """Write what was corrected and check these rows again."""
        self.ensure_one()
        self.import_id._check_importer()
        if self.import_id.state != "preview":
            raise UserError(self.env._("Cells can be corrected between the check and the import only."))
        changed = self.env["sales.import.row"]
        for row, lines in self.line_ids.grouped("row_id").items():
            cells = list(row.cells)
            for line in lines:
                position = line.column_id.position
                cells.extend([""] * (position + 1 - len(cells)))
                cells[position] = (line.text or "").strip()
            if cells != row.cells and not row.result:
                row.cells = cells
                changed += row
        if changed:
            self.import_id._check_again(changed)
        return {"type": "ir.actions.act_window_close"}


class SalesImportMendLine(models.TransientModel):
    _name = "sales.import.mend.line"
    _description = "Cell to Correct"
    _order = "mend_id, id"

    mend_id = fields.Many2one("sales.import.mend", required=True, index=True, ondelete="cascade")
    row_id = fields.Many2one("sales.import.row", required=True, readonly=True, ondelete="cascade")
    column_id = fields.Many2one("sales.import.column", required=True, readonly=True, ondelete="cascade")
    number = fields.Integer(related="row_id.number")
    label = fields.Char(related="row_id.label")
    message = fields.Text("Why", readonly=True)
    header = fields.Char(related="column_id.header")
    text = fields.Char("Correct Text")
