from odoo import Command
from odoo.tests import HttpCase, tagged

from .test_funnel_moves import FunnelCommon


@tagged("post_install", "-at_install")
class TestFunnelTours(FunnelCommon, HttpCase):
    """The funnel and its stages in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")

    def test_funnel(self):
        """A head asks the picture, and comes from its bars to the deals."""
        tag = self.env["crm.tag"].create({"name": "Tour tyres"})
        price = self.env["crm.lost.reason"].create({"name": "Tour price"})
        active = {"approach": "active", "tag_ids": [Command.set(tag.ids)]}
        self._deal(self.offer, name="Deal won", **active).action_set_won()
        self._deal(self.offer, name="Deal lost", **active).action_set_lost(lost_reason_id=price.id)
        self._deal(name="Deal passive", approach="passive")
        self._deal(self.offer, user=self.colleague)
        self.start_tour("/odoo/funnel", "sales_crm_funnel", login="the_head")

    def test_stage_refused(self):
        """The card goes back to its column, with one sentence that names what is missing."""
        self.offer.required_field_ids = self.env["ir.model.fields"]._get("crm.lead", "date_deadline")
        deal = self._deal()
        self.start_tour("/odoo/crm", "sales_crm_stage_refused", login="manager_a")
        self.assertEqual(deal.stage_id, self.cold)
        self.assertEqual(
            self._story(deal), [("created", False, self.cold.id)], "A refused move leaves nothing behind"
        )
