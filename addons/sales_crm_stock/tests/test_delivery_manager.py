from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_delivery_gate import DeliveryCase


@tagged("post_install", "-at_install")
class TestDeliveryManager(DeliveryCase):
    """A manager without rights on the warehouse looks at the deliveries of his clients, and asks there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What Inventory's settings give everybody: columns of their own in the form
        cls.manager.group_ids |= cls.env.ref("stock.group_production_lot")
        cls.manager.group_ids |= cls.env.ref("stock.group_tracking_lot")
        cls.goods.tracking = "lot"
        cls.lot = cls.env["stock.lot"].create({"name": "LOT-1", "product_id": cls.goods.id})
        cls.package = cls.env["stock.package"].create({"name": "BOX-1"})
        cls.env["stock.quant"]._update_available_quantity(
            cls.goods, cls.warehouse.lot_stock_id, 100, lot_id=cls.lot, package_id=cls.package
        )
        cls.theirs = cls._create_client("Foreign", cls.colleague)

    def _reserved(self, **values):
        picking = self._confirmed(10, **values).picking_ids
        picking.move_line_ids.write({"lot_id": self.lot.id, "package_id": self.package.id})
        return picking

    def test_he_opens_the_delivery_from_his_order(self):
        picking = self._reserved()
        self._lower_limit()
        self.env.invalidate_all()
        order = picking.sale_id.with_user(self.manager)
        self.assertIn("action_view_delivery", order.get_views([(False, "form")])["views"]["form"]["arch"])
        action = order.action_view_delivery()
        self.assertEqual(action["res_id"], picking.id)
        form = Form(picking.with_user(self.manager))
        self.assertEqual(form.move_ids.edit(0).lot_ids[:], self.lot)
        self.assertIn("exceeded by", form.credit_reason)

    def test_he_opens_its_details(self):
        picking = self._reserved()
        self.env.invalidate_all()
        move = picking.with_user(self.manager).move_ids
        action = move.action_show_details()
        form = Form(move.with_context(**action["context"]), view=action["view_id"])
        self.assertEqual(form.move_line_ids.edit(0).lot_id, self.lot)

    def test_he_opens_what_is_done(self):
        """Also with goods scrapped on the way: those records stay with the warehouse."""
        picking = self._reserved()
        picking.button_validate()
        self.env["stock.scrap"].create(
            {
                "picking_id": picking.id,
                "product_id": self.goods.id,
                "lot_id": self.lot.id,
                "scrap_qty": 1,
                "location_id": picking.location_dest_id.id,
            }
        ).do_scrap()
        self.env.invalidate_all()
        self.assertEqual(Form(picking.with_user(self.manager)).state, "done")

    def test_he_opens_it_where_things_are_repaired(self):
        """Odoo's Repairs counts those of a delivery in its form, for whoever opens it."""
        self.assertIn("repair.order", self.env, "Repairs are installed beside, see odootests.BESIDE")
        picking = self._reserved()
        picking.button_validate()
        self.env["repair.order"].create({"picking_id": picking.id, "product_id": self.goods.id})
        self.env.invalidate_all()
        form = picking.with_user(self.manager).get_views([(False, "form")])["views"]["form"]["arch"]
        self.assertNotIn("repair", form)
        self.assertEqual(Form(picking.with_user(self.manager)).state, "done")
        self.manager.group_ids |= self.env.ref("stock.group_stock_user")
        self.env.invalidate_all()
        form = picking.with_user(self.manager).get_views([(False, "form")])["views"]["form"]["arch"]
        self.assertIn("action_view_repairs", form)
        self.assertEqual(Form(picking.with_user(self.manager)).nbr_repairs, 1)

    def test_he_opens_a_lot(self):
        picking = self._reserved()
        picking.button_validate()
        self.env.invalidate_all()
        self.assertEqual(Form(self.lot.with_user(self.manager)).name, "LOT-1")

    def test_he_asks_for_a_release_there(self):
        picking = self._reserved()
        self._lower_limit()
        self.env.invalidate_all()
        ask = Form.from_action(
            self.env(user=self.manager), picking.with_user(self.manager).action_ask_release()
        )
        ask.reason = "Pays on Friday"
        ask.save().action_ask()
        self.assertEqual(picking.credit_release_ids.user_id, self.manager)
        self.assertEqual(Form(picking.with_user(self.manager)).credit_release_state, "requested")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_anothers_delivery_stays_shut(self):
        picking = self._reserved(client=self.theirs)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            Form(picking.with_user(self.manager))
        ask = self.env["sales.credit.ask"].with_user(self.manager)
        with self.assertRaises(AccessError):
            ask.create(
                {"res_model": "stock.picking", "res_id": picking.id, "reason": "Pays on Friday"}
            ).action_ask()
        self.assertFalse(picking.credit_release_ids)

    def test_a_lot_tells_nothing_of_who_got_it(self):
        for values in ({}, {"client": self.theirs}):
            self._reserved(**values).button_validate()
        self.env.invalidate_all()
        lot = self.lot.with_user(self.manager)
        self.assertEqual(lot.partner_ids, self.client)
        self.assertEqual(lot.sale_order_ids.partner_id, self.client)
        search = self.env["stock.lot"].with_user(self.manager).search_count
        self.assertTrue(search([("partner_ids", "in", self.client.ids)]))
        self.assertFalse(search([("partner_ids", "in", self.theirs.ids)]))
        self.assertFalse(lot.has_access("write"))

    def _with_rights_on_the_warehouse(self):
        self.manager.group_ids |= self.env.ref("stock.group_stock_user")

    def test_no_goods_of_a_client_seen_only(self):
        """Found by the write sweep: whose goods a move may take."""
        self._with_rights_on_the_warehouse()
        self._let_see(self.manager, self.theirs, perm_write=False)
        picking = self._reserved()
        self.env.invalidate_all()
        move = picking.move_ids.with_user(self.manager)
        for values in ({"restrict_partner_id": self.theirs.id}, {"partner_id": self.theirs.id}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                move.write(values)
        move.write({"restrict_partner_id": self.client.id})

    def test_scrap_of_anothers_delivery(self):
        """Found by the write sweep: it hangs on the delivery."""
        self._with_rights_on_the_warehouse()
        values = {"product_id": self.goods.id, "lot_id": self.lot.id, "scrap_qty": 1}
        own, other = (
            self.env["stock.scrap"].create({**values, "picking_id": self._reserved(**client).id})
            for client in ({}, {"client": self.theirs})
        )
        self.env.invalidate_all()
        own.with_user(self.manager).write({"scrap_qty": 2})
        for route in (
            lambda: other.with_user(self.manager).write({"scrap_qty": 2}),
            lambda: other.with_user(self.manager).unlink(),
            lambda: other.with_user(self.manager).read(["scrap_qty"]),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                route()
