from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon

PHONE, VAT, MAIL = "+7 495 111-22-33", "7707083893", "boss@qxqsecret.example.com"


@tagged("post_install", "-at_install")
class TestDuplicateServed(SalesCrmCommon):
    """Whoever enters a client whom a colleague serves already says why; no route tells more of him."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.ru")
        cls.twin = cls._create_client("Qxqsecret Ltd", cls.colleague, phone=PHONE, vat=VAT, email=MAIL)
        cls.env["sales.contact.channel"].create(
            {"partner_id": cls.twin.id, "kind": "whatsapp", "value": "8 916 555-44-33"}
        )

    def _assert_asked_for_reason(self, call):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            call()
        told = str(caught.exception)
        self.assertIn(f"already served by {self.colleague.name}", told)
        self.assertIn("Another Client, Because", told)
        self._assert_no_leak(told)
        self.env.invalidate_all()

    def _assert_no_leak(self, told):
        self.assertNotIn("qxqsecret", str(told).lower().replace(MAIL, ""))
        self.assertNotIn(f"/{self.twin.id}", str(told))

    def test_every_route_of_creating(self):
        Partner = self.env["res.partner"].with_user(self.manager)
        new = {"name": "Mine", "is_client": True, "is_company": True}
        as_client = Partner.with_context(default_is_client=True, default_user_id=self.manager.id)
        channel = {"kind": "phone", "value": "8 916 5554433"}
        contact = {"name": "Anna", "email": MAIL.upper()}
        routes = {
            "phone": lambda: Partner.create({**new, "phone": "8 (495) 1112233"}),
            "vat": lambda: Partner.create({**new, "vat": VAT}),
            "mail": lambda: Partner.create({**new, "email": MAIL}),
            "blank": lambda: Partner.create({**new, "email": MAIL, "duplicate_reason": "  "}),
            "channel": lambda: Partner.create({**new, "contact_channel_ids": [Command.create(channel)]}),
            "contact": lambda: Partner.create({**new, "child_ids": [Command.create(contact)]}),
            "default": lambda: as_client.with_context(default_phone=PHONE).create({"name": "Mine"}),
            "quick": lambda: as_client.name_create(f"Mine <{MAIL}>"),
            "web_save": lambda: Partner.web_save({**new, "vat": VAT}, {"display_name": {}}),
        }
        for name, route in routes.items():
            with self.subTest(route=name):
                self._assert_asked_for_reason(route)

    def test_a_phone_added_beside_the_card(self):
        """A further phone of the client that is entered past his card is asked about like one on it."""
        client = self._create_client("Mine", self.manager, phone="+7 495 777-66-55")
        Channel = self.env["sales.contact.channel"].with_user(self.manager)
        own = {"partner_id": client.id, "kind": "phone"}
        channel = Channel.create({**own, "value": "8 916 000-11-22"})
        self._assert_asked_for_reason(lambda: Channel.create({**own, "value": PHONE}))
        self._assert_asked_for_reason(lambda: channel.write({"value": PHONE}))
        defaults = Channel.with_context(default_partner_id=client.id)
        self._assert_asked_for_reason(lambda: defaults.create({"kind": "mail", "value": MAIL}))
        client.with_user(self.manager).duplicate_reason = "One office, two firms"
        channel.write({"value": PHONE})
        self.assertEqual(len(self._told(client)), 1)

    def test_loaded_from_a_file(self):
        Partner = self.env["res.partner"].with_user(self.manager)
        before = Partner.sudo().search_count([])
        result = Partner.load(["name", "is_client", "phone"], [["Mine", "1", PHONE]])
        self.assertFalse(result["ids"])
        self.assertIn("already served", str(result["messages"]))
        self._assert_no_leak(result)
        self.assertEqual(Partner.sudo().search_count([]), before)

    def test_becoming_a_twin(self):
        client = self.client.with_user(self.manager)
        channel = {"kind": "phone", "value": "8 916 5554433"}
        lone = self.env["res.partner"].with_user(self.manager).create({"name": "Lone", "phone": PHONE})
        lead = self.env["crm.lead"].with_user(self.manager)
        for name, route in {
            "phone": lambda: client.write({"phone": PHONE}),
            "web_save": lambda: client.web_save({"vat": VAT}, {"duplicate_warning": {}}),
            "channel": lambda: client.write({"contact_channel_ids": [Command.create(channel)]}),
            "is_client": lambda: lone.write({"is_client": True}),
            "deal": lambda: lead.create({"name": "Deal", "partner_id": lone.id}),
        }.items():
            with self.subTest(route=name):
                self._assert_asked_for_reason(route)
        lone.duplicate_reason = "Another firm of the owner"
        lead.create({"name": "Deal", "partner_id": lone.id})
        self.assertEqual(lone.client_id, lone)

    def test_with_a_reason(self):
        card = Form(
            self.env["res.partner"]
            .with_user(self.manager)
            .with_context(default_is_client=True, default_is_company=True),
            view="sales_crm.res_partner_view_form_client",
        )
        card.name = "Mine"
        self.assertFalse(card.duplicate_hidden)
        card.phone = PHONE
        self.assertTrue(card.duplicate_hidden)
        card.duplicate_reason = "Shares the office"
        client = card.save()
        self.assertEqual(client.user_id, self.manager)
        [told] = self.env["mail.message"].search(
            [("partner_ids", "in", self.head.partner_id.ids), ("res_id", "=", client.id)]
        )
        self.assertIn("Mine", told.subject)
        self.assertIn("Shares the office", told.body)
        messages = client.with_user(self.manager).message_ids
        self.assertIn("Shares the office", str(messages.mapped("body")))
        self._assert_no_leak([*messages.mapped("body"), told.body])
        client.write({"phone": "8 495 1112233", "name": "Mine again", "vat": False})
        self.assertEqual(len(self._told(client)), 1, "nothing new, nothing to tell")

    def _told(self, client):
        return self.env["mail.message"].search(
            [("partner_ids", "in", self.head.partner_id.ids), ("res_id", "=", client.id)]
        )

    def test_who_sees_the_twin_needs_none(self):
        new = {"name": "Again", "is_client": True, "is_company": True, "phone": PHONE}
        self._let_see(self.manager, self.twin)
        for user in (self.colleague, self.head, self.manager):
            client = self.env["res.partner"].with_user(user).create(dict(new))
            self.assertFalse(self._told(client))
            client.sudo().unlink()

    def test_own_day_goes_on(self):
        """The same name is only told; a contact may work for two firms; what was there asks for nothing."""
        self.env["res.partner"].with_user(self.manager).create(
            {"name": "Qxqsecret", "is_client": True, "is_company": True}
        )
        self.env["res.partner"].with_user(self.manager).create(
            {"name": "Anna", "parent_id": self.client.id, "phone": PHONE}
        )
        self.client.phone = PHONE
        client = self.client.with_user(self.manager)
        client.write({"phone": "8 495 111 22 33", "city": "Moscow", "email": "new@alpha.example.com"})
        self.env["res.partner"].with_user(self.manager).name_create(f"Guest <{MAIL}>")

    def test_searches_tell_nothing(self):
        Partner = self.env["res.partner"].with_user(self.manager)
        for text in ("Qxqsecret", PHONE, VAT, MAIL, "9165554433"):
            self.assertFalse(Partner.name_search(text), text)
            self.assertFalse(Partner.search([("contact_search", "ilike", text)]), text)
            self.assertFalse(Partner.web_search_read([("display_name", "ilike", text)], {})["records"], text)
        spec = {"duplicate_warning": {}, "duplicate_hidden": {}, "display_name": {}}
        typed = {"name": "Qxqsecret", "phone": PHONE, "vat": VAT, "is_client": True}
        result = Partner.onchange(typed, ["phone"], {**spec, "phone": {}, "vat": {}, "name": {}})
        self.assertIn(self.colleague.name, result["value"]["duplicate_warning"])
        for name in ("name", "display_name"):
            result["value"].pop(name, None)
        self._assert_no_leak(result)
