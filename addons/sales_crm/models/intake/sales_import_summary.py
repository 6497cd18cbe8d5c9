from markupsafe import Markup

from odoo import api, fields, models

from .sales_import_row import HERE

PROBLEMS_SHOWN = 40
# The states after the work
ENDED = ("done", "undoing", "undone")


class SalesImport(models.Model):
    """What an import will do or has done, in numbers and in words."""

    _inherit = "sales.import"

    row_count = fields.Integer("All Rows", compute="_compute_counts")
    create_count = fields.Integer("To Create", compute="_compute_counts")
    update_count = fields.Integer("To Update", compute="_compute_counts")
    unchanged_count = fields.Integer("Unchanged", compute="_compute_counts")
    duplicate_count = fields.Integer("Duplicates", compute="_compute_counts")
    error_count = fields.Integer("Errors", compute="_compute_counts")
    warning_count = fields.Integer("To Look At", compute="_compute_counts")
    created_count = fields.Integer("Created", compute="_compute_counts")
    updated_count = fields.Integer("Updated", compute="_compute_counts")
    skipped_count = fields.Integer("Skipped", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    problem_row_ids = fields.Many2many(
        "sales.import.row", string="Rows to Look At", compute="_compute_problem_row_ids"
    )
    summary = fields.Html(compute="_compute_summary", sanitize=False)

    @api.depends("state", "progress_done", "row_ids.action", "row_ids.result")
    def _compute_counts(self):
        rows = self.env["sales.import.row"]
        for record in self:
            domain = [("import_id", "=", record.id), ("role", "!=", False)]
            actions = dict(rows._read_group(domain, ["action"], ["__count"]))
            results = dict(rows._read_group(domain, ["result"], ["__count"]))
            record.row_count = sum(actions.values())
            for name in ("create", "update", "unchanged", "duplicate", "error"):
                record[f"{name}_count"] = actions.get(name, 0)
            for name in ("created", "updated", "skipped", "failed"):
                record[f"{name}_count"] = results.get(name, 0)
            record.warning_count = rows.search_count([*domain, ("warning", "=", True)])

    @api.depends("state", "row_ids.action", "row_ids.decision", "row_ids.result")
    def _compute_problem_row_ids(self):
        """The first rows with an error or a duplicate; the list of all rows has the others."""
        rows = self.env["sales.import.row"]
        for record in self:
            record.problem_row_ids = rows.search(
                [
                    ("import_id", "=", record.id),
                    "|",
                    ("action", "in", ["error", "duplicate"]),
                    ("result", "=", "failed"),
                ],
                limit=PROBLEMS_SHOWN,
            )

    # ------------------------------------------------------
    # The report on the form
    # ------------------------------------------------------

    @api.depends("state", "progress_done", "row_ids.action", "row_ids.result")
    def _compute_summary(self):
        for record in self:
            known = record.state in ("preview", "importing", *ENDED)
            record.summary = record._summary_html() if known else False

    def _summary_figures(self):
        """What came of the rows, for the form, the workbook and other programs.

        :return: dict ``roles`` (role -> what -> number), ``stages`` (stage -> number of deals here),
            ``unmatched``, ``rejected``, ``seconds``
        """
        self.ensure_one()
        rows = self.env["sales.import.row"]
        domain = [("import_id", "=", self.id), ("role", "!=", False)]
        field = "result" if self.state in ENDED else "action"
        roles = {}
        for role, what, count in rows._read_group(domain, ["role", field], ["__count"]):
            roles.setdefault(role, {})[what or "open"] = count
        here = [("result", "in", HERE)] if self.state in ENDED else []
        stages = rows._read_group(
            [*domain, ("role", "=", "deal"), ("bucket", "!=", False), *here],
            ["bucket"],
            ["__count"],
        )
        rejected = [*domain, "|", ("action", "=", "error"), ("result", "=", "failed")]
        return {
            "roles": roles,
            "stages": dict(stages),
            "unmatched": rows.search_count([*domain, ("unmatched", "=", True)]),
            "rejected": rows.search_count(rejected),
            "seconds": round(self.check_seconds + self.import_seconds, 1),
        }

    def _summary_lines(self):
        """:return: list of tuples (heading, [(label, number)])"""
        figures = self._summary_figures()
        Row = self.env["sales.import.row"]
        roles = dict(Row._fields["role"]._description_selection(self.env))
        field = "result" if self.state in ENDED else "action"
        words = dict(Row._fields[field]._description_selection(self.env))
        lines = [
            (
                roles[role],
                [(words.get(what, self.env._("Not done yet")), count) for what, count in counts.items()],
            )
            for role, counts in figures["roles"].items()
        ]
        if figures["stages"]:
            lines.append((self.env._("Deals by stage"), list(figures["stages"].items())))
        lines.append(
            (
                self.env._("Altogether"),
                [
                    (self.env._("Rejected because of errors"), figures["rejected"]),
                    (
                        self.env._("Unmatched: something they name was not found"),
                        figures["unmatched"],
                    ),
                    (self.env._("Seconds of work"), figures["seconds"]),
                ],
            )
        )
        return lines

    def _summary_html(self):
        blocks = [
            Markup("<div class='col-12 col-md-6 col-xl-4 mb-3'><h5>%s</h5>%s</div>")
            % (heading, self._summary_table(lines))
            for heading, lines in self._summary_lines()
        ]
        return Markup("<div class='row o_sales_import_summary'>%s</div>") % Markup("").join(blocks)

    def _summary_table(self, lines):
        rows = [
            Markup("<tr><td>%s</td><td class='text-end fw-bold'>%s</td></tr>") % (label, number)
            for label, number in lines
        ]
        return Markup("<table class='table table-sm mb-0'>%s</table>") % Markup("").join(rows)

    # ------------------------------------------------------
    # Lists of rows
    # ------------------------------------------------------

    def action_view_rows(self):
        """:return: the list of the rows, filtered as the button's context says"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_import_row_action")
        action["domain"] = [("import_id", "=", self.id)]
        wanted = self.env.context.get("row_filter")
        action["context"] = {f"search_default_{wanted}": 1} if wanted else {}
        if wanted == "needs":
            action["context"]["search_default_by_question"] = 1
        return action

    def action_download(self):
        """:return: the workbook with every row and what came of it"""
        self.ensure_one()
        self.check_access("read")
        # config=False: a workbook has no letterhead that an administrator would have to choose first
        return self.env.ref("sales_crm.report_sales_import_xlsx").report_action(self, config=False)

    # ------------------------------------------------------
    # One message per manager
    # ------------------------------------------------------

    def _tell_managers(self):
        """Say to each manager what he has got, once, instead of a notification per client."""
        counts = self.env["sales.import.row"]._read_group(
            [
                ("import_id", "=", self.id),
                ("result", "in", ["created", "updated"]),
                ("role", "in", ["client", "deal"]),
                ("user_id", "not in", [False, self.env.uid]),
            ],
            ["user_id", "role"],
            ["__count"],
        )
        per_manager = {}
        for manager, role, count in counts:
            per_manager.setdefault(manager, {})[role] = count
        for manager, numbers in per_manager.items():
            if manager.active and manager.create_date < self.create_date:
                self._tell_manager(manager, numbers)

    def _tell_manager(self, manager, numbers):
        env = self.with_context(lang=manager.lang).env
        self.env["mail.thread"].message_notify(
            partner_ids=manager.partner_id.ids,
            subject=env._("Import: clients and deals for you"),
            body=env._(
                "%(importer)s has imported %(clients)s clients and %(deals)s deals that you work with "
                "(created or changed).",
                importer=self.env.user.name,
                clients=numbers.get("client", 0),
                deals=numbers.get("deal", 0),
            ),
        )
