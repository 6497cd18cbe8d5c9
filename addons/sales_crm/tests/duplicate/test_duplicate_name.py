from unittest.mock import patch

from odoo.tests import Form, tagged
from odoo.tools import SQL

from ...tools.partner_keys import firm_key
from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestDuplicateName(SalesCrmCommon):
    """Clients with the same name, however it is written, and with almost the same one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.twin = cls._create_client("ООО «Северная Ёлка»", cls.manager)

    def _told(self, name, user=None):
        card = Form(
            self.env["res.partner"]
            .with_user(user or self.manager)
            .with_context(default_is_client=True, default_is_company=True),
            view="sales_crm.res_partner_view_form_client",
        )
        card.name = name
        return str(card.duplicate_warning or "")

    def test_key(self):
        for name in (
            "ООО «Северная Ёлка»",
            "OOO Северная Елка",  # Latin letters
            'О.О.О. "СЕВЕРНАЯ-ЁЛКА"',
            "Северная  елка, ООО",
            "Общество с ограниченной ответственностью «Северная ёлка»",
            "Cевepнaя Eлкa",  # some are Latin
        ):
            self.assertEqual(firm_key(name), "севернаяелка", name)
        self.assertEqual(firm_key("ИП Иванов И.И."), firm_key("Иванов И. И., ИП"))
        for name in ("ООО", "", "«»", "Ян", "OOO"):
            self.assertEqual(firm_key(name), "", name)
        self.assertNotEqual(firm_key("Вектор"), firm_key("Вектор Плюс"))

    def test_same_name_is_told_at_once(self):
        for name in ("OOO Северная-елка", "северная ёлка"):
            told = self._told(name)
            self.assertIn(f'href="/odoo/clients/{self.twin.id}"', told)
            self.assertIn("has the same name", told)
        self.assertFalse(self._told("Южная сосна"))

    def test_similar_name(self):
        told = self._told("ООО Северная Елкаа")
        known = bool(self.registry.has_trigram)
        self.assertEqual(f'href="/odoo/clients/{self.twin.id}"' in told, known)
        self.assertEqual("has a similar name" in told, known)
        self.assertFalse(self._told("ООО Северная Сосна и Кедр"))

    def test_similar_name_is_told_while_it_is_typed(self):
        client = self._create_client("Северная Елкаа", self.manager)
        self.assertFalse(client.with_user(self.manager).duplicate_warning)

    def test_without_trigrams(self):
        """Where the database may have no extension, the same name is found all the same."""
        with patch.object(self.registry, "has_trigram", False):
            self.env["sales.partner.key"].init()
            self.assertIn("has the same name", self._told("Северная елка"))
            self.assertFalse(self._told("Северная Елкаа"))

    def test_of_others_only_the_same_name(self):
        """A similar name would tell what a colleague's client is called."""
        told = self._told("Северная Елка", self.colleague)
        self.assertIn(f"already served by {self.manager.name}", told)
        self.assertNotIn(str(self.twin.id), told)
        self.assertNotIn("Ёлка", told)
        self.assertFalse(self._told("Северная Елкаа", self.colleague))

    def test_a_contact_is_no_twin_by_name(self):
        self.env["res.partner"].create({"name": "Северная Ёлка", "parent_id": self.client.id})
        self.assertEqual(self._told("Северная елка").count("href"), 1)

    def test_list_of_the_head(self):
        other = self._create_client("Северная Елка, ЗАО", self.colleague)
        self.env.flush_all()
        pair = self.env["sales.client.duplicate"].with_user(self.head).search([("twin_id", "=", other.id)])
        self.assertEqual((pair.client_id, pair.same_name, pair.same_vat), (self.twin, True, False))

    def test_by_the_index(self):
        if not self.registry.has_trigram:
            return
        self.cr.execute(
            """
            INSERT INTO sales_partner_key (partner_id, kind, value)
            SELECT %s, 'name', md5(number::text) FROM generate_series(1, 20000) number
            """,
            [self.client.id],
        )
        self.cr.execute("ANALYZE sales_partner_key")
        self.cr.execute("SET LOCAL enable_seqscan = off")  # whatever these few rows cost
        rows = self.env.execute_query(
            SQL("EXPLAIN SELECT id FROM sales_partner_key WHERE kind = 'name' AND value %% 'севернаяелка'")
        )
        self.assertIn("sales_partner_key_name_trgm", "\n".join(row for [row] in rows))
