from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SalesCrmCommon
from ..counting import Counted


class FunnelCommon(SalesCrmCommon):
    """A pipeline of its own for the team, so that no other stages get in the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        levels = ("cold", "interest", "offer", "negotiation", "deal")
        cls.cold, cls.interest, cls.offer, cls.negotiation, cls.won = cls.env["crm.stage"].create(
            [
                {
                    "name": f"Our {level}",
                    "funnel_level": level,
                    "sequence": 100 + number,
                    "is_won": level == "deal",
                    "team_ids": [Command.set(cls.team.ids)],
                }
                for number, level in enumerate(levels)
            ]
        )
        cls.others = cls.env["crm.stage"].search([("team_ids", "=", False)])
        cls.others.team_ids = cls.env["crm.team"].create({"name": "Elsewhere"})

    @classmethod
    def _deal(cls, stage=None, client=None, user=None, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Wheels",
                "type": "opportunity",
                "partner_id": (client or cls.client).id,
                "user_id": (user or cls.manager).id,
                "team_id": cls.team.id,
                "stage_id": (stage or cls.cold).id,
                "expected_revenue": 1000,
                **values,
            }
        )

    def _moves(self, deal):
        return self.env["sales.stage.move"].search([("lead_key", "=", deal.id)], order="id")

    def _story(self, deal):
        return [(move.outcome, move.stage_from_id.id, move.stage_to_id.id) for move in self._moves(deal)]


@tagged("post_install", "-at_install")
class TestFunnelMoves(FunnelCommon):
    def test_every_route(self):
        with self._at("2026-03-02 10:00"):
            deal = self._deal()
            self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET create_date = '2026-03-02 10:00' WHERE id = %s", [deal.id])
        self.env["sales.stage.move"]._follow_creation(deal)
        with self._at("2026-03-04 10:00"):
            deal.stage_id = self.interest
            deal.with_user(self.manager).write({"stage_id": self.offer.id, "expected_revenue": 3000})
        with self._at("2026-03-05 10:00"):
            deal.action_set_lost()
        with self._at("2026-03-06 10:00"):
            deal.action_unarchive()
            deal.action_set_won()
        cold, interest, offer, won = self.cold.id, self.interest.id, self.offer.id, self.won.id
        self.assertEqual(
            self._story(deal),
            [
                ("created", False, cold),
                ("moved", cold, interest),
                ("moved", interest, offer),
                ("lost", offer, offer),
                ("reopened", offer, offer),
                ("won", offer, won),
            ],
        )
        moves = self._moves(deal)
        self.assertEqual(moves.mapped("days_in_stage"), [0, 2, 0, 1, 0, 0])
        self.assertEqual(moves.mapped("amount"), [1000, 1000, 3000, 3000, 3000, 3000])
        self.assertEqual(moves.mapped("level_to"), ["cold", "interest", "offer", "offer", "offer", "deal"])
        self.assertEqual(moves.mapped("rank_before"), [-1, 0, 2, 3, 3, 3])
        self.assertEqual(moves.mapped("rank_after"), [0, 2, 3, 3, 3, 5])
        self.assertEqual(moves.user_id, self.manager)
        self.assertEqual(moves.team_id, self.team)
        self.assertEqual(moves.client_id, self.client)
        self.assertEqual(moves[2].create_uid, self.manager)

    def test_created_closed(self):
        deal = self._deal(self.won, probability=100, date_closed="2026-01-10 10:00:00")
        self.assertEqual(self._story(deal), [("created", False, False), ("won", False, self.won.id)])
        self.assertEqual(self._moves(deal)[1].date, fields.Datetime.to_datetime("2026-01-10 10:00:00"))

    def test_team_change_moves_as_well(self):
        deal = self._deal(self.offer)
        other = self.env["crm.team"].create({"name": "Other", "member_ids": [Command.set(self.manager.ids)]})
        deal.team_id = other
        self.assertNotEqual(deal.stage_id, self.offer)
        self.assertEqual(self._moves(deal)[-1].stage_from_id, self.offer)
        self.assertEqual(self._moves(deal)[-1].stage_to_id, deal.stage_id)

    def test_merge_and_delete(self):
        first, second = self._deal(self.offer), self._deal(self.interest)
        ids = (first | second).ids
        head = (first | second).merge_opportunity()
        [gone] = set(ids) - set(head.ids)
        moves = self.env["sales.stage.move"].search([("lead_key", "=", gone)], order="id")
        self.assertEqual(moves.mapped("outcome"), ["created", "merged"])
        self.assertFalse(moves.lead_id)
        self.assertEqual(moves.client_id, self.client)
        key = head.id
        head.unlink()
        moves = self.env["sales.stage.move"].search([("lead_key", "=", key)], order="id")
        self.assertEqual(moves[-1].outcome, "deleted")
        self.assertEqual(moves[-1].client_id, self.client)
        self.assertEqual(moves[-1].lead_name, "Wheels")

    def test_stage_deleted(self):
        deal = self._deal(self.offer)
        deal.stage_id = self.negotiation
        self.offer.unlink()
        move = self._moves(deal)[0]
        self.assertFalse(move.stage_to_id)
        self.assertEqual((move.stage_to_name, move.level_to, move.rank_after), ("Our offer", "offer", 3))

    def test_levels_follow(self):
        deal = self._deal(self.cold)
        deal.stage_id = self.interest
        self.interest.funnel_level = "negotiation"
        moves = self._moves(deal)
        self.assertEqual(moves.mapped("rank_after"), [0, 4])
        self.assertEqual(self.client.funnel_level, "negotiation")

    def test_constant_queries(self):
        deals = self.env["crm.lead"].create(
            [{"name": f"D{n}", "stage_id": self.cold.id, "team_id": self.team.id} for n in range(30)]
        )
        self.env.flush_all()
        few = deals[:2]
        counts = []
        for some in (few, deals[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                some.write({"stage_id": self.interest.id})
                self.env.flush_all()
            counts.append(counted.queries)
        self.assertLessEqual(counts[1], counts[0] + 2)
        self.assertEqual(self.env["sales.stage.move"].search_count([("lead_id", "in", deals.ids)]), 60)

    def test_nobody_writes(self):
        move = self._moves(self._deal())
        for user in (self.manager, self.head):
            as_user = move.with_user(user)
            self.assertEqual(as_user.outcome, "created")
            with self.assertRaises(AccessError):
                as_user.write({"outcome": "won"})
            with self.assertRaises(AccessError):
                as_user.unlink()
            with self.assertRaises(AccessError):
                as_user.create({"lead_key": 1, "outcome": "won", "date": "2026-01-01"})

    def test_access_follows_the_client(self):
        deal = self._deal()
        Move = self.env["sales.stage.move"].with_user(self.colleague)
        domain = [("lead_key", "=", deal.id)]
        self.assertFalse(Move.search(domain))
        other = self._create_client("Beta", self.colleague)
        deal.partner_id = other
        self.env.flush_all()
        self.assertTrue(Move.search(domain))
        loose = self._deal(partner_id=False)
        self.assertFalse(Move.search([("lead_key", "=", loose.id)]))
        mine = Move.with_user(self.manager).search([("lead_key", "=", loose.id)])
        self.assertTrue(mine)

    def test_client_and_stage_change_together(self):
        first, second = self._deal(), self._deal()
        other = self._create_client("Delta", self.colleague)
        with self.env.cr.savepoint(flush=False):
            self.env["sales.stage.move"].search([]).mapped("client_id")
            first.partner_id = other
            second.stage_id = self.offer
            first.stage_id = self.offer
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._moves(first).client_id, other)
        self.assertEqual(self._moves(second).client_id, self.client)
        self.assertEqual((other.funnel_level, self.client.funnel_level), ("offer", "offer"))

    def test_rebuilt_from_tracking(self):
        deal = self._deal().with_context(tracking_disable=False)
        self.env.flush_all()
        self.env.cr.precommit.run()
        for stage in (self.interest, self.offer):
            deal.stage_id = stage
            self.env.flush_all()
            self.env.cr.precommit.run()
        deal.action_set_lost()
        self.env.flush_all()
        self.env.cr.precommit.run()
        kept = self._story(deal)
        self.env.cr.execute("DELETE FROM sales_stage_move WHERE lead_id = %s", [deal.id])
        self.env.invalidate_all()
        self.env["sales.stage.move"]._rebuild()
        self.assertEqual(self._story(deal), kept)
        self.assertEqual(self._moves(deal).mapped("rank_after"), [0, 2, 3, 3])
        self.assertEqual(set(self._moves(deal).mapped("rebuilt")), {True})
        self.assertFalse(self.env["sales.stage.move"]._rebuild())

    def _track(self, deal, **vals):
        """Write as a person does: with what the chatter keeps of it."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        deal.with_context(tracking_disable=False).write(vals)
        self.env.flush_all()
        self.env.cr.precommit.run()

    def _retold(self, deal):
        """:return: the story of the deal as the chatter tells it"""
        self.env.cr.execute("DELETE FROM sales_stage_move WHERE lead_id = %s", [deal.id])
        self.env.invalidate_all()
        self.env["sales.stage.move"]._rebuild()
        return self._story(deal)

    def test_a_lost_deal_that_is_moved_is_lost_once(self):
        deal = self._deal()
        self._track(deal, stage_id=self.interest.id)
        deal.with_context(tracking_disable=False).action_set_lost()
        self._track(deal, stage_id=self.offer.id)
        kept = self._story(deal)
        self.assertEqual([outcome for outcome, *_stages in kept], ["created", "moved", "lost", "moved"])
        self.assertEqual(self._retold(deal), kept)

    def test_rebuilt_without_what_was_merged_into_it(self):
        first, second = self._deal(self.cold), self._deal(self.cold)
        self._track(first, stage_id=self.negotiation.id)
        self._track(second, stage_id=self.interest.id)
        self._track(second, stage_id=self.offer.id)
        head = (first | second).with_context(tracking_disable=False).merge_opportunity()
        self.env.flush_all()
        self.env.cr.precommit.run()
        kept = self._story(head)
        self.assertEqual(self._retold(head), kept)

    def test_rebuilt_without_tracking(self):
        won = self._deal(self.won, probability=100)
        self.env.cr.execute("DELETE FROM sales_stage_move WHERE lead_id = %s", [won.id])
        self.env["sales.stage.move"]._rebuild()
        self.assertEqual(self._story(won), [("created", False, False), ("won", False, self.won.id)])

    def test_approach(self):
        deal = self._deal()
        self.assertEqual(deal.approach, "active")
        deal.medium_id = self.env.ref("utm.utm_medium_website")
        self.assertEqual(deal.approach, "passive")
        deal.approach = "active"
        self.assertEqual(deal.approach, "active")
        mail = self.env["crm.lead"].message_new({"subject": "Wheels?", "from": "a@example.com"})
        self.assertEqual(mail.approach, "passive")

    def test_place_of_the_client(self):
        client = self._create_client("Gamma", self.manager)
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": client.id})
        self.assertEqual(client.funnel_level, "cold")
        deal = self._deal(self.interest, contact)
        self.assertEqual(client.funnel_level, "interest")
        deal.stage_id = self.negotiation
        self.assertEqual(client.funnel_level, "negotiation")
        deal.action_set_lost()
        self.assertEqual(client.funnel_level, "cold")
        deal.action_unarchive()
        deal.action_set_won()
        self.assertEqual(client.funnel_level, "repeat")
        deal.partner_id = self.client
        self.assertEqual((client.funnel_level, self.client.funnel_level), ("cold", "repeat"))
        client.write({"is_client": False})
        self.assertFalse(client.funnel_level)

    def test_level_is_not_written_by_hand(self):
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.client.with_user(self.manager).write({"funnel_level": "repeat"})
        self.assertEqual(self.client.funnel_level, "cold")


@tagged("post_install", "-at_install")
class TestFunnelEntry(FunnelCommon):
    def test_required_fields_by_every_route(self):
        field = self.env["ir.model.fields"]._get("crm.lead", "date_deadline")
        self.won.required_field_ids = field
        self.offer.required_field_ids = field
        deal = self._deal()
        for attempt in (
            lambda: deal.with_user(self.manager).write({"stage_id": self.offer.id}),
            lambda: deal.with_user(self.manager).action_set_won(),
            lambda: self._deal(self.offer),
            lambda: self.env["crm.lead"].with_context(default_stage_id=self.offer.id).create({"name": "X"}),
        ):
            with self.assertRaisesRegex(UserError, "fill in Expected Closing"), self.env.cr.savepoint():
                attempt()
            self.env.invalidate_all()
            self.assertEqual(deal.stage_id, self.cold)
        result = (
            self.env["crm.lead"]
            .with_user(self.manager)
            .load(["name", "stage_id/.id", "team_id/.id"], [["Y", str(self.offer.id), str(self.team.id)]])
        )
        self.assertIn("fill in", str(result["messages"]))
        deal.with_user(self.manager).write(
            {"stage_id": self.offer.id, "date_deadline": fields.Date.today() + timedelta(days=3)}
        )
        self.assertEqual(deal.stage_id, self.offer)

    def test_merge_asks_too(self):
        self.won.required_attachment = True
        first, second = self._deal(self.offer), self._deal(self.interest)
        second.write({"probability": 50})
        self.assertTrue((first | second).merge_opportunity())

    def test_another_team_takes_it_as_it_is(self):
        other = self.env["crm.team"].create({"name": "Other", "member_ids": [Command.set(self.head.ids)]})
        first = self.env["crm.stage"].create(
            {
                "name": "First",
                "sequence": 1,
                "team_ids": [Command.set(other.ids)],
                "required_attachment": True,
            }
        )
        deal = self._deal(self.offer)
        deal.team_id = other
        self.assertEqual(deal.stage_id, first)
        with self.assertRaises(UserError):
            self._deal(first, team_id=other.id, user_id=self.head.id)

    def test_activity_and_document(self):
        self.offer.write({"required_activity_type_id": self.call.id, "required_attachment": True})
        deal = self._deal()
        with self.assertRaisesRegex(UserError, "Call.*attach a document"), self.env.cr.savepoint():
            deal.stage_id = self.offer
        self.env.invalidate_all()
        self._plan(deal, fields.Date.today()).action_feedback(feedback="ok")
        self.env["ir.attachment"].create({"name": "offer.pdf", "res_model": "crm.lead", "res_id": deal.id})
        deal.stage_id = self.offer
        self.assertEqual(deal.stage_id, self.offer)

    def test_skipping(self):
        self.offer.may_skip = False
        deal = self._deal(self.interest)
        with (
            self.assertRaisesRegex(UserError, "go through the stage “Our offer” first"),
            self.env.cr.savepoint(),
        ):
            deal.stage_id = self.negotiation
        self.env.invalidate_all()
        deal.stage_id = self.offer
        deal.stage_id = self.interest
        deal.stage_id = self.negotiation
        self.assertEqual(deal.stage_id, self.negotiation)

    def test_plan_starts(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Offer",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": self.call.id,
                            "summary": "Ask about the offer",
                            "responsible_type": "on_demand",
                            "delay_count": 2,
                        }
                    )
                ],
            }
        )
        self.offer.activity_plan_id = plan
        deal = self._deal()
        deal.with_user(self.manager).write({"stage_id": self.offer.id})
        self.assertEqual(deal.activity_ids.summary, "Ask about the offer")
        self.assertEqual(deal.activity_ids.user_id, self.manager)
        deal.stage_id = self.interest
        deal.stage_id = self.offer
        self.assertEqual(len(deal.activity_ids), 1)

    def test_default_stages_only_for_nobody(self):
        self.assertFalse(self.env["crm.stage"]._sales_init_stages())
