import logging
import random
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...tools.alike import write_alike
from .sales_handover import BUSY

_logger = logging.getLogger(__name__)

FOREGROUND_LINES = 100  # up to so many are handed over while the head waits, in one transaction

BATCH = 200  # clients with all that hangs on them, in one transaction

MAX_TRIES = 10  # of one batch, when others change the same rows


class SalesHandover(models.Model):
    """The work: batches of clients of one receiver, each one transaction.

    A batch is there or it is not, with its lines and its progress; after a kill the next run goes on
    with the lines that are left. Two servers never work on one hand-over at once: each batch locks
    it. The number of queries of a batch does not depend on how many clients it has.
    """

    _inherit = "sales.handover"

    def _start(self):
        """Work on a small hand-over at once, on a large one in the background."""
        if self.progress_total <= FOREGROUND_LINES:
            self._work_through()
        else:
            self.env.ref("sales_crm.ir_cron_handover")._trigger()

    @api.model
    def _cron_work(self):
        """Work on the hand-overs that are under way, each with the rights of who started it."""
        for record in self.search([("state", "in", BUSY)], order="id"):
            user = record.run_user_id
            working = record.with_user(user).with_context(
                allowed_company_ids=record.company_id.ids, lang=user.lang, tz=user.tz
            )
            if not working._work_in_background():
                _logger.info("Out of time, the rest follows in the next run")
                break

    def _work_in_background(self):
        """:return: False if the time of the cron ran out before the end"""
        tries = 0
        while True:
            try:
                if not self._lock():
                    return True
                done = self._guarded_batch()
                self.env.flush_all()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                tries += 1
                if tries > MAX_TRIES:
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                time.sleep(random.uniform(0, 0.05 * 2**tries))
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
        while self.state in BUSY and self._guarded_batch():
            pass

    @api.model
    def _commit(self, processed, remaining):
        """:return: seconds left for the cron; each commit is the end of one batch"""
        return self.env["ir.cron"]._commit_progress(processed, remaining=remaining)

    def _lock(self):
        """:return: whether the hand-over is still to be worked on, and by nobody else"""
        # sudo: whether the one who started it still may, each batch asks
        if not self.sudo().exists() or not self.sudo().try_lock_for_update():
            return False
        self.invalidate_recordset(["state"])
        return self.sudo().state in BUSY

    def _guarded_batch(self):
        """One batch; what can't be done ends the work with a sentence, what is handed over stays so.

        :return: number of lines worked on, 0 at the end
        """
        try:
            with self.env.cr.savepoint():
                self._check_head()
                return self._batch()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("Hand-over %s stopped", self.id)
            # sudo: also one who has lost the right stops what he began
            record = self.sudo()
            record._step(
                {
                    "state": "distribute" if record.state == "running" else "incomplete",
                    "failure": self._failure_sentence(error),
                }
            )
            return 0

    def _failure_sentence(self, error):
        """:return: what a person is told; the log has the rest"""
        if isinstance(error, (UserError, AccessError)):
            return str(error.args[0])
        return self.env._(
            "Something unexpected happened (%s). The server's log has the details.",
            type(error).__name__,
        )

    # ------------------------------------------------------
    # A batch
    # ------------------------------------------------------

    def _batch(self):
        """:return: number of lines worked on, 0 at the end"""
        undo = self.state == "undoing"
        lines = self._next_lines("done" if undo else "pending")
        if not lines:
            return self._finish_undo() if undo else self._finish()
        if undo:
            self._check_user_may_receive(self.from_user_id)
            self._give_back(lines)
        else:
            self._check_receiver(lines.receiver_id)
            self._hand_over(lines)
        self._step({"progress_done": self.progress_done + len(lines)})
        return len(lines)

    def _next_lines(self, state):
        """:return: the next lines to work on, all of one receiver"""
        # sudo: lines are written by the server only; the right to hand over was checked
        Line = self.env["sales.handover.line"].sudo()
        domain = [("handover_id", "=", self.id), ("state", "=", state)]
        first = Line.search(domain, order="receiver_id, id", limit=1)
        if not first:
            return first
        return Line.search([*domain, ("receiver_id", "=", first.receiver_id.id)], order="id", limit=BATCH)

    def _items_by_model(self, lines, state):
        """:return: dict model -> items of these lines, in the order of the parts"""
        items = lines.env["sales.handover.item"].search_fetch(
            [("line_id", "in", lines.ids), ("state", "=", state)],
            ["line_id", "res_model", "res_id", "memory", "giver_followed", "receiver_followed"],
        )
        grouped = items.grouped("res_model")
        parts = self.env["sales.handover.part"]._handover_parts()
        return {model: grouped[model] for model in parts if model in grouped}

    def _hand_over(self, lines):
        """Give the clients of these lines and all that hangs on them to their receiver."""
        giver, receiver = self.from_user_id, lines.receiver_id
        by_model = self._items_by_model(lines, "found")
        # All are found before the first is written: a client takes its contacts along
        still_his = {
            model: self._part(model).search(
                self.env[model]._handover_domain(giver) & Domain("id", "in", items.mapped("res_id"))
            )
            for model, items in by_model.items()
        }
        moved = lines.env["sales.handover.item"]
        for model, items in by_model.items():
            records = still_his[model]
            taken = items.filtered(lambda item, ids=set(records.ids): item.res_id in ids)
            write_alike(items - taken, {"state": "gone"})
            write_alike(taken, {"state": "moved"})
            self._remember_followers(model, taken, giver.partner_id, receiver.partner_id)
            memories = records._handover_receive(giver, receiver) if records else {}
            for item in taken:
                if (item.memory or {}) != (memories.get(item.res_id) or {}):
                    item.memory = memories.get(item.res_id) or False
            self._follow_instead(model, taken.mapped("res_id"), giver.partner_id, receiver.partner_id)
            self._check_handed(model, records, giver)
            moved |= taken
        roots = self._roots_among(lines, moved)
        self._follow_history(roots, giver.partner_id, receiver.partner_id)
        self._log_change(roots, giver, receiver)
        write_alike(lines, {"state": "done"})

    def _roots_among(self, lines, items):
        """:return: those of ``lines`` whose client or document itself is one of ``items``"""
        found = {(item.res_model, item.res_id) for item in items}
        return lines.filtered(lambda line: (line.res_model, line.res_id) in found)

    def _check_handed(self, model, records, giver):
        """:raise UserError: the part has not done what it says; the batch is taken back"""
        left = self._part(model).search_count(
            self.env[model]._handover_domain(giver) & Domain("id", "in", records.ids)
        )
        if left:
            raise UserError(
                self.env._(
                    "%(count)s records of “%(part)s” could not be handed over. Tell your administrator.",
                    count=left,
                    part=self.env["ir.model"]._get(model).name,
                )
            )

    # ------------------------------------------------------
    # The end
    # ------------------------------------------------------

    def _finish(self):
        """Look once more, reconcile, tell the receivers.

        :return: number of lines that have got something new meanwhile: they are still to be done
        """
        left = self._collect(late=True)
        again = self._count_lines([("state", "=", "pending")])
        if again:
            self._step({"progress_done": max(self.progress_done - again, 0)})
            return again
        figures = {
            "late": self._count_items("res_model", "kind", late=True),
            "moved": self._count_items("res_model", "kind", states=["moved"]),
            "gone": self._count_items("res_model", "kind", states=["gone"]),
            "left": {},
        }
        for row in left:
            figures["left"][row[0], row[2]] = figures["left"].get((row[0], row[2]), 0) + 1
        self._write_counts(figures)
        self._step({"state": "incomplete" if left else "done", "date_end": fields.Datetime.now()})
        self._tell_receivers()
        return 0
