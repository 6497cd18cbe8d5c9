from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools.filling import Filling
from ...tools.import_headers import REACHED_BY
from ...tools.import_run import UserLookup
from ...tools.normalise import plain

STATES = [
    ("draft", "Files"),
    ("mapping", "Columns"),
    ("analysing", "Checking"),
    ("preview", "Check"),
    ("importing", "Importing"),
    ("done", "Done"),
    ("undoing", "Taking Back"),
    ("undone", "Undone"),
]

MAX_FILES = 10

MANAGER_TARGETS = {"manager", "deal_agent", "agent", "team_leader"}

# What a stage of another CRM probably means, where no stage here has its name
STAGE_WORDS = {
    "won": "won, win, closed won, выиграно, выиграна, успешно, успешно реализовано, продажа, оплачено, "
    "сделка",
    "lost": "lost, closed lost, отказ, проиграно, проиграна, потеряно, закрыто и не реализовано, "
    "не реализовано",
    "first": "prospecting, new, lead, новая, новый, первичный контакт, лид",
    "second": "engaging, qualified, qualification, in progress, negotiation, в работе, переговоры, "
    "квалификация",
}


class SalesImport(models.Model):
    """An import of a client base or of deals: files, what they mean, row by row, and what came of it.

    It is kept, with every row. The work is in ``sales_import_work.py``, what a row means and what is done
    with it in ``sales_import_role*.py``.
    """

    _name = "sales.import"
    _inherit = "sales.batch"
    _description = "Import of Clients and Deals"
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    kind = fields.Selection(
        [("clients", "Client base"), ("deals", "Deals with clients, agents and products")],
        "What to Import",
        required=True,
        default="clients",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", copy=False)
    file_ids = fields.One2many("sales.import.file", "import_id", "Files Read")
    column_ids = fields.One2many("sales.import.column", "import_id", "Columns")
    value_ids = fields.One2many("sales.import.value", "import_id", "Words of the File")
    row_ids = fields.One2many("sales.import.row", "import_id", "Rows")
    duplicate_decision = fields.Selection(
        [
            ("skip", "Skip them"),
            ("update", "Update the ones found"),
            ("create", "Create them anyway"),
        ],
        "If It Is a Duplicate",
        required=True,
        default="skip",
        help="For rows with the phone, e-mail or name of another client. Each row can be decided "
        "otherwise. The same tax number always updates.",
    )
    error_policy = fields.Selection(
        [
            (
                "good",
                "Only the good rows: rows with an error are left out and listed in the result",
            ),
            ("all", "All rows or none: do not start while a row has an error"),
        ],
        "Rows to Import",
        required=True,
        default="good",
    )
    create_users = fields.Boolean(
        "Create Users for Unknown Agents",
        compute="_compute_create_users",
        store=True,
        readonly=False,
        help="They become internal users with the role Manager and without a password: nobody can log in "
        "as one of them until an administrator invites him. No e-mail is sent.",
    )
    create_clients = fields.Boolean(
        "Create Clients That Deals Name",
        compute="_compute_create_clients",
        store=True,
        readonly=False,
        help="A client that nobody has yet comes in with the deal: name, contact person, phones, e-mail and "
        "city as the deal's row says. Each is shown as a row of its own before anything is written.",
    )
    may_create_users = fields.Boolean(compute="_compute_may_create_users")
    state = fields.Selection(STATES, required=True, default="draft", readonly=True, copy=False, index=True)
    date_start = fields.Datetime("Started", readonly=True, copy=False)
    date_end = fields.Datetime("Finished", readonly=True, copy=False)
    check_seconds = fields.Float("Seconds of Checking", readonly=True, copy=False)
    import_seconds = fields.Float("Seconds of Importing", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )

    @api.depends("attachment_ids")
    def _compute_name(self):
        for record in self:
            names = [name for name in record.attachment_ids.mapped("name") if name]
            record.name = ", ".join(names)[:120] or record.name or self.env._("New import")

    @api.depends("kind")
    def _compute_create_users(self):
        may = self.env["res.users"].has_access("create")
        for record in self:
            record.create_users = may and record.kind == "deals"

    @api.depends("column_ids.target")
    def _compute_create_clients(self):
        for record in self:
            record.create_clients = not REACHED_BY.isdisjoint(record.column_ids.mapped("target"))

    @api.depends_context("uid")
    def _compute_may_create_users(self):
        self.may_create_users = self.env["res.users"].has_access("create")

    # ------------------------------------------------------
    # Access
    # ------------------------------------------------------

    def _check_importer(self):
        """:raise AccessError: the user is no head of sales, or it is not his import"""
        user = self.env.user
        if not (user.has_group("sales_crm.group_head") or user.has_group("base.group_system")):
            raise AccessError(self.env._("Only a head of sales may import clients and deals."))
        self.check_access("write")
        for record in self:
            if record.create_uid != user:
                raise AccessError(
                    self.env._(
                        "%s has uploaded this file: only the one who uploads it imports it.",
                        record.create_uid.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_attachments()
        return records

    @api.model
    def _sales_refusal_of_server_fields(self, labels):
        return self.env._("The steps of an import are taken with its buttons.")

    def write(self, vals):
        res = super().write(vals)
        if "attachment_ids" in vals:
            self._check_attachments()
        if "duplicate_decision" in vals:
            self._decide_duplicates()
        return res

    def _check_attachments(self):
        """:raise UserError: a file that is too large, before anything reads it"""
        for attachment in self.attachment_ids:
            self.env["sales.import.reader"]._check_size(attachment.name, attachment.file_size)
        for record in self:
            if len(record.attachment_ids) > MAX_FILES:
                raise UserError(self.env._("Up to %s files can be imported at once.", MAX_FILES))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_working(self):
        if self.filtered(lambda r: r.state in self._batch_states()):
            raise UserError(self.env._("The import is running. Stop it first."))

    def _decide_duplicates(self):
        for record in self.filtered(lambda r: r.state == "preview"):
            duplicates = record.row_ids.filtered_domain(
                [("action", "=", "duplicate"), ("result", "=", False)]
            )
            duplicates.write({"decision": record.duplicate_decision})

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def action_read(self):
        """Read the files, find what they are and match their columns."""
        self.ensure_one()
        self._check_importer()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose the files first: .xlsx or .csv."))
        self.file_ids.unlink()
        # The files belong to the import from now on, and are seen by whoever sees it
        self.attachment_ids.write({"res_model": self._name, "res_id": self.id})
        for attachment in self.attachment_ids.sorted("id"):
            self.env["sales.import.file"]._read_attachment(self, attachment)
        if not any(self.file_ids.mapped("role")):
            self._refuse_unknown_files()
        self.env.flush_all()
        Row = self.env["sales.import.row"]
        Filling(self.env, Row._name).add(Row.search_count([("import_id", "=", self.id)]))
        self._step({"state": "mapping", "failure": False})

    def _refuse_unknown_files(self):
        raise UserError(
            self.env._(
                "None of the files is recognised by its headers. Deals need a column such as “Stage”, "
                "clients “Account” or “Client”, products “Product” and “Price”, agents “Sales agent” and "
                "“Manager”. To import a client base, choose “Client base” above."
            )
        )

    def action_back(self):
        """Go back to the files."""
        self._check_importer()
        if self.filtered(lambda r: r.state not in ("mapping", "preview")):
            raise UserError(self.env._("Files can be changed before the import only."))
        if self.row_ids.filtered_domain([("result", "in", ["created", "updated"])]):
            raise UserError(
                self.env._("A part of the rows is imported already: start a new import for other files.")
            )
        self.file_ids.unlink()
        self.value_ids.unlink()
        self._step({"state": "draft"})

    def action_edit_columns(self):
        """Go back to the columns."""
        self._check_importer()
        if self.filtered(lambda r: r.state != "preview"):
            raise UserError(self.env._("Columns can be changed before the import only."))
        self._step({"state": "mapping"})

    def action_analyse(self):
        """Find out row by row what the import would do. Nothing is written to the client base."""
        self.ensure_one()
        self._check_importer()
        if self.state not in ("mapping", "preview"):
            raise UserError(self.env._("Read the files first."))
        self.file_ids._check_mapping()
        self.file_ids._remember_mapping()
        self._prepare_rows()
        self._prepare_words()
        self._start_work("analysing")

    def action_import(self):
        """Do what the check has shown."""
        self.ensure_one()
        self._check_importer()
        if self.state != "preview":
            raise UserError(self.env._("Check the rows first."))
        errors = self._count_rows([("action", "=", "error"), ("result", "=", False)])
        if errors and self.error_policy == "all":
            raise UserError(
                self.env._(
                    "%s rows have errors, and you chose to import all rows or none. Correct the file and "
                    "upload it again, or choose “Only the good rows”.",
                    errors,
                )
            )
        self._step({"date_start": fields.Datetime.now(), "import_seconds": 0})
        self._start_work("importing")

    def action_stop(self):
        """Stop after the batch that is being worked on. What is imported stays imported."""
        self._check_importer()
        for record in self:
            if record.state in self._batch_states():
                record._step({"state": record._batch_stopped_state()})

    def action_retry(self):
        """Check the rows again that were not imported because something went wrong."""
        self.ensure_one()
        self._check_importer()
        failed = self.row_ids.filtered_domain([("result", "=", "failed")])
        if self.state != "done" or not failed:
            raise UserError(self.env._("No row has failed."))
        self._check_again(failed)

    def action_mend(self):
        """:return: the cells that can be corrected, in a table"""
        self.ensure_one()
        self._check_importer()
        return self.env["sales.import.mend"]._open(self)

    def _check_again(self, rows):
        """Check these rows again, and leave what is decided about the others."""
        rows.write({"result": False, "action": False, "decision": False, "question": False})
        self._start_work("analysing")

    def _count_rows(self, domain):
        return self.env["sales.import.row"].search_count([("import_id", "in", self.ids), *domain])

    # ------------------------------------------------------
    # Before the check
    # ------------------------------------------------------

    def _prepare_rows(self):
        """Put the rows in their order; rows that were imported stay as they are."""
        for file in self.file_ids:
            rows = file.row_ids.filtered_domain(
                [("result", "not in", ["created", "updated"]), ("of_deals", "=", False)]
            )
            vals = {
                "sequence": self.env["sales.import.mapping"]._role_sequence(file.role),
                "role": file.role,
                "action": False,
                "decision": False,
                "question": False,
                "message": False if file.role else self.env._("The file is not imported."),
                "result": False if file.role else "skipped",
            }
            rows.write(vals)
        self.env["sales.import.row"].flush_model()

    def _prepare_words(self):
        """List the stages and the unknown managers, so that the person can say what they mean."""
        words = self._words_of_file()
        users = UserLookup(self.env["res.users"].search([("share", "=", False)]))
        known = {(value.kind, plain(value.name)): value for value in self.value_ids}
        wanted = {}
        for (kind, key), (name, count) in words.items():
            if kind == "stage" or not (users.find(name) or self.create_users):
                wanted[kind, key] = (name, count)
        for key, value in known.items():
            if key in wanted:
                value.row_count = wanted.pop(key)[1]
            elif not value.user_id:
                value.unlink()
        self.env["sales.import.value"].create(
            [self._prepare_word_values(kind, name, count) for (kind, _key), (name, count) in wanted.items()]
        )

    def _words_of_file(self):
        """:return: dict (kind, plain text) -> (text, number of rows)"""
        words = {}
        for file in self.file_ids.filtered("role"):
            kinds = {
                column.position: "stage" if column.target == "deal_stage" else "manager"
                for column in file.column_ids
                if column.target == "deal_stage" or column.target in MANAGER_TARGETS
            }
            rows = file.row_ids.filtered(lambda row: not row.of_deals) if kinds else file.row_ids.browse()
            for cells in rows.mapped("cells"):
                for position, kind in kinds.items():
                    text = cells[position].strip() if position < len(cells) else ""
                    if text:
                        name, count = words.get((kind, plain(text)), (text, 0))
                        words[kind, plain(text)] = (name, count + 1)
        return words

    def _prepare_word_values(self, kind, name, count):
        values = {"import_id": self.id, "kind": kind, "name": name[:200], "row_count": count}
        before = self._said_before(kind, name)
        if before:
            values.update(before)
        elif kind == "stage":
            values.update(self._guess_stage(name))
        return values

    def _said_before(self, kind, name):
        """:return: what a person has said of this word in an earlier import, empty if nothing"""
        said = [("user_id.active", "=", True)] if kind == "manager" else [("stage_id", "!=", False)]
        domain = [("kind", "=", kind), ("name", "=", name[:200]), ("import_id", "!=", self.id), *said]
        value = self.env["sales.import.value"].search(domain, order="id DESC", limit=1)
        return {
            field: value[field].id if field.endswith("_id") else value[field]
            for field in ("user_id", "outcome", "stage_id", "lost_reason_id")
            if value[field]
        }

    def _guess_stage(self, name):
        """:return: outcome and stage that the word probably means, empty if it says nothing"""
        stages = self.env["crm.stage"].search([("team_ids", "=", False)])
        opened = stages.filtered(lambda stage: not stage.is_won)
        for stage in stages:
            if plain(name) in (plain(stage.name), plain(stage.with_context(lang="en_US").name)):
                return {"outcome": "won" if stage.is_won else "open", "stage_id": stage.id}
        meant = next(
            (key for key, words in STAGE_WORDS.items() if plain(name) in map(str.strip, words.split(","))),
            None,
        )
        targets = {
            "won": ("won", (stages - opened)[:1]),
            "lost": ("lost", opened[1:2] or opened[:1]),
            "first": ("open", opened[:1]),
            "second": ("open", opened[1:2] or opened[:1]),
        }
        outcome, stage = targets.get(meant, (False, self.env["crm.stage"]))
        return {"outcome": outcome, "stage_id": stage.id}
