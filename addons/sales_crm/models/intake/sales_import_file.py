from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.import_headers import NAMES_OF_CLIENT
from ...tools.import_run import UserLookup
from .sales_import_mapping import as_mapped, check_offered

HEADER_DEPTH = 10  # rows in which the headers are looked for, under a title

TITLE_WIDTH = 2  # filled cells that a row above the headers has at most

ROWS_PER_CREATE = 2000


class SalesImportFile(models.Model):
    """One of the files of an import, with its columns and rows."""

    _name = "sales.import.file"
    _description = "File of an Import"
    _order = "sequence, id"
    _sales_guards_recorded = False

    import_id = fields.Many2one("sales.import", required=True, index=True, ondelete="cascade")
    name = fields.Char(readonly=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    role = fields.Selection(as_mapped("role"), "What Is in It", help="Empty: the file is not imported.")
    row_count = fields.Integer("Rows", readonly=True)
    notice = fields.Char(readonly=True)
    sheet = fields.Char(readonly=True, help="Of a workbook with several sheets.")
    header_number = fields.Integer("Row of the Headers", readonly=True)
    manager_id = fields.Many2one(
        "res.users",
        "Manager of Its Clients",
        domain=[("share", "=", False)],
        ondelete="set null",
        help="Of the clients whose row names none.",
    )
    column_ids = fields.One2many("sales.import.column", "file_id", "Columns")
    row_ids = fields.One2many("sales.import.row", "file_id", "Rows of the File")

    @api.constrains("role")
    def _check_role(self):
        check_offered(self, "role")

    @api.depends("role")
    def _compute_sequence(self):
        for file in self:
            file.sequence = self.env["sales.import.mapping"]._role_sequence(file.role)

    def write(self, vals):
        res = super().write(vals)
        if "role" in vals:
            for file in self:
                file._suggest_columns()
        return res

    # ------------------------------------------------------
    # Reading
    # ------------------------------------------------------

    @api.model
    def _read_attachment(self, sales_import, attachment):
        """:return: the new files with their columns and rows, one per sheet
        :raise UserError: it can't be read
        """
        Reader = self.env["sales.import.reader"]
        Reader._check_size(attachment.name, attachment.file_size)
        sheets = Reader._read_sheets(attachment.name, attachment.raw or b"")
        files = self.browse()
        for title, table, notice in sheets:
            sheet = title if sheets[1:] else ""
            files += self._read_table(sales_import, attachment.name, sheet, table, notice)
        if sales_import.kind == "clients":
            files[1:]._offer_on_request()
        return files

    @api.model
    def _read_table(self, sales_import, name, sheet, table, notice):
        position = self._header_position(sales_import.kind, table)
        number, headers = table[position]
        width = max(len(cells) for _number, cells in table)
        headers = headers + [""] * (width - len(headers))
        words = self.env["sales.import.mapping"]._words()
        role = "client" if sales_import.kind == "clients" else words.guess_role(headers)
        if not role:
            notice = self.env._(
                "Its columns are not those of clients, agents, products or deals: not imported. %s",
                notice,
            )
        file = self.create(
            {
                "import_id": sales_import.id,
                "name": f"{name} · {sheet}" if sheet else name,
                "sheet": sheet,
                "role": role,
                "row_count": len(table) - position - 1,
                "header_number": number,
                "notice": notice,
                "manager_id": self._manager_of_sheet(sheet),
            }
        )
        file._create_columns(headers, [*table[position + 1 :], *table[:position]])
        file._create_rows([*table[:position], *table[position + 1 :]])
        return file

    @api.model
    def _manager_of_sheet(self, sheet):
        """:return: id of the user after whom the sheet is called, False if it is nobody's"""
        users = UserLookup(self.env["res.users"].search([("share", "=", False)])) if sheet else None
        found = users.find(sheet) if users else ()
        return next(iter(found)) if len(found) == 1 else False

    def _offer_on_request(self):
        """Of several sheets the first is imported; the others when someone says what is in them."""
        for file in self:
            file.role = False
            file.notice = " ".join(
                filter(None, [self.env._("Choose what is in this sheet to import it too."), file.notice])
            )

    @api.model
    def _header_position(self, kind, table):
        """:return: which of the first rows names the columns"""
        words = self.env["sales.import.mapping"]._words()
        roles = ["client"] if kind == "clients" else words.roles
        scores = []
        for _number, cells in table[:HEADER_DEPTH]:
            scores.append(max(len(words.recognised(role, cells)) for role in roles))
            if sum(1 for cell in cells if cell) > TITLE_WIDTH:
                break
        best = scores.index(max(scores))
        return best if scores[best] > 1 and best < len(table) - 1 else 0

    def _create_columns(self, headers, rows):
        self.ensure_one()
        vals_list = []
        for position, header in enumerate(headers):
            filled = (cells[position] for _number, cells in rows if len(cells) > position and cells[position])
            samples = list(islice(filled, 20))
            if not header and not samples:
                continue
            vals_list.append(
                {
                    "import_id": self.import_id.id,
                    "file_id": self.id,
                    "position": position,
                    "header": header,
                    "sample": " · ".join(dict.fromkeys(samples))[:80],
                }
            )
        self.env["sales.import.column"].create(vals_list)
        self._suggest_columns()

    def _suggest_columns(self):
        """Match the columns with fields, as remembered or as their headers say."""
        self.ensure_one()
        columns = self.column_ids.sorted("position")
        if not self.role:
            columns.write({"target": "skip", "contact_number": 0})
            return
        Mapping = self.env["sales.import.mapping"]
        headers = columns.mapped(lambda c: c.header or "")
        found = Mapping._words().suggest_columns(self.role, headers, Mapping._remembered(self.role))
        for column, (target, number) in zip(columns, found, strict=True):
            column.write({"target": target, "contact_number": number})

    def _create_rows(self, table):
        for start in range(0, len(table), ROWS_PER_CREATE):
            self.env["sales.import.row"].create(
                [
                    {
                        "import_id": self.import_id.id,
                        "file_id": self.id,
                        "number": number,
                        "cells": cells,
                    }
                    for number, cells in table[start : start + ROWS_PER_CREATE]
                ]
            )
            self.env["sales.import.row"].invalidate_model()

    # ------------------------------------------------------
    # Mapping
    # ------------------------------------------------------

    def _check_mapping(self):
        """:raise UserError: a needed column is not matched, or two are matched with the same field"""
        Mapping = self.env["sales.import.mapping"]
        required, repeatable = Mapping._required_targets(), Mapping._repeatable_targets()
        for file in self.filtered("role"):
            targets = file.column_ids.mapped("target")
            if file.role == "client" and NAMES_OF_CLIENT & set(targets):
                required["client"] -= {"name"}  # a person without a firm is a client
            for missing in sorted(required[file.role] - set(targets)):
                raise UserError(
                    self.env._(
                        "“%(file)s”: no column is matched with “%(target)s”. Choose it in the list of "
                        "columns, or choose another kind of content for the file.",
                        file=file.name,
                        target=file._target_label(missing),
                    )
                )
            for target in sorted(set(targets) - repeatable):
                if targets.count(target) > 1:
                    raise UserError(
                        self.env._(
                            "“%(file)s”: two columns are matched with “%(target)s”. Choose another field "
                            "or “Do not import” for one of them.",
                            file=file.name,
                            target=file._target_label(target),
                        )
                    )

    def _target_label(self, target):
        selection = self.env["sales.import.column"]._fields["target"]._description_selection(self.env)
        return dict(selection)[target]

    def _remember_mapping(self):
        for file in self.filtered("role"):
            columns = file.column_ids.sorted("position")
            self.env["sales.import.mapping"]._remember(
                file.role, columns.mapped(lambda c: c.header or ""), columns.mapped("target")
            )
