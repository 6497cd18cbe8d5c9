from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.server_only import SERVER_ONLY
from .sales_import_made import KEPT
from .sales_import_work import CHECK_BATCH, IMPORT_BATCH, QUIET, TAKEN_BACK

BROUGHT = ("created", "updated", "unchanged")


class SalesImport(models.Model):
    """The undo: the clients and deals that an import has created go again, for a number of days, as long as
    nobody has worked with them.

    Where a morning has kept their activities in a plan, the client is archived and his activities are
    cancelled: what was ever in a plan is never deleted. All else stays, and each row says why.
    """

    _inherit = "sales.import"

    undo_until = fields.Datetime("Undo Possible Until", compute="_compute_undo")
    can_undo = fields.Boolean(compute="_compute_undo")
    taken_back_count = fields.Integer("Taken Back", compute="_compute_undo_counts")
    stays_count = fields.Integer("Stays", compute="_compute_undo_counts")

    @api.depends("state", "date_start", "date_end", "company_id.sales_import_undo_days", "row_ids.result")
    def _compute_undo(self):
        made = {
            record.id
            for [record] in self.env["sales.import.row"]._read_group(
                [("import_id", "in", self.ids), *self._created_domain()], ["import_id"]
            )
        }
        now = fields.Datetime.now()
        for record in self:
            begin = record.date_end or record.date_start
            record.undo_until = begin and begin + timedelta(days=record.company_id.sales_import_undo_days)
            record.can_undo = (
                record.id in made
                and record.state in ("preview", "done")
                and bool(begin)
                and now < record.undo_until
            )

    @api.depends("state", "progress_done", "row_ids.result")
    def _compute_undo_counts(self):
        domain = [("import_id", "in", self.ids), ("result", "in", ["undone", "archived", "stays"])]
        counts = {}
        for record, result, count in self.env["sales.import.row"]._read_group(
            domain, ["import_id", "result"], ["__count"]
        ):
            counts[record.id, result] = count
        for record in self:
            record.taken_back_count = sum(counts.get((record.id, key), 0) for key in ("undone", "archived"))
            record.stays_count = counts.get((record.id, "stays"), 0)

    @api.model
    def _created_domain(self):
        return [("result", "=", "created"), ("res_model", "in", TAKEN_BACK)]

    # ------------------------------------------------------
    # Steps
    # ------------------------------------------------------

    def action_undo(self):
        """Take back what the import has created and nobody has worked with.

        :raise UserError: too late, or nothing to take back
        """
        self.ensure_one()
        self._check_importer()
        if not self.can_undo:
            raise UserError(self._why_no_undo())
        self._start_work("undoing")

    def _why_no_undo(self):
        if self.state not in ("preview", "done"):
            return self.env._("An import is undone after it has ended.")
        if not self._count_rows(self._created_domain()):
            return self.env._("This import has created no client and no deal: there is nothing to take back.")
        return self.env._(
            "The import could be undone until %s. Archive the clients that are not needed.",
            fields.Datetime.context_timestamp(self, self.undo_until).strftime("%d.%m.%Y %H:%M"),
        )

    @api.model
    def _batch_states(self):
        return (*super()._batch_states(), "undoing")

    def _batch_stopped_state(self):
        return "done" if self.state == "undoing" else super()._batch_stopped_state()

    def _pending_domain(self):
        if self.state != "undoing":
            return super()._pending_domain()
        return [("import_id", "=", self.id), ("role", "!=", False), ("result", "in", BROUGHT)]

    def _batch_do(self, memory):
        if self.state != "undoing":
            return super()._batch_do(memory)
        self._check_importer()
        rows = self._rows_to_take_back()
        if rows:
            self._take_back(rows)
        else:
            rows = self.env["sales.import.row"].search(self._pending_domain(), limit=CHECK_BATCH, order="id")
            self._follow_taken_back(rows)
        if not rows:
            self._finish_state()
        self._step({"progress_done": self.progress_done + len(rows)})
        return len(rows)

    def _finish_state(self):
        if self.state != "undoing":
            return super()._finish_state()
        self._step({"state": "undone"})
        return self._tell_managers_of_undo()

    # ------------------------------------------------------
    # Taking back
    # ------------------------------------------------------

    def _rows_to_take_back(self):
        """:return: the next rows that have created something, of one model, deals before clients"""
        domain = Domain(self._pending_domain()) & Domain(self._created_domain())
        for model in TAKEN_BACK:
            rows = self.env["sales.import.row"].search(
                domain & Domain("res_model", "=", model), limit=IMPORT_BATCH, order="id"
            )
            if rows:
                return rows
        return rows

    def _take_back(self, rows):
        """Take back all that can be; one by one if something among them refuses."""
        Made = self.env["sales.import.made"]
        # sudo: what hangs on a client doesn't depend on what the importer may see of it
        records = self.env[rows[0].res_model].sudo().browse(rows.mapped("res_id")).exists()
        parts = Made._parts(records)
        states, references = Made._states(parts), Made._references(parts)
        gone, archived = rows.browse(), rows.browse()
        for row in rows:
            reason = self._why_it_stays(row, states, references)
            if reason:
                self._stays(row, reason)
            elif references[row.res_id]:
                archived += row
            else:
                gone += row
        self._do_take_back(gone, "undone")
        self._do_take_back(archived, "archived")

    def _why_it_stays(self, row, states, references):
        """:return: the sentence, False for what can be taken back"""
        if row.res_id not in states:
            return self.env._("It was deleted since.")
        if not row.made:
            return self.env._("Stays: it was imported before imports could be undone.")
        if row.made != states[row.res_id]:
            return self.env._("Stays: somebody has worked with it since.")
        worked = references[row.res_id] - KEPT
        if worked or (references[row.res_id] and row.res_model != "res.partner"):
            return self.env._(
                "Stays: something was entered for it since (%s).", self._words_of_tables(worked or KEPT)
            )
        return False

    def _words_of_tables(self, tables):
        names = {self.env[name]._table: name for name in self.env if not self.env[name]._abstract}
        # sudo: what a kind of records is called is no secret
        IrModel = self.env["ir.model"].sudo()
        words = {IrModel._get(names[table]).name for table in tables if table in names}
        return ", ".join(sorted(words)[:3]) or self.env._("a link")

    def _stays(self, rows, sentence):
        for row in rows:
            row.write({"result": "stays", "message": "\n".join(filter(None, [row.message, sentence]))})

    def _do_take_back(self, rows, result):
        """One by one if something among them refuses."""
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                take_back = self._delete if result == "undone" else self._archive
                take_back(rows)
                rows.write({"result": result})
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            if len(rows) > 1:
                for row in rows:
                    self._do_take_back(row, result)
                return
            self._stays(rows, str(error.args[0]))

    def _taken_back(self, rows):
        # sudo: nobody may delete a client; these came with the import, and nobody has worked with them
        records = self.env[rows[0].res_model].sudo().with_context(**QUIET, sales_taken_back=SERVER_ONLY)
        return records.with_context(active_test=False).browse(rows.mapped("res_id"))

    def _delete(self, rows):
        records = self._taken_back(rows)
        domain = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        records.env["mail.activity"].search(domain).unlink()
        if records._name == "res.partner":
            records.child_ids.unlink()
        else:
            records.env["sales.stage.move"].search([("lead_id", "in", records.ids)]).unlink()
        records.unlink()

    def _archive(self, rows):
        clients = self._taken_back(rows)
        domain = [("res_model", "=", clients._name), ("res_id", "in", clients.ids)]
        clients.env["mail.activity"].search(domain)._close_as_cancelled(
            self.env._("The import “%s” was undone", self.name)
        )
        (clients | clients.child_ids).write({"active": False})
        for row in rows:
            told = self.env._("Archived, as its activity was in a plan already.")
            row.message = "\n".join(filter(None, [row.message, told]))

    def _follow_taken_back(self, rows):
        """Rows that have created nothing themselves: they go with the client of a row before them."""
        known = self.env["sales.import.row"]._read_group(
            [("import_id", "=", self.id), ("result", "in", ["undone", "archived"])],
            ["res_model", "res_id", "result"],
        )
        results = {(model, record): result for model, record, result in known}
        following = rows.grouped(lambda row: results.get((row.res_model, row.res_id)))
        for result, of_result in following.items():
            if result:
                of_result.write({"result": result})
                continue
            self._stays(
                of_result.filtered(lambda row: row.result == "updated"),
                self.env._("Stays: it was there before the import, what was added can be changed by hand."),
            )
            self._stays(
                of_result.filtered(lambda row: row.result == "created"),
                self.env._("Stays: users, teams and products are archived by hand where nobody needs them."),
            )
            self._stays(of_result.filtered(lambda row: row.result == "unchanged"), "")

    # ------------------------------------------------------
    # One message per manager
    # ------------------------------------------------------

    def _tell_managers_of_undo(self):
        """Say to each manager once that clients or deals which he has got are gone again."""
        counts = self.env["sales.import.row"]._read_group(
            [
                ("import_id", "=", self.id),
                ("result", "in", ["undone", "archived"]),
                ("action", "=", "create"),
                ("user_id", "not in", [False, self.env.uid]),
            ],
            ["user_id"],
            ["__count"],
        )
        for manager, count in counts:
            if manager.active:
                env = self.with_context(lang=manager.lang).env
                self.env["mail.thread"].message_notify(
                    partner_ids=manager.partner_id.ids,
                    subject=env._("Import: taken back"),
                    body=env._(
                        "%(importer)s has undone an import: %(count)s clients and deals that you had got are "
                        "no longer there. What you have worked with stays.",
                        importer=self.env.user.name,
                        count=count,
                    ),
                )
