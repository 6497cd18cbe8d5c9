from contextlib import contextmanager, suppress
from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SalesCrmCommon

BATCH = "odoo.addons.sales_crm.models.batch.sales_batch"
CONFLICT = psycopg2.errors.SerializationFailure


class BatchCommon(SalesCrmCommon):
    """Mass plans, in batches of two clients, and then one message; all in the background."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Plan = type(cls.env["sales.mass.plan"])
        cls.clients = cls.env["res.partner"].union(
            *(cls._create_client(f"Client {number}", cls.manager) for number in range(6))
        )

    def setUp(self):
        super().setUp()
        self.left, self.seconds = [], iter(())

        def commit(_records, _processed, remaining):
            self.left.append(remaining)
            return next(self.seconds, 60)

        self.startPatcher(patch.object(self.Plan, "_batch_foreground", 0))
        self.startPatcher(patch("odoo.addons.sales_crm.models.bulk.sales_mass_plan_work.BATCH", 2))
        self.startPatcher(patch.object(self.Plan, "_commit", commit))

    def _running(self, summary="First"):
        values = {"summary": summary, "client_ids": [Command.set(self.clients.ids)]}
        plan = self.env["sales.mass.plan"].with_user(self.head).create(values)
        plan.action_preview()
        plan.action_run()
        self.env.flush_all()
        return plan

    def _cron(self):
        self.env["sales.mass.plan"]._cron_work()
        self.env.invalidate_all()

    @contextmanager
    def _failing(self, *errors):
        """The batches, one after the other, do their work and then raise one of ``errors``, or None.

        :return: list of the memory that each batch has found
        """
        origin, errors, memories = self.Plan._batch_do, iter(errors), []

        def failing(record, memory):
            memories.append(dict(memory))
            memory["batches"] = memory.get("batches", 0) + 1
            done = origin(record, memory)
            record.env.flush_all()
            error = next(errors, None)
            if error:
                raise error
            return done

        with (
            patch.object(self.Plan, "_batch_do", failing),
            # What is committed in reality is not taken back; the savepoint takes the batch back
            patch.object(self.env.cr, "rollback", lambda: None),
            patch(f"{BATCH}_step.time.sleep"),
        ):
            yield memories

    def _planned(self, plan):
        """:return: of how many clients there is an activity; none of them has two"""
        activities = self.env["mail.activity"].search([("summary", "=", plan.summary)])
        self.assertEqual(len(activities), len(activities.client_id))
        return len(activities)

    def _assert_done(self, plan):
        self.assertEqual((plan.state, plan.failure, plan.progress), ("done", False, 100.0))
        self.assertEqual(self._planned(plan), 6)
        told = [
            ("subject", "like", plan.summary),
            ("notified_partner_ids", "in", self.manager.partner_id.ids),
        ]
        self.assertEqual(self.env["mail.message"].search_count(told), 1)


@tagged("post_install", "-at_install")
class TestBatch(BatchCommon):
    def test_a_little_is_done_at_once(self):
        self.patch(self.Plan, "_batch_foreground", 6)
        self._assert_done(self._running())
        self.assertEqual(self.left, [], "the request commits")

    def test_killed_in_the_middle(self):
        plan = self._running()
        with self._failing(None, KeyboardInterrupt()), suppress(KeyboardInterrupt):
            self._cron()
        self.env.invalidate_all()
        self.assertEqual((plan.state, plan.progress_done, self._planned(plan)), ("running", 2, 2))
        self._cron()
        self._assert_done(plan)

    def test_conflict_is_tried_again(self):
        plan = self._running()
        with self._failing(None, CONFLICT(), psycopg2.errors.DeadlockDetected()) as memories:
            self._cron()
        self._assert_done(plan)
        self.assertEqual(
            memories[:5],
            [{}, {"batches": 1}, {}, {}, {"batches": 1}],
            "a conflict forgets",
        )

    @mute_logger(BATCH)
    def test_conflict_without_end(self):
        """The work stops with a sentence, and the next in the queue is done."""
        plan, other = self._running(), self._running("Second")
        with self._failing(None, *[CONFLICT()] * self.Plan._max_tries) as memories:
            self._cron()
        self.assertEqual((plan.state, plan.progress_done, self._planned(plan)), ("preview", 2, 2))
        self.assertIn("start it again", plan.failure)
        self.assertEqual(memories[2 : self.Plan._max_tries], [{}] * (self.Plan._max_tries - 2))
        self._assert_done(other)
        plan.action_run()
        self._cron()
        self._assert_done(plan)

    def test_a_batch_that_always_fails(self):
        plan, other = self._running(), self._running("Second")
        for error, sentence in (
            (UserError("The printer is out of paper."), "The printer is out of paper."),
            (ZeroDivisionError(), "Something unexpected happened (ZeroDivisionError)."),
        ):
            done = plan.progress_done
            with self._failing(None, error), self.assertLogs(BATCH, "ERROR"):
                self._cron()
            self.assertEqual((plan.state, plan.progress_done), ("preview", done + 2))
            self.assertIn(sentence, plan.failure)
            self.assertEqual(self._planned(plan), done + 2)
            self._assert_done(other)
            plan.action_run()
        self._cron()
        self._assert_done(plan)

    def test_the_right_is_lost_in_the_middle(self):
        plan, other = self._running(), self._running("Second")
        plan._step({"run_user_id": self.colleague.id})
        with self.assertLogs(BATCH, "ERROR"):
            self._cron()
        self.assertEqual(plan.state, "preview")
        self.assertTrue(plan.failure)
        self._assert_done(other)

    def test_stopped_or_deleted_while_others_are_worked_on(self):
        plan, stopped, gone = self._running(), self._running("Second"), self._running("Third")

        def meanwhile(record, _memory):
            stopped.action_stop()
            gone._step({"state": "draft", "date_start": False})
            gone.sudo().unlink()
            record._step({"state": "done"})
            return 0

        with patch.object(self.Plan, "_batch_do", meanwhile):
            self._cron()
        self.assertEqual((plan.state, stopped.state, gone.exists()), ("done", "preview", gone.browse()))
        self.assertEqual(self.left, [2, 0])


@tagged("post_install", "-at_install")
class TestBatchTime(BatchCommon):
    """Whatever is left is said to core, which then starts the cron again at once."""

    def test_time_runs_out(self):
        plan, other = self._running(), self._running("Second")
        self.seconds = iter([60, 0])
        self._cron()
        self.assertEqual((plan.progress_done, other.progress_done), (4, 0))
        self.assertEqual(self.left, [4, 2])

    def test_time_runs_out_at_the_last_batch(self):
        """The last batch tells the managers and writes the end: nobody waits for another round."""
        plan = self._running()
        self.seconds = iter([60, 60, 0])
        self._cron()
        self._assert_done(plan)
        self.assertEqual(self.left[-1], 0)

    def test_time_runs_out_between_two(self):
        """The one is done, and the other waits: no batch of it is begun."""
        plan, other = self._running(), self._running("Second")
        self.seconds = iter([60, 60, 0])
        self._cron()
        self._assert_done(plan)
        self.assertEqual((other.state, other.progress_done, self.left[-1]), ("running", 0, 1))
        self._cron()
        self._assert_done(other)
        self.assertEqual(self.left[-1], 0)

    def test_nothing_to_do(self):
        self._cron()
        self.assertEqual(self.left, [0])


@tagged("post_install", "-at_install")
class TestBatchWorkers(BatchCommon):
    """Two workers with transactions of their own, as in reality; what they need is committed and removed."""

    @contextmanager
    def _worker(self):
        cr = db_connect(self.env.cr.dbname).cursor()
        try:
            yield self.env(cr=cr, user=self.env.ref("base.user_root").id, context={})
        finally:
            cr.rollback()
            cr.close()

    @contextmanager
    def _committed_plan(self):
        with self._worker() as env:
            values = {"summary": "Two workers", "run_user_id": env.uid, "state": "running"}
            plan = env["sales.mass.plan"].create(values)
            env.cr.commit()
            try:
                yield plan.id
            finally:
                env.cr.rollback()
                env.cr.execute("DELETE FROM sales_mass_plan WHERE id = %s", [plan.id])
                env.cr.commit()

    def test_two_at_once(self):
        with self._committed_plan() as plan, self._worker() as first, self._worker() as second:
            self.assertTrue(first["sales.mass.plan"].browse(plan)._lock())
            passed = second["sales.mass.plan"].browse(plan)
            with patch.object(self.Plan, "_batch_do") as batch:
                self.assertTrue(passed._work_in_background(), "it isn't out of time")
                batch.assert_not_called()
                self.assertFalse(self.left)
                first.cr.rollback()
                second.cr.rollback()
                batch.return_value = 0
                passed._work_in_background()
                batch.assert_called_once()

    @mute_logger("odoo.sql_db")
    def test_ended_by_another_meanwhile(self):
        """A worker that had read the state before sees it anew; the conflict is tried again."""
        with self._committed_plan() as plan, self._worker() as first, self._worker() as second:
            stale = second["sales.mass.plan"].browse(plan)
            self.assertEqual(stale.state, "running")
            first["sales.mass.plan"].browse(plan)._step({"state": "preview"})
            first.cr.commit()
            with (
                patch.object(self.Plan, "_batch_do") as batch,
                patch(f"{BATCH}_step.time.sleep") as slept,
            ):
                self.assertTrue(stale._work_in_background())
            batch.assert_not_called()
            slept.assert_called_once()
