from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestOrderCancelDelivery(DeliveryCase):
    """A manager cancels his order, and with it what the warehouse has prepared: of that he has no rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls._create_client("Foreign", cls.colleague)
        cls.warehouse.delivery_steps = "pick_pack_ship"

    def _in_a_batch(self, *orders):
        """One batch of what is to be picked for these orders: the warehouse knows no managers."""
        pickings = self.env["stock.picking"].union(*(order.picking_ids for order in orders))
        return self.env["stock.picking.batch"].create(
            {"company_id": self.company.id, "picking_ids": [Command.set(pickings.ids)]}
        )

    def test_with_a_batch(self):
        own, other = self._confirmed(5), self._confirmed(5, client=self.theirs, user_id=self.colleague.id)
        batch = self._in_a_batch(own, other)
        batch.action_confirm()
        self.env.invalidate_all()
        own.with_user(self.manager).action_cancel()
        self.assertEqual((own.state, other.state), ("cancel", "sale"))
        self.assertEqual(set(own.picking_ids.mapped("state")), {"cancel"})
        self.assertNotIn("cancel", other.picking_ids.mapped("state"))
        self.assertEqual(batch.picking_ids, other.picking_ids)

    def test_what_was_bought_for_it(self):
        """Core looks for who has to be told, also among purchases, of which he has no rights."""
        asked = []
        Move = self.registry["stock.move"]
        found = Move._get_upstream_documents_and_responsibles

        def upstream(moves, visited):
            asked.append(moves.env.su)
            return found(moves, visited)

        own = self._confirmed(5)
        with patch.object(Move, "_get_upstream_documents_and_responsibles", upstream):
            own.with_user(self.manager).action_cancel()
        self.assertEqual((set(asked), own.state), ({True}, "cancel"))

    def test_he_still_opens_it(self):
        own = self._confirmed(5)
        self._in_a_batch(own)
        self.env.invalidate_all()
        picking = own.picking_ids[0].with_user(self.manager)
        self.assertEqual(Form(picking).state, picking.state)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_only_his_own(self):
        other = self._confirmed(5, client=self.theirs, user_id=self.colleague.id)
        self._in_a_batch(self._confirmed(5), other)
        self.env.invalidate_all()
        for route in (other.with_user(self.manager), other.picking_ids.with_user(self.manager)):
            with self.assertRaises(AccessError), self.cr.savepoint():
                route.action_cancel()
        self.assertEqual(other.state, "sale")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_what_waits_for_it_is_not_anothers(self):
        """What goes on to another's client is not cancelled along with it."""
        own, other = self._confirmed(5), self._confirmed(5, client=self.theirs, user_id=self.colleague.id)
        own.picking_ids.move_ids.move_dest_ids = other.picking_ids.move_ids
        self.env.invalidate_all()
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.with_user(self.manager).action_cancel()
        self.assertNotIn("cancel", other.picking_ids.mapped("state"))

    def test_what_was_delivered_stays(self):
        self.warehouse.delivery_steps = "ship_only"
        picking = self._delivery(5)
        order = picking.sale_id
        picking.button_validate()
        self.env.invalidate_all()
        order.with_user(self.manager).action_cancel()
        self.assertEqual((order.state, picking.state), ("cancel", "done"))
        with self.assertRaises(UserError), self.cr.savepoint():
            picking.with_user(self.manager).action_cancel()
