from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_access_rule import AccessCase


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
