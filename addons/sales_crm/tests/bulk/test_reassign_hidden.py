from datetime import date

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon

MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


@tagged("post_install", "-at_install")
class TestReassignHidden(SalesCrmCommon):
    """Work is given to somebody who may not see the client: it is not lost, the head decides how."""

    def setUp(self):
        super().setUp()
        self.activities = self._plan(self.client, MONDAY) | self._plan(self.client, FRIDAY)

    def _dialog(self, **values):
        activities = self.activities.with_user(self.head)
        context = activities.action_sales_bulk("reassign", self.colleague.id)["context"]
        form = Form(self.env["sales.activity.bulk"].with_user(self.head).with_context(**context))
        for name, value in values.items():
            form[name] = value
        return form

    def test_multi_edit_is_refused(self):
        with self.assertRaisesRegex(UserError, "Give to Another Manager"), self.cr.savepoint():
            self.activities.with_user(self.head).write({"user_id": self.colleague.id})
        self.assertEqual(self.activities.user_id, self.manager)

    def test_lent_by_a_manager(self):
        with self.assertRaisesRegex(UserError, "Give to Another Manager"):
            self.activities.with_user(self.manager).write({"user_id": self.colleague.id})

    def test_whom_he_sees(self):
        self._let_see(self.colleague, self.client)
        self.assertFalse(self._dialog().hidden_client_ids)
        self.assertFalse(self.activities.with_user(self.head).sales_bulk_hidden(self.colleague.id))
        self.activities.with_user(self.head).write({"user_id": self.colleague.id})
        self.assertEqual(self.activities.user_id, self.colleague)

    def test_cover(self):
        with self._at("2026-11-23 10:00"):
            form = self._dialog()
            self.assertEqual(form.hidden_client_ids[:], self.client)
            self.assertEqual((form.hidden_way, form.cover_until), ("cover", FRIDAY))
            self.assertIn("may not see 1 of these clients", form.warning)
            form.save().action_apply()
            seen = self.env["res.partner"].with_user(self.colleague).search([("id", "=", self.client.id)])
            self.assertTrue(seen)
        cover = self.env["sales.access.rule"].search([("is_cover", "=", True)])
        self.assertEqual((cover.user_ids, cover.manager_ids), (self.colleague, self.manager))
        self.assertEqual((cover.date_from, cover.date_to), (MONDAY, FRIDAY))
        self.assertEqual(self.activities.user_id, self.colleague)

    def test_handover(self):
        action = self._dialog(hidden_way="handover").save().action_apply()
        handover = self.env["sales.handover"].browse(action["res_id"])
        self.assertEqual(
            (handover.from_user_id, handover.receiver_id, handover.client_ids, handover.scope),
            (self.manager, self.colleague, self.client, "clients"),
        )
        self.assertEqual(self.activities.user_id, self.colleague)

    def test_activities_only(self):
        self._dialog(hidden_way="tasks").save().action_apply()
        self.assertEqual(self.activities.user_id, self.colleague)
        self.assertFalse(self.env["sales.access.rule"].search([("is_cover", "=", True)]))
