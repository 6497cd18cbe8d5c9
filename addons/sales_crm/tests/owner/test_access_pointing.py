from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..access.test_access_rule import AccessCase


@tagged("post_install", "-at_install")
class TestAccessPointing(AccessCase):
    """Found by the write sweep: links beside the one by which a record hangs on its client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, "portal_of_foreign", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.foreign
        cls.rule = cls._let_see(cls.manager, cls.foreign, perm_write=False)

    def _assert_refused(self, *routes):
        for route in routes:
            with self.assertRaises(AccessError), self.cr.savepoint():
                route()

    def test_nobody_of_a_client_seen_only_is_responsible(self):
        """He would follow the record from then on, and be written to."""
        values = {"name": "D", "partner_id": self.client.id, "type": "opportunity"}
        lead = self.env["crm.lead"].with_user(self.manager).create(values)
        promise = self.env["sales.promise"].create(
            {"client_id": self.client.id, "date_due": fields.Date.today()}
        )
        promise = promise.with_user(self.manager)
        activity = self._plan(self.client, fields.Date.today()).with_user(self.manager)

        def named():
            # core writes into what it is given
            return {"user_id": self.portal.id}

        self._assert_refused(
            lambda: lead.write(named()),
            lambda: lead.create({**values, **named()}),
            lambda: lead.with_context(default_user_id=self.portal.id).create(values),
            lambda: promise.web_save(named(), {}),
            lambda: activity.write(named()),
            lambda: self.client.with_user(self.manager).write(
                {"opportunity_ids": [Command.update(lead.id, named())]}
            ),
        )
        self.rule.perm_write = True
        lead.write({"name": "Again", "user_id": self.manager.id})

    def test_a_tag_is_put_on_from_its_own_side(self):
        Tag = self.env["res.partner.category"]
        theirs = Tag.create({"name": "Theirs", "partner_ids": [Command.set(self.foreign.ids)]})
        Tag = Tag.with_user(self.manager)
        own = Tag.create({"name": "Own", "partner_ids": [Command.set(self.client.ids)]})
        link = [Command.link(self.foreign.id)]
        self._assert_refused(
            lambda: own.write({"partner_ids": link}),
            lambda: Tag.create({"name": "New", "partner_ids": link}),
            lambda: theirs.with_user(self.manager).write({"partner_ids": [Command.clear()]}),
            lambda: theirs.with_user(self.manager).unlink(),
        )
        theirs.with_user(self.manager).write(
            {"name": "Renamed", "partner_ids": [Command.link(self.client.id)]}
        )
        self.assertEqual(theirs.partner_ids, self.foreign | self.client)
        own.unlink()

    def test_a_document_is_not_pointed_at_anothers(self):
        lead = self.env["crm.lead"].create({"name": "D", "partner_id": self.foreign.id})
        order = self.env["sale.order"].create({"partner_id": self.client.id}).with_user(self.manager)
        self._assert_refused(lambda: order.write({"opportunity_id": lead.id}))
        own = lead.with_user(self.manager).create({"name": "D", "partner_id": self.client.id})
        order.write({"opportunity_id": own.id})

    def test_whose_order_a_line_is_of_is_not_written(self):
        product = self.env["product.product"].create({"name": "Thing"})
        order = self.env["sale.order"].create(
            {"partner_id": self.client.id, "order_line": [Command.create({"product_id": product.id})]}
        )
        line = order.order_line.with_user(self.manager)
        self._assert_refused(lambda: line.write({"order_partner_id": self.foreign.id}))
