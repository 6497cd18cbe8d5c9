import hashlib
import json

from odoo import api, models

from ...tools.import_cells import Ambiguous, is_empty, is_total, parse_amount
from ...tools.normalise import EXCEL_ERRORS, parse_date, plain, squeeze


class SalesImportRole(models.AbstractModel):
    """What is done with the rows of one kind of file.

    A role answers four questions, each a small method: what a row says (:meth:`_parse`), what will be
    done with it (:meth:`_plan`), what later rows must know of it (:meth:`_remember_row`), and how it is done
    (:meth:`_execute`).
    """

    _name = "sales.import.role"
    _description = "Kind of Rows of an Import"

    _role = None

    @api.model
    def _of(self, role):
        """:return: the model that works for this role"""
        return self.env[f"sales.import.role.{role}"]

    # ------------------------------------------------------
    # To be answered by each role
    # ------------------------------------------------------

    @api.model
    def _parse(self, run, row):
        """:return: what the row says, an object with ``errors`` and ``warnings``"""
        raise NotImplementedError

    @api.model
    def _prefetch(self, run, parsed, earlier):
        """Fetch what the batch needs.

        :param dict parsed: row -> what it says
        :param dict earlier: fingerprint -> row of an earlier import that said the same
        """

    @api.model
    def _plan(self, run, row, said):
        """:return: values of the row: ``action``, ``message`` and what else is known"""
        raise NotImplementedError

    @api.model
    def _remember_row(self, run, row, said):
        """Remember a row that is planned, for the rows after it."""

    @api.model
    def _label(self, said):
        """:return: a name for the row in lists"""
        raise NotImplementedError

    @api.model
    def _execute(self, run, rows):
        """Do what is planned for the rows, all of them, and write their results."""
        raise NotImplementedError

    # ------------------------------------------------------
    # Analysis
    # ------------------------------------------------------

    @api.model
    def _analyse(self, run, rows):
        """Plan a batch of rows; the number of queries does not depend on their number."""
        rows -= self._leave_out(run, rows)
        parsed = {row: self._parse(run, row) for row in rows}
        prints = {row: self._fingerprint(run, row) for row in rows}
        earlier = self.env["sales.import.row"]._done_with(list(prints.values()))
        self._prefetch(run, parsed, earlier)
        for row, said in parsed.items():
            vals = {
                "role": self._role,
                "label": self._label(said),
                "fingerprint": prints[row],
                "decision": False,
                "head_row_id": False,
                "res_model": False,
                "res_id": False,
                "user_id": False,
                "unmatched": False,
                "bucket": False,
                "question": False,
                "result": False,
            }
            vals.update(self._plan_one(run, row, said, earlier.get(prints[row])))
            messages = [vals.get("message"), *said.warnings]
            vals["message"] = "\n".join(message for message in messages if message)
            vals["warning"] = bool(said.warnings)
            vals["question"] = self._question(vals)
            row.write(vals)
            self._remember_row(run, row, said)

    @api.model
    def _question(self, vals):
        """:return: which kind of decision a person has to take about the row, False if none"""
        if vals["action"] == "error":
            return "error"
        return vals["question"] or (vals["warning"] and "warning")

    @api.model
    def _leave_out(self, run, rows):
        """What people write into a table for the eye is no record: titles, the headers again, totals.

        :return: these rows
        """
        left = self.env["sales.import.row"]
        for row in rows:
            message = self._why_left_out(run, row)
            if message:
                row.write({"role": self._role, "action": "left", "message": message, "warning": False})
                left += row
        return left

    @api.model
    def _why_left_out(self, run, row):
        """:return: the sentence, None for a row of data"""
        position, headers = run.headers[row.file_id.id]
        if row.number < position:
            return self.env._("It stands above the headers.")
        if all(plain(cell) == header for cell, header in zip(row.cells, headers, strict=False) if cell):
            return self.env._("The headers again.")
        if is_total(row.cells):
            return self.env._("A total of the rows above.")
        return None

    @api.model
    def _plan_one(self, run, row, said, earlier):
        if earlier and not said.errors:
            return {
                "action": "unchanged",
                "res_model": earlier.res_model,
                "res_id": earlier.res_id,
                "unmatched": earlier.unmatched,
                "bucket": earlier.bucket,
                "message": self.env._("This row was imported before and says nothing new."),
            }
        if said.errors:
            return {"action": "error", "message": "\n".join(said.errors)}
        return self._plan(run, row, said)

    @api.model
    def _fingerprint(self, run, row):
        """:return: the same text for rows that say the same"""
        said = [
            (target, number, row.cells[position] if position < len(row.cells) else "")
            for target, position, _header, number in self._columns(run, row)
        ]
        filled = sorted(item for item in said if item[2])
        return hashlib.sha256(json.dumps([self._role, filled]).encode()).hexdigest()

    # ------------------------------------------------------
    # Cells
    # ------------------------------------------------------

    @api.model
    def _columns(self, run, row):
        """:return: list of tuples (target, position, header, number of the contact)"""
        return run.columns[row.file_id.id]

    @api.model
    def _cells(self, run, row, said):
        """:return: dict target -> list of tuples (header, text, number of the contact)"""
        cells = {}
        for target, position, header, number in self._columns(run, row):
            text = row.cells[position] if position < len(row.cells) else ""
            if not squeeze(text):
                continue
            if squeeze(text) in EXCEL_ERRORS:
                said.warnings.append(
                    self._sentence(
                        row,
                        header,
                        self.env._("the cell holds the Excel error %s: it is read as empty.", text),
                    )
                )
                continue
            if is_empty(text) and target not in self._word_targets():
                continue
            cells.setdefault(target, []).append((header, text.strip(), number))
        return cells

    @api.model
    def _word_targets(self):
        """:return: set of the targets in which “no” is an answer, and not an empty cell"""
        return {"note", "deal_note"}

    @api.model
    def _refuse_cell(self, row, header, text, said, what):
        """A cell that can't be what its column is.

        :param str what: what is wrong with it, and how it is written
        """
        said.errors.append(self._sentence(row, header, what))

    @api.model
    def _keep_cell(self, row, header, text, said, what):
        """The same where the record has a note: what was written is kept there, and the record comes in."""
        said.warnings.append(self._sentence(row, header, self.env._("%s It is kept in the notes.", what)))
        note = f"{header}: {squeeze(text)}" if header else squeeze(text)
        if note not in said.notes:
            said.notes.append(note)

    @api.model
    def _text(self, cells, target):
        """:return: the text of the only column of this target"""
        return squeeze(cells[target][0][1]) if target in cells else ""

    @api.model
    def _sentence(self, row, header, what):
        return self.env._(
            "Row %(row)s, column “%(column)s”: %(what)s", row=row.number, column=header, what=what
        )

    @api.model
    def _date(self, row, cells, target, said, low=1901, high=2100):
        """:return: the date, False without one; an impossible one is an error of the row"""
        for header, text, _number in cells.get(target, ()):
            return self._date_of(row, header, text, said, low, high)
        return False

    @api.model
    def _date_of(self, row, header, text, said, low=1901, high=2100):
        try:
            return parse_date(text, low, high)
        except (ValueError, OverflowError):
            self._refuse_cell(
                row,
                header,
                text,
                said,
                self.env._(
                    "“%s” is not a date that exists. Write day, month and year, for example 25.04.2026.",
                    text[:60],
                ),
            )
            return False

    @api.model
    def _number(self, run, row, cells, target, said):
        """:return: the amount, 0.0 without one"""
        for header, text, _number in cells.get(target, ()):
            try:
                amount, currency = parse_amount(text, run.marks(row.file_id.id, target))
            except Ambiguous:
                self._refuse_cell(
                    row,
                    header,
                    text,
                    said,
                    self.env._(
                        "“%s” may be a thousand times more or less. Write it without the separator, or with "
                        "two digits behind it, for example 1054 or 1.05.",
                        text[:60],
                    ),
                )
                continue
            except ValueError:
                self._refuse_cell(
                    row,
                    header,
                    text,
                    said,
                    self.env._("“%s” is not a number. Write it with digits, for example 1250.50.", text[:60]),
                )
                continue
            if currency and currency != run.currency:
                self._refuse_cell(
                    row,
                    header,
                    text,
                    said,
                    self.env._(
                        "“%(amount)s” is not in %(currency)s. Write the amount in %(currency)s.",
                        amount=text[:60],
                        currency=run.currency,
                    ),
                )
                continue
            return amount
        return 0.0

    @api.model
    def _find_user(self, run, row, header, text, said):
        """:return: user id, False if nobody is called so; namesakes are an error of the row"""
        value = run.chosen.get(("manager", plain(text)))
        if value and value.user_id:
            return value.user_id.id
        found = run.users.find(text)
        if len(found) > 1:
            said.errors.append(
                self._sentence(
                    row,
                    header,
                    self.env._(
                        "several users are called “%s”. Write the login or the e-mail instead.",
                        text[:60],
                    ),
                )
            )
        return next(iter(found)) if len(found) == 1 else False

    @api.model
    def _unknown_user(self, row, header, text):
        return self._sentence(
            row,
            header,
            self.env._(
                "there is no user “%s”. Choose who is meant on the tab “Words of the File” and check again, "
                "or correct the name in the file.",
                text[:60],
            ),
        )

    # ------------------------------------------------------
    # Doing
    # ------------------------------------------------------

    @api.model
    def _finish(self, row, result, record=None, message=None):
        """Write what has become of the row, in the transaction that made it so."""
        vals = {"result": result}
        if result == "failed":
            vals["question"] = "failed"
        if record:
            vals.update(res_model=record._name, res_id=record.id)
        if message:
            vals["message"] = "\n".join(filter(None, [row.message, message]))
        row.write(vals)

    @api.model
    def _settle(self, rows):
        """Write the results of the rows that need nothing done.

        :return: the others, with ``create`` or ``update``
        """
        results = {"unchanged": "unchanged", "skip": "skipped", "error": "skipped", "left": "skipped"}
        for planned, of_plan in rows.grouped(lambda row: row._planned()).items():
            if planned in results:
                of_plan.write({"result": results[planned]})
        return rows.filtered(lambda row: not row.result)
