from odoo.exceptions import RedirectWarning, UserError
from odoo.tests import Form, tagged

from .test_funnel_moves import FunnelCommon


@tagged("post_install", "-at_install")
class TestFunnelLeave(FunnelCommon):
    """No deal leaves the funnel without a move, and none is lost without a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Too dear"})

    def _refused(self, attempt, error=(RedirectWarning, UserError)):
        with self.assertRaisesRegex(error, "reason"), self.env.cr.savepoint():
            attempt()
        self.env.invalidate_all()

    def test_on_by_default(self):
        self.assertTrue(self.env["res.company"].create({"name": "New"}).sales_lost_reason_required)

    def test_no_way_out_without_a_reason(self):
        deal = self._deal(self.offer)
        for user in (self.manager, self.head):
            mine = deal.with_user(user)
            for attempt in (
                lambda d: d.action_archive(),
                lambda d: d.toggle_active(),
                lambda d: d.action_set_lost(),
                lambda d: d.action_set_lost(lost_reason_id=False),
                lambda d: d.write({"active": False}),
                lambda d: d.write({"active": False, "probability": 0}),
                lambda d: d.web_save({"active": False, "probability": 50}, {}),
                lambda d: self._wizard(d).action_lost_reason_apply(),
            ):
                self._refused(lambda attempt=attempt, mine=mine: attempt(mine))
        self.assertTrue(deal.active)
        self.assertEqual(self._story(deal), [("created", False, self.offer.id)])

    def _wizard(self, deals, reason=None):
        return (
            self.env["crm.lead.lost"]
            .with_user(self.manager)
            .create({"lead_ids": deals.ids, "lost_reason_id": reason and reason.id})
        )

    def test_refusal_leads_to_the_wizard(self):
        deal = self._deal(self.offer).with_user(self.manager)
        with self.assertRaises(RedirectWarning) as caught:
            deal.action_archive()
        _message, action, _button, context = caught.exception.args
        self.assertEqual(action, self.env.ref("crm.crm_lead_lost_action").id)
        form = Form(self.env["crm.lead.lost"].with_user(self.manager).with_context(**context))
        with self.assertRaises(AssertionError):
            form.save()
        form.lost_reason_id = self.reason
        form.save().action_lost_reason_apply()
        move = self._moves(deal)[-1]
        self.assertEqual((move.outcome, move.lost_reason_id), ("lost", self.reason))
        self.assertEqual(deal.won_status, "lost")
        self.assertEqual(len(self._moves(deal)), 2)

    def test_with_a_reason_by_every_route(self):
        for leave in (
            lambda d: d.action_set_lost(lost_reason_id=self.reason.id),
            lambda d: d.write({"active": False, "lost_reason_id": self.reason.id}),
            lambda d: self._wizard(d, self.reason).action_lost_reason_apply(),
        ):
            deal = self._deal(self.offer).with_user(self.manager)
            leave(deal)
            self.assertEqual([row[0] for row in self._story(deal)], ["created", "lost"])
            self.assertEqual(self._moves(deal)[-1].lost_reason_id, self.reason)
            with self.subTest("taken away again"):
                self._refused(lambda deal=deal: deal.write({"lost_reason_id": False}))
            deal.action_unarchive()
            self.assertEqual([row[0] for row in self._story(deal)], ["created", "lost", "reopened"])
            self.assertFalse(deal.lost_reason_id)

    def test_not_required(self):
        self.company.sales_lost_reason_required = False
        for leave in (
            lambda d: d.action_archive(),
            lambda d: d.write({"active": False}),
            lambda d: d.write({"active": False, "probability": 0}),
            lambda d: d.action_set_lost(),
            lambda d: self._wizard(d).action_lost_reason_apply(),
        ):
            deal = self._deal(self.offer).with_user(self.manager)
            leave(deal)
            self.assertEqual([row[0] for row in self._story(deal)], ["created", "lost"])
        deal.write({"probability": 40})
        self.assertEqual(deal.won_status, "lost", "what is archived is in no funnel")
        self.assertEqual(len(self._moves(deal)), 2)

    def test_the_server_archives(self):
        deal = self._deal(self.offer)
        deal.action_archive()
        self.assertEqual([row[0] for row in self._story(deal)], ["created", "lost"])

    def test_won_deals_stay_won(self):
        deal = self._deal(self.offer).with_user(self.manager)
        deal.action_set_won()
        deal.action_archive()
        self.assertEqual(deal.won_status, "won")
        self.assertEqual([row[0] for row in self._story(deal)], ["created", "won"])

    def test_created_archived(self):
        Lead = self.env["crm.lead"].with_user(self.manager)
        values = {"name": "Old", "type": "opportunity", "partner_id": self.client.id, "active": False}
        self._refused(lambda: Lead.create(values))
        self._refused(lambda: Lead.with_context(default_active=False).create({"name": "Old"}))
        result = Lead.load(["name", "active"], [["Old", "False"]])
        self.assertIn("reason", str(result["messages"]))
        self.assertFalse(result["ids"])
        deal = Lead.create({**values, "lost_reason_id": self.reason.id})
        self.assertEqual([row[0] for row in self._story(deal)], ["created", "lost"])

    def test_probability_zero_is_no_way_out(self):
        deal = self._deal(self.offer).with_user(self.manager)
        deal.write({"probability": 0})
        self.assertEqual((deal.active, deal.won_status), (True, "pending"))
        self.assertEqual(len(self._moves(deal)), 1)

    def test_deal_becomes_no_lead_again(self):
        deal = self._deal(self.offer).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "lost"):
            deal.write({"type": "lead"})

    def test_merge_asks_for_nothing(self):
        first, second = self._deal(self.offer), self._deal(self.interest)
        merged = (first | second).with_user(self.manager).merge_opportunity()
        self.assertEqual(merged.won_status, "pending")

    def test_drag_between_stages(self):
        deal = self._deal(self.offer).with_user(self.manager)
        deal.web_save({"stage_id": self.negotiation.id}, {})
        deal.web_save({"stage_id": self.won.id}, {})
        self.assertEqual([row[0] for row in self._story(deal)], ["created", "moved", "won"])

    def test_moves_stay_with_the_client(self):
        """A deal whose customer is cleared before it is deleted was his all the same."""
        deal = self._deal(self.offer)
        deal.with_user(self.manager).partner_id = False
        deal.with_user(self.manager).stage_id = self.negotiation
        moves = self._moves(deal)
        deal.with_user(self.head).unlink()
        moves = self.env["sales.stage.move"].search([("lead_key", "=", moves[0].lead_key)], order="id")
        self.assertEqual(moves.mapped("outcome"), ["created", "moved", "deleted"])
        self.assertEqual(moves.mapped("client_id"), self.client)
        self.assertEqual(len(moves.filtered("client_id")), 3)
