from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ...tools.partner_keys import email_keys, phone_keys, vat_keys
from ..common import SalesCrmCommon
from ..counting import Counted

PHONE, VAT = "+7 495 111-22-33", "7707083893"


@tagged("post_install", "-at_install")
class TestPartnerKeys(SalesCrmCommon):
    def test_forms(self):
        for text in ("+7 495 111-22-33", "8 (495) 111 22 33", "84951112233", "+7 (495) 111-22-33 доб. 5"):
            self.assertEqual(phone_keys(text, "RU"), {"74951112233"}, text)
        self.assertEqual(phone_keys("8 495 1112233; 8 916 1112233", "RU"), {"74951112233", "79161112233"})
        self.assertEqual(phone_keys("123-456", None), {"123456"})
        self.assertEqual(phone_keys("доб. 12", "RU"), set())
        self.assertEqual(phone_keys(False, "RU"), set())
        self.assertEqual(
            email_keys("A@X.example.com, <b@x.example.com>; nothing"), {"a@x.example.com", "b@x.example.com"}
        )
        self.assertEqual((vat_keys("RU 7707083893"), vat_keys("77 07-083893")), ({VAT}, {VAT}))
        self.assertEqual((vat_keys("/"), vat_keys(False)), (set(), set()))

    def _stored(self, partner):
        self.env.flush_all()
        keys = self.env["sales.partner.key"].search([("partner_id", "=", partner.id)])
        return {(key.kind, key.value) for key in keys if key.kind != "name"}

    def test_kept_true(self):
        """Through creation, every change of what they are made of, and deletion."""
        russia = self.env.ref("base.ru")
        client = self._create_client("Beta", self.manager, phone="8 495 1112233", country_id=russia.id)
        self.assertEqual(self._stored(client), {("phone", "74951112233")})
        client.write({"email": "Boss@Beta.example.com", "vat": VAT})
        self.assertEqual(
            self._stored(client),
            {("phone", "74951112233"), ("email", "boss@beta.example.com"), ("vat", VAT)},
        )
        client.write({"phone": "8 495 9998877", "email": False})
        self.assertEqual(self._stored(client), {("phone", "74959998877"), ("vat", VAT)})
        client.write({"phone": "030 1234567", "vat": False, "country_id": self.env.ref("base.de").id})
        self.assertEqual(self._stored(client), {("phone", "49301234567")})
        contact = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": client.id, "phone": "030 7654321"}
        )
        self.assertEqual(self._stored(contact), {("phone", "49307654321")}, "the country of the company")
        contact.unlink()
        self.assertFalse(self._stored(contact))

    def test_further_phones_and_mails(self):
        client = self._create_client("Beta", self.manager, country_id=self.env.ref("base.ru").id)
        Channel = self.env["sales.contact.channel"]
        mobile = Channel.create({"partner_id": client.id, "kind": "whatsapp", "value": "8 916 555-44-33"})
        mail = Channel.create({"partner_id": client.id, "kind": "mail", "value": "B@beta.example.com"})
        Channel.create({"partner_id": client.id, "kind": "telegram", "value": "@beta"})
        self.assertEqual(self._stored(client), {("phone", "79165554433"), ("email", "b@beta.example.com")})
        mobile.value = "8 916 555-44-34"
        mail.unlink()
        self.assertEqual(self._stored(client), {("phone", "79165554434")})
        self.client.phone = "+7 916 555 44 34"
        self.assertIn(
            f"/odoo/clients/{client.id}", str(self.client.with_user(self.manager).duplicate_warning)
        )

    def test_filled_at_once(self):
        """Equal to what every single card has, and twice makes no difference."""
        client = self._create_client("Beta", self.manager, phone=PHONE, vat=VAT, email="b@beta.example.com")
        expected = self._stored(client)
        self.cr.execute("DELETE FROM sales_partner_key")
        self.env.invalidate_all()
        for _time in range(2):
            self.env["res.partner"]._fill_duplicate_keys()
            self.assertEqual(self._stored(client), expected)

    def test_no_table_is_scanned(self):
        """Whatever the planner is told by statistics, on many rows it uses the indexes."""
        self.cr.execute(
            """
            INSERT INTO sales_partner_key (partner_id, kind, value)
            SELECT %s, 'phone', (79000000000 + number)::varchar FROM generate_series(1, 20000) number
            """,
            [self.client.id],
        )
        self.cr.execute("ANALYZE sales_partner_key")
        plan = self.env.execute_query(
            SQL(
                "EXPLAIN SELECT partner_id FROM unnest(%s::varchar[], %s::varchar[]) AS wanted(kind, value)"
                " JOIN sales_partner_key key ON key.kind = wanted.kind AND key.value = wanted.value",
                ["phone", "email"],
                ["79000000001", "a@b.example.com"],
            )
        )
        text = "\n".join(row for [row] in plan)
        self.assertIn("sales_partner_key_value_unique", text)
        self.assertNotIn("Seq Scan", text)


@tagged("post_install", "-at_install")
class TestDuplicateWarning(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.russia = cls.env.ref("base.ru")
        cls.company.country_id = cls.russia
        cls.twin = cls._create_client(
            "Qxqsecret Ltd", cls.colleague, phone=PHONE, vat=VAT, email="boss@qxqsecret.example.com"
        )
        cls.twin_contact = cls.env["res.partner"].create(
            {"name": "Qxqsecret Anna", "parent_id": cls.twin.id, "phone": "8 916 5554433"}
        )

    def _card(self, user=None, client=None):
        Partner = self.env["res.partner"].with_user(user or self.manager)
        record = Partner.browse(client.id) if client else Partner
        return Form(
            record.with_context(default_is_client=True, default_is_company=True),
            view="sales_crm.res_partner_view_form_client",
        )

    def _warning(self, user=None, **typed):
        card = self._card(user)
        card.name = "New"
        for name, value in typed.items():
            card[name] = value
        return str(card.duplicate_warning or "")

    def test_typed_into_a_new_card(self):
        for typed, words in (
            ({"phone": "8 (495) 111-22-33"}, "phone"),
            ({"vat": VAT}, "tax number"),
            ({"email": "BOSS@qxqsecret.example.com"}, "mail"),
            ({"phone": "+7 916 555 44 33"}, "phone"),
            ({"phone": PHONE, "vat": VAT}, "tax number, phone"),
        ):
            with self.subTest(typed=typed):
                told = self._warning(self.colleague, **typed)
                self.assertIn(f'href="/odoo/clients/{self.twin.id}"', told)
                self.assertIn(f"has the same {words}.", told)
                self.assertIn(self.colleague.name, told)
        self.assertFalse(self._warning(self.colleague, phone="+7 495 111-22-34"))
        self.assertFalse(self._warning(self.colleague))

    def test_hidden_twin(self):
        """The manager's name and nothing more: no name, no id, nothing of the contact."""
        for typed in ({"phone": PHONE}, {"vat": VAT}, {"phone": "+7 916 555 44 33"}):
            with self.subTest(typed=typed):
                told = self._warning(**typed)
                self.assertIn(f"is already served by {self.colleague.name}", told)
                self.assertNotIn("qxqsecret", told.lower())
                self.assertNotIn(str(self.twin.id), told)
                self.assertNotIn("href", told)
        self.twin.user_id = False
        told = self._warning(phone=PHONE)
        self.assertIn("Ask the head of sales", told)
        self.assertNotIn("qxqsecret", told.lower())

    def test_hidden_twin_by_rpc(self):
        self.client.phone = PHONE
        client = self.client.with_user(self.manager)
        [row] = client.read(["duplicate_warning"])
        self.assertIn(self.colleague.name, row["duplicate_warning"])
        self.assertNotIn("qxqsecret", str(row).lower())
        with self.assertRaises(AccessError):
            self.env["sales.partner.key"].with_user(self.manager).search([])
        with self.assertRaises(AccessError):
            self.env["sales.client.duplicate"].with_user(self.manager).search([])

    def test_access_opens_the_link(self):
        self.assertNotIn("href", self._warning(phone=PHONE))
        self._let_see(self.manager, self.twin)
        self.assertIn(f"/odoo/clients/{self.twin.id}", self._warning(phone=PHONE))

    def test_existing_card_and_its_contacts(self):
        card = self._card(client=self.client)
        self.assertFalse(card.duplicate_warning)
        card.phone = PHONE
        self.assertIn("already served", str(card.duplicate_warning))
        card.duplicate_reason = "Shares the office"
        client = card.save()
        self.assertIn("already served", str(client.with_user(self.manager).duplicate_warning))
        client.phone = False
        self.env["res.partner"].create({"name": "Boris", "parent_id": client.id, "phone": "89165554433"})
        self.env.invalidate_all()
        self.assertIn("already served", str(client.with_user(self.manager).duplicate_warning))

    def test_new_contact(self):
        card = self._card(client=self.client)
        with card.child_ids.new() as contact:
            contact.name = "Boris"
            contact.phone = "8 916 555 44 33"
            self.assertIn("already served", str(contact.duplicate_warning))

    def test_own_family_is_no_twin(self):
        self.env["res.partner"].create(
            {"name": "Same phone", "parent_id": self.twin.id, "phone": PHONE, "email": self.twin.email}
        )
        self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.twin.id, "phone": PHONE, "is_company": True}
        )
        for partner in self.twin | self.twin.child_ids:
            self.assertFalse(partner.with_user(self.colleague).duplicate_warning, partner.name)

    def test_employees_and_other_companies_are_no_twins(self):
        self.colleague.partner_id.phone = "+7 495 222-22-22"
        self.assertFalse(self._warning(phone="+7 495 222-22-22"))
        foreign = self.env["res.company"].create({"name": "Foreign"})
        self._create_client("Foreign", self.manager, phone="+7 495 333-33-33", company_id=foreign.id)
        self.assertFalse(self._warning(phone="+7 495 333-33-33"))

    def test_archived_and_no_client(self):
        self.twin.active = False
        self.assertIn("archived", self._warning(self.head, phone=PHONE))
        vendor = self.env["res.partner"].create({"name": "Vendor", "phone": "+7 495 444-44-44"})
        self.assertIn(f"/odoo/res.partner/{vendor.id}", self._warning(phone="+7 495 444-44-44"))

    def test_names_are_no_html(self):
        self._create_client("<b>Bold</b>", self.manager, phone="+7 495 555-55-55")
        self.assertNotIn("<b>", self._warning(phone="+7 495 555-55-55"))

    def test_constant_queries(self):
        clients = self.env["res.partner"].concat(
            *(
                self._create_client(f"Client {n:02}", self.manager, phone=f"+7 495 100-00-{n:02}")
                for n in range(20)
            )
        )
        counts = []
        for batch in (clients[:1], clients[:2], clients):  # the first one fills the caches
            self.env.flush_all()
            self.env.invalidate_all()
            as_manager = batch.with_user(self.manager)
            with Counted(self.cr) as counted:
                as_manager.mapped("duplicate_warning")
            counts.append(counted.queries)
        self.assertGreaterEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestDuplicateList(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_client("Alpha again", cls.colleague, phone=PHONE, vat=VAT)
        cls.client.write({"phone": "8 495 1112233", "country_id": cls.env.ref("base.ru").id})

    def _pairs(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (
            self.env["sales.client.duplicate"]
            .with_user(user or self.head)
            .search([("client_id", "in", (self.client | self.twin).ids)])
        )

    def test_pair(self):
        pair = self._pairs()
        self.assertEqual((pair.client_id, pair.twin_id), (self.client, self.twin))
        self.assertEqual((pair.same_phone, pair.same_vat, pair.same_count), (True, False, 1))
        self.assertEqual((pair.client_manager_id, pair.twin_manager_id), (self.manager, self.colleague))
        self.assertEqual(pair.same_kinds, "phone")
        self.client.vat = VAT
        self.assertEqual((self._pairs().same_vat, self._pairs().same_count), (True, 2))
        self.assertEqual(self._pairs().same_kinds, "tax number, phone")

    def test_by_a_contact(self):
        self.client.phone = False
        self.assertFalse(self._pairs())
        self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id, "phone": PHONE})
        self.assertEqual(self._pairs().twin_id, self.twin)

    def test_switchboard_is_no_sign(self):
        for number in range(9):
            self._create_client(f"Neighbour {number}", self.manager, phone=PHONE)
        self.assertFalse(self._pairs())

    def test_two_clients(self):
        self.assertTrue(self.client.with_user(self.manager).duplicate_warning)
        self._pairs().action_distinct()
        self.assertFalse(self._pairs())
        for user in (self.manager, self.head):
            self.assertFalse(self.client.with_user(user).duplicate_warning, "it is decided")

    def test_not_of_other_companies(self):
        self.twin.company_id = self.env["res.company"].create({"name": "Foreign"})
        self.assertFalse(self._pairs())

    def test_merge_from_the_list(self):
        """A head who is no administrator merges cards with different mails."""
        self.twin.email = "other@alpha.example.com"
        self.client.email = "alpha@alpha.example.com"
        self.assertFalse(self.head.has_group("base.group_system"))
        action = self._pairs().action_merge()
        wizard = Form(self.env[action["res_model"]].with_user(self.head).with_context(**action["context"]))
        wizard.dst_partner_id = self.client
        back = wizard.save().action_merge()
        self.assertEqual(back["type"], "ir.actions.act_window_close")
        self.assertFalse(self.twin.exists())
        self.assertEqual(self.client.email, "alpha@alpha.example.com")
        keys = self.env["sales.partner.key"].search([("partner_id", "=", self.client.id)])
        self.assertEqual(
            {(key.kind, key.value) for key in keys},
            {
                ("name", "аlрна"),
                ("phone", "74951112233"),
                ("email", "alpha@alpha.example.com"),
                ("email", "other@alpha.example.com"),
                ("vat", VAT),
            },
            "the other mail stays, as a further one",
        )
        self.assertFalse(self._pairs())

    def test_who_can_log_in_stays_core_s_business(self):
        portal = new_test_user(self.env, "portal_x", "base.group_portal", email="x@alpha.example.com")
        portal.partner_id.write({"is_client": True, "parent_id": False})
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.head)
        with self.assertRaisesRegex(Exception, "same email"), self.cr.savepoint():
            wizard._merge((self.client | portal.partner_id).ids, self.client)
