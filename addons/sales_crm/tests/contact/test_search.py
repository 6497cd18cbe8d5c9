from odoo.tests import tagged
from odoo.tools import SQL

from ...tools.search_key import LETTERS, fold
from ..chance import dice_of
from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestSearch(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ru")
        values = {"street": "ул. Ленина, д. 5", "city": "Тверь"}
        values |= {"vat": "7707083893", "email": "Info@stroy-servis.example", "phone": "8 (495) 022-31-99"}
        cls.client = cls._create_client("ООО «Строй-Сервис Семён»", cls.manager, **values)
        cls.anna = cls.env["res.partner"].create(
            {
                "name": "Анна Сёмина",
                "parent_id": cls.client.id,
                "phone": "8-916-111-22-33",
                "email": "anna@a.example",
            }
        )
        Channel = cls.env["sales.contact.channel"]
        Channel.create({"partner_id": cls.anna.id, "kind": "phone", "value": "8 903 444-55-66 доб. 7"})
        Channel.create({"partner_id": cls.anna.id, "kind": "telegram", "value": "@anna_stroy"})
        Channel.create({"partner_id": cls.anna.id, "kind": "phone", "value": "8 903 444-55-7"})

    def _box(self, text, user=None):
        """What the clients' box finds."""
        arch = self.env.ref("sales_crm.res_partner_view_search_client").arch
        self.assertIn("[('display_name', 'ilike', self)]", arch)
        clients = self.env["res.partner"].with_user(user or self.manager)
        domain = [("is_client", "=", True), ("parent_id", "=", False), ("display_name", "ilike", text)]
        found = clients.search(domain)
        self.assertEqual(clients.search_count(domain), len(found))
        return found

    TYPED = (
        "84950223199", "8 (495) 022-31-99", "+7 (495) 022-31-99", "+74950223199", "022-31-99", "0223199",
        "495 022 31", "8 (495) 022", "8495022319", "8 495 022-31-99 доб. 3",
        "89161112233", "8-916-111-22-33", "1112233", "111-22-33",
        "9034445566", "8 (903) 444-55-66", "8 903 444-55-7",
        "Ленина", "ленина 5", "ул.Ленина д.5", "Тверь Ленина",
        "Строй-Сервис", "стройсервис", "строй сервис", "«Строй-Сервис", '"Строй-Сервис"', "СТРОЙ—СЕРВИС",
        "семен", "Семён", "ООО Строй-Сервис", "строй-сервис ооо", "Сервис Строй",
        "CTPOЙ-CEPBИC", "cтpoй", "Стрoй",
        "info@stroy-servis.example", "INFO@STROY", "anna@a.example", "@anna_stroy", "anna_stroy",
        "7707083893", "7707 083893", "770708",
        "Анна Семина", "семина анна",
    )  # fmt: skip

    def test_in_any_way(self):
        for text in self.TYPED:
            with self.subTest(text=text):
                self.assertEqual(self._box(text), self.client)
                names = (
                    self.env["res.partner"]
                    .with_user(self.manager)
                    .name_search(text, [("is_client", "=", True)])
                )
                self.assertEqual([id_ for id_, _name in names], self.client.ids)
                self.assertFalse(self._box(text, self.colleague), "another manager's")
                self.assertFalse(self.env["res.partner"].with_user(self.colleague).name_search(text))

    def test_nothing_of_the_kind(self):
        for text in ("022-31-98", "8 495 022-31-90", "Ромашка", "строй ромашка", "7707083894", "Лениная"):
            self.assertFalse(self._box(text), text)
        self.assertTrue(self._box(""))
        for text in ("' OR 1=1 --", "9_%9_%9"):
            self.assertFalse(self._box(text), text)

    def test_documents_by_their_client(self):
        lead = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        for text in ("84950223199", "стройсервис", "ленина 5"):
            domain = [("partner_id", "ilike", text), ("id", "=", lead.id)]
            self.assertEqual(self.env["crm.lead"].with_user(self.manager).search(domain), lead, text)

    def test_true_whatever_writes(self):
        self.env.cr.execute("UPDATE res_partner SET street = 'Садовая, 1' WHERE id = %s", [self.client.id])
        self.assertEqual(self._box("садовая1"), self.client)
        self.anna.phone = False
        self.assertFalse(self._box("89161112233"))
        self.anna.contact_channel_ids.unlink()
        self.assertFalse(self._box("9034445566"))

    def test_database_folds_as_python_does(self):
        letters = "".join(LETTERS) + " -–—«»\"'.,;:%_\\|№#+@()/0123456789\xa0\u0301"
        dices = dice_of(30, 300)
        for seed, dice in dices:
            text = "".join(dice.choice(letters) for _letter in range(20))
            self.client.street = text
            self.client.flush_recordset()
            sql = SQL("SELECT search_key FROM res_partner WHERE id = %s", self.client.id)
            [[key]] = self.env.execute_query(sql)
            self.assertIn(f"|{fold(text.strip())}|", key, seed)

    def test_by_the_index(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        for text in ("84950223199", "стройсервис", "ленина 5", "7707083893"):
            sql = self.env["res.partner"]._search_key_sql(text)
            plan = "\n".join(line for (line,) in self.env.execute_query(SQL("EXPLAIN %s", sql)))
            self.assertIn("res_partner__search_key", plan)

    def test_what_everybody_has(self):
        """A legal form or a letter: the clients are asked in turn, each for himself first, and the same are
        found as by the index."""
        others = self._create_client("ИП Петров", self.manager)
        self.env["res.partner"].create({"name": "АО", "parent_id": others.id})
        partners = self.env["res.partner"]
        for text in ("ооо", "ип", "АО", "ООО ИП", "ё", "91", "55", "ъъ"):
            with self.subTest(text=text):
                domain = partners._search_display_name("ilike", text)
                listed = partners._search(domain).select().code
                self.assertNotIn("ARRAY", listed)
                found = partners.search([("display_name", "ilike", text)])
                self.assertEqual(
                    found, partners.search(partners._found_domain(partners._search_key_sql(text)))
                )
        self.assertIn(others, self._box("ао"))
        self.assertIn(self.client, self._box("55"))
        for text in ("1 2 3 4 5 6 7", "строй", "ооо строй"):
            self.assertIn("ARRAY", partners._search([("display_name", "ilike", text)]).select().code)
