from odoo import api, fields, models
from odoo.exceptions import UserError

from .sales_import_mapping import as_mapped, check_offered

ACTIONS = [
    ("create", "Create"),
    ("update", "Update"),
    ("unchanged", "Unchanged"),
    ("duplicate", "Duplicate"),
    ("error", "Error"),
    ("left", "Left Out"),
]

DECISIONS = [("skip", "Skip"), ("update", "Update the one found"), ("create", "Create anyway")]

QUESTIONS = [
    ("tax", "Another Client Has the Tax Number"),
    ("name", "Another Client Has the Name"),
    ("phone", "Another Client Has the Phone"),
    ("mail", "Another Client Has the E-mail"),
    ("error", "It Can't Be Imported So"),
    ("failed", "It Has Failed"),
    ("warning", "Something Is Kept in the Notes"),
]

# With one of these results the record is here
HERE = ("created", "updated", "unchanged", "stays")

RESULTS = [
    ("created", "Created"),
    ("updated", "Updated"),
    ("unchanged", "Unchanged"),
    ("skipped", "Skipped"),
    ("failed", "Failed"),
    ("undone", "Taken Back"),
    ("archived", "Archived"),
    ("stays", "Stays"),
]


# In these states of an import its rows can be decided about
BEFORE = ("draft", "mapping", "analysing", "preview")


class SalesImportRow(models.Model):
    """A row of a file: its cells as they were, what will be done with it, and what was done.

    ``result`` is written in the transaction that writes the data, so a row is done exactly once.
    """

    _name = "sales.import.row"
    _description = "Row of an Import"
    _order = "import_id, sequence, id"
    _rec_name = "label"
    _sales_guards_recorded = False

    import_id = fields.Many2one("sales.import", required=True, ondelete="cascade", readonly=True)
    file_id = fields.Many2one(
        "sales.import.file", required=True, index=True, ondelete="cascade", readonly=True
    )
    import_state = fields.Selection(related="import_id.state")
    sequence = fields.Integer(readonly=True, help="Agents come first, then clients, products and deals.")
    role = fields.Selection(as_mapped("role"), "Kind", readonly=True)
    number = fields.Integer("Row", readonly=True, help="Number of the row in the file.")
    cells = fields.Json(readonly=True)
    label = fields.Char("What", readonly=True)
    action = fields.Selection(ACTIONS, readonly=True)
    decision = fields.Selection(DECISIONS, help="What to do with a duplicate. Any row can be skipped.")
    message = fields.Text("Why", readonly=True)
    warning = fields.Boolean("To Look At", readonly=True)
    question = fields.Selection(QUESTIONS, "What Needs You", readonly=True)
    unmatched = fields.Boolean(readonly=True, help="Something that the row names was not found.")
    bucket = fields.Char("Stage", readonly=True)
    user_id = fields.Many2one("res.users", "Manager", readonly=True, ondelete="set null")
    head_row_id = fields.Many2one(
        "sales.import.row",
        "Continues Row",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The row before it that brings the same client in.",
    )
    of_deals = fields.Char(
        "Client of Deals",
        readonly=True,
        index="btree_not_null",
        export_string_translation=False,
        help="What the deals say whose client this row brings in; no row of the file is it by itself.",
    )
    client_row_id = fields.Many2one(
        "sales.import.row",
        "Client's Row",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The row that brings the client of this deal in.",
    )
    fingerprint = fields.Char(readonly=True, index="btree_not_null")
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    result = fields.Selection(RESULTS, readonly=True)
    made = fields.Char("State When Created", readonly=True, export_string_translation=False)

    _pending_idx = models.Index("(import_id, sequence, id) WHERE result IS NULL")
    _import_idx = models.Index("(import_id, sequence, id)")
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.model
    def _sales_server_fields(self):
        """By it an undo tells whether somebody has worked with a client."""
        return super()._sales_server_fields() | {"made"}

    @api.constrains("role")
    def _check_role(self):
        check_offered(self, "role")

    def write(self, vals):
        if "decision" not in vals:
            return super().write(vals)
        if "result" not in vals:
            self._check_not_imported()
        res = super().write(vals)
        self._check_decision(vals["decision"])
        return res

    def _check_not_imported(self):
        """:raise UserError: the row has been imported"""
        for row in self:
            if row.result or row.import_state not in BEFORE:
                raise UserError(
                    self.env._("Row %s is imported already: nothing can be decided about it.", row.number)
                )

    def _check_decision(self, decision):
        """:raise UserError: the decision makes no sense for the row"""
        for row in self:
            if decision in ("update", "create") and row.action != "duplicate":
                raise UserError(
                    self.env._(
                        "Row %s is not a duplicate: it can be imported as planned or skipped.",
                        row.number,
                    )
                )
            if decision == "update" and not row._target_exists():
                raise UserError(self.env._("Row %s: there is no client to update.", row.number))

    def _target_exists(self):
        return bool(self.res_id or self.head_row_id)

    def _planned(self):
        """:return: ``create``, ``update``, ``unchanged``, ``skip`` or ``error``"""
        self.ensure_one()
        if self.action == "duplicate":
            return self.decision or "skip"
        if self.decision == "skip" and self.action != "error":
            return "skip"
        return self.action

    def _record(self):
        """:return: the record that the row has become, empty if there is none"""
        self.ensure_one()
        if not self.res_id or self.res_model not in self.env:
            return self.env["res.partner"]
        return self.env[self.res_model].browse(self.res_id).exists()

    def action_open_record(self):
        """:return: the form of what the row was matched with or has become"""
        self.ensure_one()
        record = self._record()
        if not record:
            raise UserError(self.env._("Row %s has no record here (yet).", self.number))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(self._record_view().id, "form")],
            "target": "current",
        }

    def _record_view(self):
        """:return: the client card for clients, else the model's own form (an empty view)"""
        if self.res_model == "res.partner":
            return self.env.ref("sales_crm.res_partner_view_form_client")
        return self.env["ir.ui.view"]

    def action_skip(self):
        """Leave these rows out."""
        self.write({"decision": "skip"})

    def action_update(self):
        """Update what these duplicates were matched with."""
        self.filtered(lambda row: row.action == "duplicate").write({"decision": "update"})

    def action_create(self):
        """Create these although something like them is there."""
        self.filtered(lambda row: row.action == "duplicate").write({"decision": "create"})

    @api.model
    def _done_with(self, fingerprints):
        """:return: dict fingerprint -> row of an earlier import whose record is still there"""
        rows = self.search(
            [
                ("fingerprint", "in", fingerprints),
                ("result", "in", HERE),
            ],
            order="id",
        )
        alive = {}
        for model, of_model in rows.filtered("res_id").grouped("res_model").items():
            records = self.env[model].browse(set(of_model.mapped("res_id")))
            alive[model] = set(records.exists().ids)
        return {
            row.fingerprint: row for row in rows if row.res_id and row.res_id in alive.get(row.res_model, ())
        }
