from contextlib import suppress
from unittest.mock import patch

import psycopg2

from odoo import Command, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Domain
from odoo.orm.model_classes import add_to_registry
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common_handover import HandoverCommon
from ..counting import Counted

WORK = "odoo.addons.sales_crm.models.batch.sales_batch"


@tagged("post_install", "-at_install")
class TestHandoverRefusals(HandoverCommon):
    """Who may not, and to whom not."""

    def _ready(self, receiver=None):
        handover = self._handover(distribution="one", receiver_id=(receiver or self.colleague).id)
        handover.action_distribute()
        handover.action_preview()
        return handover

    def test_only_a_head(self):
        handover = self._handover()
        mine = handover.with_user(self.manager)
        for step in (
            mine.action_collect,
            mine.action_distribute,
            mine.action_preview,
            mine.action_run,
            mine.action_undo,
            mine.action_stop,
            mine.action_back,
            lambda: mine.read(["state"]),
            lambda: mine.write({"reason": "x"}),
            lambda: mine.line_ids.write({"receiver_id": self.manager.id}),
            lambda: (
                self.env["sales.handover"].with_user(self.manager).create({"from_user_id": self.colleague.id})
            ),
            lambda: self.client.with_user(self.manager).action_sales_handover(),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                step()
        self.assertFalse(self.env["sales.handover"].with_user(self.manager).has_access("read"))

    def test_nobody_writes_the_record_by_hand(self):
        handover = self._handover()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for record, vals in (
            (handover, {"state": "done"}),
            (handover, {"progress_done": 7}),
            (handover, {"company_id": elsewhere.id}),
            (handover, {"count_ids": [Command.clear()]}),
            (handover.line_ids[0], {"state": "done"}),
            (handover.line_ids[0], {"res_id": self.head.partner_id.id}),
            (handover.count_ids[0], {"before": 0}),
            (handover.line_ids[0].item_ids[0], {"state": "moved"}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                record.write(vals)
        with self.assertRaises(AccessError):
            self.env["sales.handover"].with_user(self.head).create(
                {"from_user_id": self.manager.id, "state": "preview"}
            )
        with self.assertRaisesRegex(UserError, "not possible now"), self.cr.savepoint():
            handover.from_user_id = self.colleague

    def test_steps_in_their_order(self):
        handover = self._handover()
        with self.assertRaisesRegex(UserError, "not possible now"):
            handover.action_run()
        with self.assertRaisesRegex(UserError, "have no receiver yet"):
            handover.action_preview()
        self._run(handover)
        with self.assertRaisesRegex(UserError, "not possible now"):
            handover.action_run()
        with self.assertRaisesRegex(UserError, "its record is kept"):
            handover.unlink()
        with self.assertRaisesRegex(AccessError, "“Hand.*|keeps its receiver|not possible now"):
            try:
                handover.line_ids[0].receiver_id = self.third
            except UserError as error:
                raise AccessError(error.args[0]) from error

    def test_nothing_to_hand_over(self):
        with self.assertRaisesRegex(UserError, "there is nothing to hand over"):
            self._handover(self.third)

    def test_receiver_is_the_giver(self):
        handover = self._handover(distribution="one", receiver_id=self.manager.id)
        with self.assertRaisesRegex(UserError, "hands over himself"):
            handover.action_distribute()
        with self.assertRaisesRegex(UserError, "hands over himself"):
            handover.line_ids.receiver_id = self.manager

    def test_receiver_is_no_manager(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        handover = self._handover(distribution="one", receiver_id=clerk.id)
        with self.assertRaisesRegex(UserError, "is no manager"):
            handover.action_distribute()
        with self.assertRaisesRegex(UserError, "is no manager"):
            handover.line_ids.receiver_id = clerk

    def test_receiver_archived(self):
        handover = self._ready(self.third)
        self.third.action_archive()
        with self.assertRaisesRegex(UserError, "is archived"):
            handover.action_run()
        self.assertEqual(self.client.user_id, self.manager)

    def test_receiver_archived_while_it_runs(self):
        clients = [self._create_client(f"K{number}", self.manager) for number in range(3)]
        handover = self._ready(self.third)
        with self._in_background(), mute_logger(WORK):
            handover.action_run()
            self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.third.id])
            self.third.invalidate_recordset()
            self._cron()
        self.assertEqual(handover.state, "distribute")
        self.assertIn("is archived", handover.failure)
        self.assertEqual({client.user_id for client in clients}, {self.manager})
        self._run(handover)
        self.assertEqual((handover.state, handover.failure), ("done", False))
        self.assertEqual({client.user_id for client in clients}, {self.colleague})

    def test_head_loses_his_right_while_it_runs(self):
        handover = self._ready()
        with self._in_background(), mute_logger(WORK):
            handover.action_run()
            self.head.group_ids = [
                Command.unlink(self.env.ref("sales_crm.group_head").id),
                Command.link(self.env.ref("sales_crm.group_manager").id),
            ]
            self._cron()
        handover = handover.sudo()
        self.assertEqual(handover.state, "distribute")
        self.assertIn("Only a head", handover.failure)
        self.assertEqual(self.client.user_id, self.manager)

    def test_two_at_once(self):
        first, second = self._ready(), self._ready(self.third)
        with self._in_background():
            first.action_run()
            with self.assertRaisesRegex(UserError, "Another hand-over"), self.cr.savepoint():
                second.action_run()
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.UniqueViolation),
                self.cr.savepoint(),
            ):
                second.sudo().state = "running"
                second.flush_recordset()
            second.invalidate_recordset()
            self._cron()
        self.assertEqual(self.client.user_id, self.colleague)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            second.action_run()

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        theirs = self._create_client("Theirs", self.manager, company_id=other.id)
        deal = self.env["crm.lead"].create(
            {"name": "Deal", "partner_id": theirs.id, "user_id": self.manager.id, "company_id": other.id}
        )
        activity = self._plan(deal, self.tomorrow)
        handover = self._run(self._handover())
        self.assertEqual(handover.state, "done")
        self.assertEqual(theirs.user_id | deal.user_id | activity.user_id, self.manager)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.manager.action_archive()
        foreign = self.env["sales.handover"].create({"from_user_id": self.manager.id, "company_id": other.id})
        self.assertNotIn(foreign, self.env["sales.handover"].with_user(self.head).search([]))
        with self.assertRaises(AccessError), self.cr.savepoint():
            foreign.with_user(self.head).action_collect()
        self.head.company_ids += other
        with self.assertRaisesRegex(UserError, "does not work in"):
            self.env["sales.handover"].with_user(self.head).with_company(other).create(
                {"from_user_id": self.third.id}
            )
        foreign = foreign.with_user(self.head).with_context(allowed_company_ids=other.ids)
        foreign.write({"distribution": "one"})
        foreign.action_collect()
        with self.assertRaisesRegex(UserError, "does not work in Other"):
            foreign.line_ids.receiver_id = self.colleague


@tagged("post_install", "-at_install")
class TestHandoverKilled(HandoverCommon):
    """A killed hand-over goes on where it was, exactly once, and no client is without a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clients = cls.client
        for number in range(6):
            client = cls._create_client(f"K{number}", cls.manager)
            cls._deal(client, cls.manager)
            cls.clients |= client

    def _start(self):
        handover = self._handover(distribution="one", receiver_id=self.colleague.id)
        handover.action_distribute()
        handover.action_preview()
        handover.action_run()
        return handover

    def _managers(self):
        self.env.invalidate_all()
        return self.clients.mapped("user_id")

    def _notes(self):
        return self.clients.message_ids.filtered(lambda message: "Manager changed" in message.body)

    @mute_logger(WORK)
    def test_kill_in_the_second_batch(self):
        with self._in_background():
            handover = self._start()
            self.env.flush_all()
            batches = []
            origin = type(handover)._log_change

            def killed(record, *args):
                batches.append(1)
                if len(batches) == 2:
                    raise KeyboardInterrupt
                return origin(record, *args)

            # assertRaises would take back what is committed in reality
            with patch.object(type(handover), "_log_change", killed), suppress(KeyboardInterrupt):
                self._cron()
            self.env.invalidate_all()
            self.assertEqual(handover.state, "running")
            moved = self.clients.filtered(lambda client: client.user_id == self.colleague)
            self.assertEqual(len(moved), 1, "the first batch is there, the second is not")
            self.assertEqual(len(batches), 2)
            self.assertFalse(self.clients.filtered(lambda client: not client.user_id))
            self.assertEqual(handover.progress_done, 2)
            self._cron()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self._managers(), self.colleague)
        self.assertEqual(len(self._notes()), len(self.clients))
        self.assertEqual(self._of(handover, "moved"), self._of(handover, "before"))

    @mute_logger(WORK)
    def test_run_twice(self):
        with self._in_background():
            handover = self._start()
            self._cron()
            self._cron()
            self.assertFalse(handover._work_in_background() is False)
        self.assertEqual(len(self._notes()), len(self.clients))

    @mute_logger(WORK)
    def test_time_that_runs_out_is_not_the_end(self):
        """After each batch the cron's time is over; core goes on as long as something is left."""
        left = []

        def commit(_self, _processed, remaining):
            left.append(remaining)
            return 0

        with self._in_background(), patch.object(type(self.env["sales.handover"]), "_commit", commit):
            handover = self._start()
            self._cron()
            while left[-1]:
                self._cron()
        self.assertEqual(handover.state, "done")

    def test_conflict_is_tried_again(self):
        origin = type(self.env["sales.handover"])._batch
        tries = []

        def conflict(record):
            tries.append(1)
            if len(tries) == 2:
                raise psycopg2.errors.SerializationFailure
            return origin(record)

        with self._in_background():
            handover = self._start()
            self.env.flush_all()
            with (
                patch.object(type(handover), "_batch", conflict),
                patch.object(self.env.cr, "rollback", lambda: None),
                patch(f"{WORK}_step.time.sleep"),
            ):
                self._cron()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self._managers(), self.colleague)

    def test_new_work_while_it_runs(self):
        """It goes along, if its client does; a new client is left, and said."""
        with self._in_background():
            handover = self._start()
            deal = self._deal(self.client, self.manager)
            fresh = self._create_client("Fresh", self.manager)
            self._cron()
        self.assertEqual(deal.user_id, self.colleague)
        self.assertEqual(fresh.user_id, self.manager)
        self.assertEqual(handover.state, "incomplete")
        self.assertEqual(self._of(handover, "late")["crm.lead:opportunity"], 1)
        self.assertEqual(self._of(handover, "left")["res.partner:client"], 1)
        handover.action_collect()
        self._run(handover)
        self.assertEqual(fresh.user_id, self.colleague)
        self.assertEqual(handover.state, "done")
        self.assertTrue(all(handover.count_ids.mapped("balanced")))

    def test_closed_while_it_runs(self):
        activity = self._plan(self.client, self.tomorrow)
        with self._in_background():
            handover = self._start()
            activity.with_user(self.manager).action_done()
            self._cron()
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(self._of(handover, "gone")["mail.activity"], 1)
        self.assertEqual(handover.state, "done")
        self.assertTrue(all(handover.count_ids.mapped("balanced")))

    def test_stop_and_go_on(self):
        with self._in_background():
            handover = self._start()
            handover._guarded_batch({})
            handover.action_stop()
            self.assertEqual(handover.state, "distribute")
            self.assertEqual(len(handover.line_ids.filtered(lambda line: line.state == "done")), 2)
            self._cron()
            self.assertEqual(handover.state, "distribute")
            handover.action_preview()
            handover.action_run()
            self._cron()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self._managers(), self.colleague)
        self.assertEqual(self._of(handover, "moved"), self._of(handover, "before"))

    def test_stopped_half_is_undone(self):
        with self._in_background():
            handover = self._start()
            handover._guarded_batch({})
            handover.action_stop()
            handover.action_undo()
            self._cron()
        self.assertEqual(handover.state, "undone")
        self.assertEqual(self._managers(), self.manager)

    def test_queries_do_not_grow(self):
        """A batch of 40 clients takes as many queries as one of 10."""
        counts = []
        for number in (10, 40):
            giver = new_test_user(self.env, f"giver{number}", "sales_crm.group_manager", tz="UTC")
            for client in range(number):
                self._dossier(self._create_client(f"Q{number}-{client}", giver), giver)
            with self._in_background(batch=100):
                handover = self._handover(giver, distribution="one", receiver_id=self.colleague.id)
                handover.action_distribute()
                handover.action_preview()
                handover.action_run()
                self.env.flush_all()
                self.env.invalidate_all()
                with Counted(self.env.cr) as counted:
                    self.assertEqual(handover._batch(), number)
                    self.env.flush_all()
                counts.append(counted.queries)
        # sale_stock asks for the new user's warehouse once per order
        of_core = 30 if "stock.warehouse" in self.env else 0
        self.assertLessEqual(counts[1], counts[0] + of_core + 5, counts)


@tagged("post_install", "-at_install")
class TestHandoverLeaving(HandoverCommon):
    """Whoever has anything left is neither archived nor deleted, by whatever route."""

    def test_refused_and_led_to_the_hand_over(self):
        admin = self.env.ref("base.user_admin")
        for leave in (
            lambda user: user.action_archive(),
            lambda user: user.write({"active": False}),
            lambda user: user.unlink(),
        ):
            with self.assertRaises(RedirectWarning) as refused, self.cr.savepoint():
                leave(self.manager.with_user(admin))
            message, action, _button, context = refused.exception.args
            self.assertIn("Clients: 1", message)
            self.assertEqual(action, self.env.ref("sales_crm.sales_handover_action_new").id)
            self.assertEqual(context, {"default_from_user_id": self.manager.id})
        self.assertTrue(self.manager.active)

    def test_refused_to_one_who_is_no_head(self):
        system = new_test_user(self.env, "system", "base.group_system")
        with self.assertRaisesRegex(UserError, "Ask a head of sales"):
            self.manager.with_user(system).action_archive()

    def test_any_part_is_enough(self):
        self.team.member_ids -= self.third
        self.assertFalse(self.third._handover_left())
        order = self._order(self.client, self.third)
        with self.assertRaisesRegex(RedirectWarning, "Quotations: 1"):
            self.third.with_user(self.env.ref("base.user_admin")).action_archive()
        order._action_cancel()
        self.third.action_archive()
        self.assertFalse(self.third.active)

    def test_after_the_hand_over(self):
        self._dossier(self.client)
        self._run(self._handover())
        self.manager.action_archive()
        self.assertFalse(self.manager.active)

    def test_from_one_who_is_archived_already(self):
        self.env.cr.execute("UPDATE res_users SET active = FALSE WHERE id = %s", [self.manager.id])
        self.env.invalidate_all()
        handover = self._run(self._handover())
        self.assertEqual((handover.state, self.client.user_id), ("done", self.colleague))

    def test_button_of_the_user(self):
        action = self.manager.with_user(self.head).action_sales_handover()
        self.assertEqual(action["context"]["default_from_user_id"], self.manager.id)


@tagged("post_install", "-at_install")
class TestHandoverAccessRules(HandoverCommon):
    """Rights that name who leaves."""

    def _rule(self, **values):
        return self.env["sales.access.rule"].create(
            {"reason": "Test", "user_ids": [Command.set(self.manager.ids)], "scope": "all", **values}
        )

    def _cover(self, who, whom):
        return self._rule(
            is_cover=True,
            scope="managers",
            user_ids=[Command.set(who.ids)],
            manager_ids=[Command.set(whom.ids)],
            date_from=self.tomorrow,
            date_to=self.tomorrow,
        )

    def test_a_head_grants_nothing(self):
        rule = self._rule()
        handover = self._run(self._handover())
        self.assertEqual(handover.state, "done")
        self.assertFalse(rule.active)
        self.assertEqual(rule.user_ids, self.manager, "it stays known who had access")
        handover.action_undo()
        self.assertTrue(rule.active)

    def test_shared_rule_loses_the_name(self):
        rule = self._rule(user_ids=[Command.set((self.manager | self.third).ids)])
        handover = self._run(self._handover())
        self.assertEqual(rule.user_ids, self.third)
        handover.action_undo()
        self.assertEqual(rule.user_ids, self.third | self.manager)

    def test_an_administrator_hands_it_on(self):
        self.head.group_ids += self.env.ref("sales_crm.group_admin")
        rule = self._rule()
        over_him = self._rule(
            scope="managers",
            user_ids=[Command.set(self.third.ids)],
            manager_ids=[Command.set(self.manager.ids)],
        )
        handover = self._run(self._handover())
        self.assertEqual(rule.user_ids, self.colleague)
        self.assertEqual(over_him.manager_ids, self.colleague)
        handover.action_undo()
        self.assertEqual(rule.user_ids, self.manager)
        self.assertEqual(over_him.manager_ids, self.manager)

    def test_his_cover_goes_on(self):
        cover = self._cover(self.manager, self.third)
        self._run(self._handover())
        self.assertEqual(cover.user_ids, self.colleague)

    def test_nobody_covers_himself(self):
        cover = self._cover(self.manager, self.colleague)
        self._run(self._handover())
        self.assertFalse(cover.active)

    def test_cover_for_him_ends(self):
        cover = self._cover(self.third, self.manager)
        handover = self._run(self._handover())
        self.assertEqual(handover.state, "done")
        self.assertFalse(cover.active)


@tagged("post_install", "-at_install")
class TestHandoverLaterPart(HandoverCommon):
    """A model added later by nothing but the hook is handed over like the rest."""

    def setUp(self):
        super().setUp()

        class Later(models.Model):
            _module = None
            _name = "sales.test.later"
            _inherit = ["sales.handover.part"]
            _description = "Later"

        Later.client_id = None
        self.addCleanup(self._forget)
        self._add(Later)

    def _add(self, later):
        from odoo import fields

        later.client_id = fields.Many2one("res.partner")
        later.client_id.__set_name__(later, "client_id")
        later.user_id = fields.Many2one("res.users")
        later.user_id.__set_name__(later, "user_id")
        add_to_registry(self.registry, later)
        self.registry._setup_models__(self.env.cr, [])
        self.registry.init_models(self.env.cr, ["sales.test.later"], {"module": "sales_crm"})

    def _forget(self):
        del self.registry["sales.test.later"]
        self.registry._setup_models__(self.env.cr, [])

    def test_by_only_the_hook(self):
        records = self.env["sales.test.later"].create(
            [
                {"client_id": self.client.id, "user_id": self.manager.id},
                {"user_id": self.manager.id},
                {"client_id": self.client.id, "user_id": self.third.id},
            ]
        )
        self.assertEqual(
            self.env["sales.test.later"]._handover_domain(self.manager),
            Domain("user_id", "=", self.manager.id),
        )
        handover = self._handover()
        line = handover.line_ids.filtered("client_id")
        self.assertIn(
            ("sales.test.later", records[0].id), line.item_ids.mapped(lambda i: (i.res_model, i.res_id))
        )
        self._run(handover)
        self.assertEqual(records.mapped("user_id"), self.colleague | self.third)
        self.assertEqual(self._of(handover, "moved")["sales.test.later"], 2)
        handover.action_undo()
        self.assertEqual(records[:2].user_id, self.manager)
