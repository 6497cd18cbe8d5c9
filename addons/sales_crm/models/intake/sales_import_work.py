import logging
import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.import_run import ImportRun
from ...tools.server_only import SERVER_ONLY

_logger = logging.getLogger(__name__)

BATCHES_PARAMETER = "sales_crm.import_batches"

# Of these kinds of records an undo takes back what was created; users, teams and products stay
TAKEN_BACK = ("crm.lead", "res.partner")

CHECK_BATCH = 1000

IMPORT_BATCH = 200

# One message per manager at the end replaces a notification and a message per record
QUIET = {
    "sales_import": SERVER_ONLY,
    "sales_quiet": SERVER_ONLY,
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "no_reset_password": True,
}


class SalesImport(models.Model):
    """The work of an import: batches of rows that have no result yet."""

    _inherit = "sales.import"

    _batch_cron = "sales_crm.ir_cron_import"
    _batch_foreground = 300

    def _start_work(self, state):
        """Check or import the rows that are left."""
        self._step({"state": state, "failure": False, "progress_done": 0})
        self._step({"progress_total": self._count_pending()})
        self._start()

    @api.model
    def _batch_states(self):
        return ("analysing", "importing")

    def _batch_user(self):
        return self.create_uid

    def _batch_stopped_state(self):
        return "mapping" if self.state == "analysing" else "preview"

    def _batch_do(self, memory):
        started = time.monotonic()
        field = "check_seconds" if self.state == "analysing" else "import_seconds"
        self._check_importer()
        if "run" not in memory:
            memory["run"] = self._new_run()
        done = self._batch(memory["run"])
        self.env.flush_all()
        self._step({field: self[field] + time.monotonic() - started})
        return done

    def _new_run(self):
        return ImportRun(self.with_context(**QUIET))

    # ------------------------------------------------------
    # Batches
    # ------------------------------------------------------

    def _pending(self, limit):
        """:return: the next rows to work on, all of one role"""
        rows = self.env["sales.import.row"].search(self._pending_domain(), limit=limit, order="sequence, id")
        return rows.filtered(lambda row: row.role == rows[0].role)

    def _count_pending(self):
        """:return: how many rows are left"""
        return self.env["sales.import.row"].search_count(self._pending_domain())

    def _pending_domain(self):
        domain = [("import_id", "=", self.id), ("role", "!=", False), ("result", "=", False)]
        return [*domain, ("action", "=", False)] if self.state == "analysing" else domain

    def _batch(self, run):
        if self.state == "analysing":
            self._replay(run)
        rows = self._pending(CHECK_BATCH if self.state == "analysing" else IMPORT_BATCH)
        if not rows:
            self._finish_state()
            return 0
        handler = run.env["sales.import.role"]._of(rows[0].role)
        rows = rows.with_env(run.env)
        if self.state == "analysing":
            handler._analyse(run, rows)
        else:
            run.executing = True
            if not self._is_alone(run):
                run.forget()
            self._execute(run, handler, rows)
            self._remember_made(rows)
            run.filling.add(len(rows))
        self._step({"progress_done": self.progress_done + len(rows)})
        return len(rows)

    def _is_alone(self, run):
        """Two imports never bring the same client in: of two that work at once, the later one meets a
        conflict and begins its batch again, and one that works between two batches is noticed by the other.

        :return: whether no other import has worked since this run's batch before
        """
        [[number]] = self.env.execute_query(
            SQL(
                """
                INSERT INTO ir_config_parameter (key, value, create_date, write_date)
                     VALUES (%s, '1', now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')
                ON CONFLICT (key) DO UPDATE SET value = ir_config_parameter.value::bigint + 1
                  RETURNING value::bigint
                """,
                BATCHES_PARAMETER,
            )
        )
        before, run.batch_number = run.batch_number, number
        return before is None or number == before + 1

    def _replay(self, run):
        """Tell a run that begins in the middle what the rows before have said."""
        if run.replayed:
            return
        run.replayed = True
        Row = run.env["sales.import.row"]
        for role in self.env["sales.import.mapping"]._roles():
            handler = Row.env["sales.import.role"]._of(role)
            domain = [("import_id", "=", self.id), ("role", "=", role), ("action", "!=", False)]
            rows = Row.search([*domain, ("action", "!=", "left")], order="sequence, id")
            if rows:
                parsed = {row: handler._parse(run, row) for row in rows}
                handler._prefetch(run, parsed, {row.fingerprint: row for row in rows if row.res_id})
                for row, said in parsed.items():
                    handler._remember_row(run, row, said)

    def _execute(self, run, handler, rows):
        """All rows together; one by one if one of them can't be done, so that the others can."""
        try:
            with self.env.cr.savepoint():
                handler._execute(run, rows)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            run.forget()
            if len(rows) > 1:
                for row in rows:
                    self._execute(run, handler, row)
                return
            if not isinstance(error, UserError):
                _logger.exception("Row %s of import %s", rows.number, self.id)
            sentence = self._batch_failure_sentence(error)
            handler._finish(rows, "failed", message=sentence)

    def _remember_made(self, rows):
        """Write down the state of the clients and deals that these rows have created or changed, so that an
        undo finds out what somebody has worked with.
        """
        done = rows.filtered(lambda row: row.result in ("created", "updated") and row.res_id)
        for model, of_model in done.grouped("res_model").items():
            creators = self.env["sales.import.row"].search(
                [
                    ("import_id", "=", self.id),
                    ("result", "=", "created"),
                    ("res_model", "=", model),
                    ("res_id", "in", of_model.mapped("res_id")),
                ]
            )
            if model not in TAKEN_BACK or not creators:
                continue
            # sudo: a state is of all that hangs on a record, and only the server writes it
            Made = self.env["sales.import.made"].sudo()
            states = Made._states(Made._parts(Made.env[model].browse(creators.mapped("res_id"))))
            for row in creators:
                row.sudo().made = states[row.res_id]

    def _finish_state(self):
        if self.state == "analysing":
            self._step({"state": "preview"})
            return
        self._step({"state": "done", "date_end": fields.Datetime.now()})
        self._tell_managers()
