from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError
from odoo.modules.module import load_script
from odoo.tests import tagged

from ...tools.funnel import CODES
from ..common import SalesCrmCommon
from .test_funnel_moves import FunnelCommon


@tagged("post_install", "-at_install")
class TestFunnelStuck(FunnelCommon):
    """The week of the test: Monday 2026-03-02 to Friday 2026-03-06, then Monday 2026-03-09."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.interest.max_days = 3
        cls.kind = cls.env.ref("sales_crm.mail_activity_type_stuck")

    def _quiet_deal(self, moment="2026-03-04 12:00", **values):
        deal = self._deal(self.interest, **values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET date_last_stage_update = %s, create_date = %s WHERE id = %s",
            [moment, moment, deal.id],
        )
        self.env.cr.execute(
            "UPDATE mail_message SET date = %s WHERE model = 'crm.lead' AND res_id = %s", [moment, deal.id]
        )
        self.env.invalidate_all()
        return deal

    def _run(self, moment):
        cron = type(self.env["ir.cron"])
        with (
            self._at(moment),
            patch.object(cron, "_commit_progress", return_value=float("inf")),
        ):
            self.env["crm.lead"]._cron_mark_stuck()

    def test_working_days(self):
        deal = self._quiet_deal()
        self._run("2026-03-09 12:00")
        self.assertFalse(deal.is_stuck, "Thursday, Friday and Monday are three working days")
        self._run("2026-03-10 12:00")
        self.assertTrue(deal.is_stuck)
        activity = deal.activity_ids
        self.assertEqual((activity.activity_type_id, activity.user_id), (self.kind, self.manager))
        self._run("2026-03-10 12:00")
        self._run("2026-03-11 12:00")
        self.assertEqual(deal.activity_ids, activity)

    def test_leave_of_the_manager(self):
        resource = self.env["resource.resource"].create(
            {"name": "A", "user_id": self.manager.id, "calendar_id": self.calendar.id, "tz": "UTC"}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "calendar_id": self.calendar.id,
                "resource_id": resource.id,
                "date_from": "2026-03-05 00:00:00",
                "date_to": "2026-03-06 23:59:59",
            }
        )
        deal = self._quiet_deal()
        self._run("2026-03-11 12:00")
        self.assertFalse(deal.is_stuck)
        self._run("2026-03-12 12:00")
        self.assertTrue(deal.is_stuck)

    def test_without_a_manager_the_days_are_those_of_its_company(self):
        deal = self._quiet_deal()
        deal.user_id = False
        other = self.env["res.company"].create({"name": "Every Day"})
        other.resource_calendar_id = False
        theirs = self._quiet_deal()
        theirs.write({"user_id": False, "team_id": False, "partner_id": False, "company_id": other.id})
        self.env.flush_all()
        self._run("2026-03-08 12:00")
        self.assertEqual((deal | theirs).mapped("is_stuck"), [False, True])
        self._run("2026-03-12 12:00")
        self.assertTrue(deal.is_stuck)

    def test_signs_of_life(self):
        commented, called, visited, moved = (self._quiet_deal() for _number in range(4))
        visited.partner_id = self._create_client("Visited", self.manager)
        with self._at("2026-03-09 12:00"):
            commented.message_post(body="Asked again", message_type="comment")
            self._plan(called, "2026-03-09").action_feedback()
            self._plan(visited.partner_id, "2026-03-09").action_feedback()
            moved.stage_id = self.cold
            moved.stage_id = self.interest
        self.env.cr.execute(
            "UPDATE mail_message SET date = '2026-03-09 12:00' WHERE date > now() - '1h'::interval"
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET date_last_stage_update = '2026-03-09 12:00' WHERE id = %s", [moved.id]
        )
        self._run("2026-03-12 12:00")
        self.assertEqual((commented | called | visited | moved).mapped("is_stuck"), [False] * 4)
        self._run("2026-03-16 12:00")
        self.assertEqual((commented | called | visited | moved).mapped("is_stuck"), [True] * 4)

    def test_alive_at_once(self):
        commented, moved = self._quiet_deal(), self._quiet_deal()
        self._run("2026-03-12 12:00")
        self.assertTrue(commented.is_stuck and moved.is_stuck)
        commented.message_post(body="Back on it", message_type="comment")
        moved.stage_id = self.offer
        self.assertFalse(commented.is_stuck or moved.is_stuck)

    def test_limit_taken_away(self):
        deal = self._quiet_deal()
        self._run("2026-03-12 12:00")
        self.interest.max_days = 0
        self._run("2026-03-12 13:00")
        self.assertFalse(deal.is_stuck)

    def test_without_manager(self):
        deal = self._quiet_deal(user_id=False)
        self._run("2026-03-12 12:00")
        self.assertTrue(deal.is_stuck)
        self.assertFalse(deal.activity_ids)

    def test_in_batches(self):
        deals = self.env["crm.lead"].union(*(self._quiet_deal() for _number in range(5)))
        with patch.object(type(deals), "_stuck_batch", 2):
            self._run("2026-03-12 12:00")
        self.assertEqual(deals.mapped("is_stuck"), [True] * 5)
        self.assertEqual(len(deals.activity_ids), 5)

    def test_conflict_in_a_batch(self):
        deals = self.env["crm.lead"].union(*(self._quiet_deal() for _number in range(5)))
        Lead, batches = type(deals), []
        origin = Lead._mark_stuck

        def conflict(stuck):
            batches.append(len(stuck))
            if len(batches) == 2:
                raise psycopg2.errors.SerializationFailure
            origin(stuck)

        with (
            patch.object(Lead, "_stuck_batch", 2),
            patch.object(Lead, "_mark_stuck", conflict),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch("odoo.addons.sales_crm.models.batch.sales_batch_step.time.sleep"),
        ):
            self._run("2026-03-12 12:00")
        self.assertEqual(batches, [2, 2, 2, 1])
        self.assertEqual(deals.mapped("is_stuck"), [True] * 5)
        self.assertEqual(len(deals.activity_ids), 5)

    def test_time_that_runs_out_is_not_the_end(self):
        """After each batch the cron's time is over; core goes on as long as something is left."""
        deals = self.env["crm.lead"].union(*(self._quiet_deal() for _number in range(4)))
        left = []

        def commit(_self, _processed, remaining):
            left.append(remaining)
            return float(len(left) % 2)

        step = type(self.env["sales.batch.step"])
        with (
            patch.object(step, "_commit", commit),
            patch.object(type(deals), "_stuck_batch", 2),
            self._at("2026-03-12 12:00"),
        ):
            self.env["crm.lead"]._cron_mark_stuck()
            while left[-1]:
                self.env["crm.lead"]._cron_mark_stuck()
        self.assertEqual(left, [1, 1] * 2 + [1, 0])
        self.assertEqual(deals.mapped("is_stuck"), [True] * 4)


@tagged("post_install", "-at_install")
class TestFunnelDefaultStages(SalesCrmCommon):
    def test_new_database(self):
        self.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        names = ("stage_lead1", "stage_lead2", "stage_lead3", "stage_lead4")
        core = self.env["crm.stage"].union(*(self.env.ref(f"crm.{name}") for name in names))
        (self.env["crm.stage"].search([]) - core).unlink()
        self.assertTrue(self.env["crm.stage"]._sales_init_stages())
        stages = self.env["crm.stage"].search([])
        self.assertEqual(stages.mapped("funnel_level"), CODES)
        self.assertEqual(stages.mapped("is_won"), [False] * 5 + [True] * 2)
        self.assertEqual(stages[0].with_context(lang="en_US").name, "Cold Base")
        self.assertEqual(stages[0], core[0])

    def test_pipeline_in_use(self):
        self.env["crm.lead"].create({"name": "Somebody works here"})
        before = self.env["crm.stage"].search([]).read(["name", "funnel_level", "sequence"])
        self.assertFalse(self.env["crm.stage"]._sales_init_stages())
        self.assertEqual(self.env["crm.stage"].search([]).read(["name", "funnel_level", "sequence"]), before)


@tagged("post_install", "-at_install")
class TestFunnelMapping(FunnelCommon):
    def test_nothing_without_asking(self):
        (self.cold | self.interest | self.offer | self.negotiation | self.won).write({"funnel_level": False})
        before = self.env["crm.stage"].search([]).read(["name", "sequence", "is_won"])
        mapping = self.env["sales.stage.mapping"].with_user(self.head).create({})
        levels = {line.stage_id: line.funnel_level for line in mapping.line_ids}
        self.assertEqual(levels[self.won] in ("deal", "repeat"), True)
        self.assertFalse(self.cold.funnel_level)
        mapping.line_ids.filtered(lambda line: line.stage_id == self.cold).funnel_level = "cold"
        mapping.action_apply()
        self.assertEqual(self.cold.funnel_level, "cold")
        self.assertEqual(self.won.funnel_level, levels[self.won])
        self.assertEqual(self.env["crm.stage"].search([]).read(["name", "sequence", "is_won"]), before)

    def test_update_of_a_pipeline_in_use(self):
        """The update to the version with the funnel: the past is rebuilt; with the levels that a head
        sets afterwards, the old deals stand in the funnel.
        """
        stages = self.cold | self.interest | self.offer | self.negotiation | self.won
        stages.write({"funnel_level": False})
        deal = self._deal().with_context(tracking_disable=False)
        for stage in (self.cold, self.offer):
            deal.stage_id = stage
            self.env.flush_all()
            self.env.cr.precommit.run()
        kept = self._story(deal)
        self.env.cr.execute("DELETE FROM sales_stage_move WHERE lead_id = %s", [deal.id])
        # Entered and moved within one second: only ``create_date`` has fractions of it
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = date_trunc('second', create_date) + '0.9 s' WHERE id = %s",
            [deal.id],
        )
        self.env.cr.execute(
            "UPDATE mail_message message SET date = date_trunc('second', lead.create_date) FROM crm_lead lead"
            " WHERE message.model = 'crm.lead' AND message.res_id = lead.id AND lead.id = %s",
            [deal.id],
        )
        self.env.invalidate_all()
        script = "sales_crm/migrations/19.0.1.2.0/post-migrate.py"
        for _twice in range(2):
            load_script(script, "sales_crm_post_migrate").migrate(self.env.cr, "19.0.1.1.0")
            self.env.invalidate_all()
            self.assertEqual(self._story(deal), kept)
        self.assertEqual(set(self._moves(deal).mapped("rebuilt")), {True})
        self.assertFalse(any(stages.mapped("funnel_level")), "Nobody was asked yet")
        mapping = self.env["sales.stage.mapping"].with_user(self.head).create({})
        mapping.action_apply()
        self.assertEqual(
            self._moves(deal).mapped("level_to"), [self.cold.funnel_level, self.offer.funnel_level]
        )
        bars = self.env["sales.funnel"].with_user(self.head).get_funnel({"user_id": self.manager.id})["bars"]
        reached = {bar["level"] for bar in bars if bar["count"]}
        self.assertIn(self.offer.funnel_level, reached)
        self.assertEqual(self.client.funnel_level, self.offer.funnel_level)

    def test_only_a_head(self):
        with self.assertRaises(AccessError):
            self.env["sales.stage.mapping"].with_user(self.manager).create({})

    def test_proposal(self):
        self.env["crm.stage"].search([]).write({"funnel_level": False})
        stages = self.cold | self.interest | self.offer | self.negotiation | self.won
        self.assertEqual(
            list(stages._propose_levels().values()), ["cold", "informed", "offer", "negotiation", "deal"]
        )

    def test_head_sets_conditions(self):
        field = (
            self.env["ir.model.fields"]
            .with_user(self.head)
            .search([("model", "=", "crm.lead"), ("name", "=", "phone")])
        )
        self.offer.with_user(self.head).required_field_ids = [Command.set(field.ids)]
        self.assertEqual(self.offer.required_field_ids.name, "phone")
