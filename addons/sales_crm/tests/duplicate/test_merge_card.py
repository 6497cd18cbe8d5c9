from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestMergeCard(SalesCrmCommon):
    """What two cards said differently is there after the merge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write(
            {"street": "First Street 1", "city": "Moscow", "comment": "<p>Pays late</p>", "ref": "A-1"}
        )
        cls.twin = cls._create_client(
            "Alpha again",
            cls.manager,
            street="Second Street 2",
            city="Moscow",
            comment="<p>Likes tea</p>",
            ref="B-2",
            website="http://again.example.com",
        )

    def _contact(self, client, name, **values):
        return self.env["res.partner"].create({"name": name, "parent_id": client.id, **values})

    def _merge(self, user=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.head)
        wizard = wizard.create(
            {
                "partner_ids": [Command.set((self.client | self.twin).ids)],
                "dst_partner_id": self.client.id,
            }
        )
        wizard.action_merge()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.twin.exists())

    def _said(self):
        return " ".join(self.client.message_ids.mapped("body"))

    def test_notes_addresses_and_the_rest(self):
        for user in (self.head, self.manager):
            with self.subTest(user=user.login):
                self._merge(user)
                self.assertIn("Pays late", self.client.comment)
                self.assertIn("Likes tea", self.client.comment)
                self.assertEqual(self.client.street, "First Street 1")
                [address] = self.client.child_ids
                self.assertEqual(
                    (address.type, address.street, address.city), ("other", "Second Street 2", "Moscow")
                )
                self.assertEqual(self.client.website, "http://again.example.com")
                self.assertIn("B-2", self._said())
                self.assertIn("Alpha again", self._said())
                self.assertIn("can't be undone", self._said())
            self.twin = self._create_client("Alpha again", self.manager, ref="B-2", website="http://x.y.z")
            self.twin.write({"street": "Second Street 2", "city": "Moscow", "comment": "<p>Likes tea</p>"})
            address.unlink()
            self.client.comment = "<p>Pays late</p>"

    def test_same_is_said_once(self):
        self.twin.write(
            {"street": "First Street 1 ", "comment": "<p>Pays late</p>", "ref": False, "website": False}
        )
        self._merge()
        self.assertEqual(self.client.comment, "<p>Pays late</p>")
        self.assertFalse(self.client.child_ids)

    def test_class_is_told(self):
        self.client.write({"client_class": "A", "client_class_reason": "Buys much"})
        self.twin.write({"client_class": "C", "client_class_reason": "Closes down"})
        self._merge()
        self.assertEqual(self.client.client_class, "A")
        self.assertIn("Closes down", self._said())

    def test_namesakes(self):
        first = self._contact(self.client, "Ivanov Ivan", phone="+7 495 111-22-33")
        role = self.env["sales.purchase.role"].search([], limit=1)
        again = self._contact(
            self.twin,
            "Ivan  IVANOV",
            phone="+7 495 111-22-44",
            email="ivanov@again.example.com",
            purchase_role_ids=[Command.set(role.ids)],
        )
        activity = self._plan(again, "2026-11-27")
        other = self._contact(self.twin, "Petrov Petr")
        self._merge(self.manager)
        self.assertFalse(again.exists())
        self.assertEqual((first | other).parent_id, self.client)
        self.assertEqual(self.client.child_ids.filtered(lambda c: c.type == "contact"), first | other)
        self.assertEqual((first.phone, first.email), ("+7 495 111-22-33", "ivanov@again.example.com"))
        self.assertEqual(first.contact_channel_ids.mapped("value"), ["+7 495 111-22-44"])
        self.assertEqual(first.purchase_role_ids, role)
        self.assertEqual((activity.res_id, activity.client_id), (first.id, self.client))

    def test_who_is_kept_apart(self):
        """Father and son on one card; one name, but two birthdays."""
        father, son = (self._contact(self.client, "Ivanov Ivan") for _time in range(2))
        self._contact(self.client, "Petrov Petr", birthdate_date=date(1904, 4, 25))
        ivan = self._contact(self.twin, "Ivanov Ivan")
        petr = self._contact(self.twin, "Petrov Petr", birthdate_date=date(1980, 5, 1))
        self._merge()
        self.assertEqual((father | son | ivan | petr).exists().parent_id, self.client)
        self.assertEqual(len(self.client.child_ids.filtered(lambda c: c.type == "contact")), 5)

    def test_wizard_says_that_it_is_for_ever(self):
        form = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager).get_view()["arch"]
        self.assertIn("can't be undone", form)
        wizard = Form(
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(self.head)
            .with_context(active_model="res.partner", active_ids=(self.client | self.twin).ids)
        )
        self.assertEqual(len(wizard.partner_ids), 2)
