import logging
import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.import_run import ImportRun
from ...tools.server_only import SERVER_ONLY

_logger = logging.getLogger(__name__)

FOREGROUND_ROWS = 300  # up to so many are worked on while the person waits, in one transaction

CHECK_BATCH = 1000

IMPORT_BATCH = 200

MAX_TRIES = 10  # of one batch, when others change the same rows

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
    """The work of an import, in batches.

    A batch is one transaction: its data, the results of its rows and the progress. After a kill the
    batch is there or it is not; the next run goes on with the rows that have no result. Two servers
    never work on one import at once: each batch locks it.
    """

    _inherit = "sales.import"

    def _start(self, state):
        """Work on a small import at once, on a large one in the background."""
        self._step({"state": state, "failure": False, "progress_done": 0})
        total = len(self._pending(limit=None))
        self._step({"progress_total": total})
        if total <= FOREGROUND_ROWS:
            self._work_through()
        else:
            self.env.ref("sales_crm.ir_cron_import")._trigger()

    @api.model
    def _cron_work(self):
        """Work on the imports that are under way, each with the rights of who started it."""
        for record in self.search([("state", "in", ["analysing", "importing"])], order="id"):
            user = record.create_uid
            company = record.company_id
            working = record.with_user(user).with_context(
                allowed_company_ids=company.ids, lang=user.lang, tz=user.tz
            )
            if not working._work_in_background():
                _logger.info("Out of time, the rest follows in the next run")
                break

    def _work_in_background(self):
        """:return: False if the time of the cron ran out before the end"""
        run = self._new_run()
        tries = 0
        while True:
            try:
                if not self._lock():
                    return True
                done = self._guarded_batch(run)
                self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                tries += 1
                if tries > MAX_TRIES:
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                time.sleep(0.1 * tries)
                run = self._new_run()
                continue
            tries = 0
            # at the very end nothing is left to count, and yet the last step is: without it core takes a job
            # whose time runs out just then for done
            left = max(self.progress_total - self.progress_done, 1) if done else 0
            time_left = self._commit(done, left)
            self.env.invalidate_all()
            if not done:
                return True
            if not time_left:
                return False

    def _work_through(self):
        """Work until the end in this transaction."""
        run = self._new_run()
        while self.state in ("analysing", "importing") and self._guarded_batch(run):
            pass

    @api.model
    def _commit(self, processed, remaining):
        """:return: seconds left for the cron; each commit is the end of one batch"""
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    def _lock(self):
        """:return: whether the import is still to be worked on, and by nobody else"""
        if not self.exists() or not self.try_lock_for_update():
            return False
        self.invalidate_recordset(["state"])
        if self.state in ("analysing", "importing"):
            self._check_importer()
            return True
        return False

    def _new_run(self):
        return ImportRun(self.with_context(**QUIET))

    # ------------------------------------------------------
    # Batches
    # ------------------------------------------------------

    def _pending(self, limit):
        """:return: the next rows to work on, all of one role"""
        domain = [("import_id", "=", self.id), ("role", "!=", False), ("result", "=", False)]
        if self.state == "analysing":
            domain.append(("action", "=", False))
        rows = self.env["sales.import.row"].search(domain, limit=limit, order="sequence, id")
        return rows.filtered(lambda row: row.role == rows[0].role) if limit else rows

    def _guarded_batch(self, run):
        """One batch; whatever fails outside the rows ends the work with a sentence.

        :return: number of rows worked on, 0 at the end
        """
        started = time.monotonic()
        state = self.state
        try:
            with self.env.cr.savepoint():
                done = self._batch(run)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("Import %s stopped", self.id)
            self._step(
                {
                    "state": "mapping" if state == "analysing" else "preview",
                    "failure": self._failure_sentence(error),
                }
            )
            return 0
        field = "check_seconds" if state == "analysing" else "import_seconds"
        self._step({field: self[field] + time.monotonic() - started})
        return done

    def _failure_sentence(self, error):
        """:return: what a person is told; the log has the rest"""
        if isinstance(error, UserError):
            return str(error.args[0])
        return self.env._(
            "Something unexpected happened (%s). The server's log has the details.",
            type(error).__name__,
        )

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
            self._execute(run, handler, rows)
            run.filling.add(len(rows))
        self._step({"progress_done": self.progress_done + len(rows)})
        return len(rows)

    def _replay(self, run):
        """Tell a run that begins in the middle what the rows before have said."""
        if run.replayed:
            return
        run.replayed = True
        Row = run.env["sales.import.row"]
        for role in self.env["sales.import.mapping"]._roles():
            handler = Row.env["sales.import.role"]._of(role)
            domain = [("import_id", "=", self.id), ("role", "=", role), ("action", "!=", False)]
            rows = Row.search(domain, order="sequence, id")
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
            sentence = self._failure_sentence(error)
            handler._finish(rows, "failed", message=sentence)

    def _finish_state(self):
        if self.state == "analysing":
            self._step({"state": "preview"})
            return
        self._step({"state": "done", "date_end": fields.Datetime.now()})
        self._tell_managers()
