import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class SalesBatch(models.AbstractModel):
    """Work that somebody starts, in batches: a little at once, much in the background.

    A batch is one transaction: what it did and the progress. After a kill the batch is there or it is not,
    and the next run goes on with what is left; so :meth:`_batch_do` finds that out by itself. Two servers
    never work on one record at once: each batch locks it. What can't be done ends the work with a
    sentence, and what is done stays done.

    A model that inherits it has a ``state`` and a ``company_id``, and a cron that calls ``_cron_work``.
    """

    _name = "sales.batch"
    _description = "Work in Batches"
    _inherit = "sales.batch.step"

    _batch_cron = None  # external id of the cron that works in the background
    _batch_foreground = 100  # up to so many are worked on while the person waits, in one transaction

    failure = fields.Char(readonly=True, copy=False)
    progress_done = fields.Integer(readonly=True, copy=False)
    progress_total = fields.Integer(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress")

    @api.depends("progress_done", "progress_total")
    def _compute_progress(self):
        for record in self:
            total = record.progress_total
            record.progress = 100.0 * record.progress_done / total if total else 0.0

    def _step(self, vals):
        """Write what only the steps write."""
        # sudo: the step before has checked that this user may take it; by hand nobody writes these
        self.sudo().write(vals)

    # ------------------------------------------------------
    # What each model answers
    # ------------------------------------------------------

    @api.model
    def _batch_states(self):
        """In which states is there work to do?

        :return: tuple of values of ``state``
        """
        raise NotImplementedError

    def _batch_user(self):
        """With whose rights, language and time zone is it done in the background?

        :return: the user who started it
        """
        raise NotImplementedError

    def _batch_do(self, memory):
        """Do the next batch: look whether the user still may, find what is left, do it, write the progress.
        At the end, write the state that follows.

        :param dict memory: what a batch wants to know of those before it; empty in the first batch of a run
            and after a conflict
        :return: how much was done, 0 at the end
        :raise UserError: it can't be done; the batch is taken back and the work stops with this sentence
        """
        raise NotImplementedError

    def _batch_stopped_state(self):
        """In which state does it wait to be started again, when it is stopped in the middle?

        :return: value of ``state``
        """
        raise NotImplementedError

    def _batch_failure_sentence(self, error):
        """What is a person told of this error? The log has the rest.

        :return: one sentence, in the language of who started the work
        """
        if isinstance(error, UserError):
            return str(error.args[0])
        if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            return self.env._(
                "Others kept changing the same records. What is done stays done: start it again for the rest."
            )
        return self.env._(
            "Something unexpected happened (%s). The server's log has the details.", type(error).__name__
        )

    # ------------------------------------------------------
    # The loop
    # ------------------------------------------------------

    def _start(self):
        """Work on a little at once, on much in the background; ``progress_total`` says how much it is."""
        if self.progress_total <= self._batch_foreground:
            self._work_through()
        else:
            self.env.ref(self._batch_cron)._trigger()

    def _work_through(self):
        """Work until the end in this transaction. On a conflict core repeats the request as a whole."""
        memory = {}
        while self.state in self._batch_states() and self._guarded_batch(memory):
            pass

    @api.model
    def _cron_work(self):
        """Cron. Work on what is under way, one after the other, each with the rights of who started it."""
        waiting = self.search([("state", "in", self._batch_states())], order="id")
        while waiting:
            record, waiting = waiting[0], waiting[1:]
            if record.exists() and not record._batch_as_user()._work_in_background(len(waiting)):
                _logger.info("Out of time, the rest follows in the next run")
                return
        self._commit(0, 0)

    def _batch_as_user(self):
        """:return: the same record with the rights of who started the work, in his company and language"""
        user = self._batch_user()
        return self.with_user(user).with_context(
            allowed_company_ids=self.company_id.ids, lang=user.lang, tz=user._sales_timezone().zone
        )

    def _work_in_background(self, waiting=0):
        """Work until the end, or until the time of the cron runs out.

        :param int waiting: how many other records are still to be worked on
        :return: False if the time ran out before the end
        """
        memory = {}
        while True:
            try:
                done = self._retry(self._locked_batch, memory)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                done = self._retry(self._locked_stop, error)
            if done is None:
                return True
            # what is not counted is yet to be done: without it core takes a job whose time runs out just then
            # for done
            at_work = done and self.state in self._batch_states()
            left = max(self.progress_total - self.progress_done, 1) if at_work else waiting
            time_left = self._commit(done, left)
            self.env.invalidate_all()
            if left and not time_left:
                return False
            if not done:
                return True

    def _locked_batch(self, memory):
        """:return: as :meth:`_batch_do`; None if it is nothing to work on, or another server works on it"""
        try:
            return self._guarded_batch(memory) if self._lock() else None
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            memory.clear()
            raise

    def _locked_stop(self, error):
        """:return: as :meth:`_locked_batch`, which had this error again and again"""
        return self._stop(error) if self._lock() else None

    def _lock(self):
        """:return: whether it is still to be worked on, and by nobody else"""
        # sudo: whether the one who started it still may, each batch asks
        record = self.sudo()
        if not record.exists() or not record.try_lock_for_update():
            return False
        self.invalidate_recordset(["state"])
        return record.state in self._batch_states()

    def _guarded_batch(self, memory):
        """One batch; what can't be done ends the work with a sentence, what was done before stays so.

        :return: as :meth:`_batch_do`
        """
        try:
            with self.env.cr.savepoint():
                done = self._batch_do(memory)
                while done and self._is_through() and self._batch_do(memory):
                    pass
                return done
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            return self._stop(error)

    def _is_through(self):
        """:return: whether nothing is left but the state that follows; nobody waits another round for it"""
        return self.state in self._batch_states() and self.progress_done >= self.progress_total

    def _stop(self, error):
        """End the work, and say why.

        :return: 0, as at the end
        """
        _logger.error("%s %s stopped", self._description, self.id, exc_info=error)
        # sudo: also one who has lost the right stops what he began
        record = self.sudo()
        state = record._batch_stopped_state()
        record._step({"state": state, "failure": self._batch_failure_sentence(error)})
        return 0
