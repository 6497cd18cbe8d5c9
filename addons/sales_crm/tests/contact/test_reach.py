from datetime import date

from odoo.tests import tagged
from odoo.tools.safe_eval import datetime, dateutil, safe_eval

from ..common import SalesCrmCommon


@tagged("post_install", "-at_install")
class TestNotedPhones(SalesCrmCommon):
    """What an earlier import left in the note is lifted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.ru")

    def _lift(self, comment, **values):
        client = self._create_client("Beta", self.manager, comment=comment, **values)
        for _twice in range(2):
            self.env["res.partner"]._lift_noted_phones()
        return client, client.contact_channel_ids.mapped("value")

    def test_lifted(self):
        client, phones = self._lift(
            "<p>Likes tea<br>Other phones: 8 916 1112233, +7 495 111-22-33<br>Pays late</p>",
            phone="8 (495) 1112233",
        )
        self.assertEqual(phones, ["+7 916 111-22-33"], "the first one is on the card already")
        self.assertEqual(client.comment, "<p>Likes tea<br>Pays late</p>")

    def test_nothing_else_in_the_note(self):
        client, phones = self._lift("<p>Другие телефоны: 8 916 1112233</p>")
        self.assertEqual((phones, client.comment), (["+7 916 111-22-33"], False))

    def test_what_is_no_phone_stays(self):
        client, phones = self._lift("<p>Other phones: 8 916 1112233, ask Anna<br/>Tea</p>")
        self.assertEqual(phones, ["+7 916 111-22-33"])
        self.assertEqual(client.comment, "<p>Other phones: ask Anna<br>Tea</p>")
        client, phones = self._lift("<p>He has other phones: two</p>")
        self.assertEqual((phones, client.comment), ([], "<p>He has other phones: two</p>"))

    def test_archived_too(self):
        _client, phones = self._lift("<p>Other phones: 8 916 1112233</p>", active=False)
        self.assertEqual(len(phones), 1)


@tagged("post_install", "-at_install")
class TestBirthdayList(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_client("Foreign", cls.colleague)

    def _born(self, name, day, client=None, **values):
        return self.env["res.partner"].create(
            {"name": name, "parent_id": (client or self.client).id, "birthdate_date": day, **values}
        )

    def _shown(self, today, user=None, name="this_month"):
        action = self.env.ref("sales_crm.res_partner_action_birthdays")
        view = self.env.ref("sales_crm.res_partner_view_search_birthday")
        Partner = self.env["res.partner"].with_user(user or self.manager)
        domain = view._get_combined_arch().xpath(f"//filter[@name='{name}']")[0].get("domain")
        values = {
            "context_today": lambda: datetime.date(*today),
            "relativedelta": dateutil.relativedelta.relativedelta,
        }
        domain = safe_eval(action.domain) + safe_eval(domain, values)
        order = self.env.ref("sales_crm.res_partner_view_list_birthday")._get_combined_arch()
        found = Partner.search(domain, order=order.get("default_order"))
        ours = self.client | self.client.child_ids | self.foreign | self.foreign.child_ids
        return (found & ours).mapped("name")

    def test_this_and_next_month(self):
        self._born("Leap", date(1904, 2, 29))
        self._born("First", date(1980, 2, 1))
        self._born("Last of January", date(1990, 1, 31))
        self._born("March", date(1904, 3, 1))
        self._born("Gone", date(1980, 2, 2), active=False)
        self._born("Of others", date(1980, 2, 3), self.foreign)
        self.assertEqual(self._shown((2027, 2, 10)), ["First", "Leap"])
        self.assertEqual(self._shown((2027, 1, 31), name="next_month"), ["First", "Leap"])
        self.assertEqual(self._shown((2026, 12, 31), name="next_month"), ["Last of January"])
        self.assertEqual(self._shown((2027, 2, 10), self.head), ["First", "Of others", "Leap"])

    def test_key_follows_the_birthday(self):
        contact = self._born("Anna", date(1980, 12, 31))
        self.assertEqual(contact.birthday_day, 1231)
        contact.birthday = False
        self.assertFalse(contact.birthday_day)


@tagged("post_install", "-at_install")
class TestCaller(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.ru")
        cls.anna = cls.env["res.partner"].create({"name": "Anna", "parent_id": cls.client.id})
        cls.env["sales.contact.channel"].create(
            {"partner_id": cls.anna.id, "kind": "whatsapp", "value": "8 916 555-44-33"}
        )

    def _found(self, phone, user=None):
        return self.env["res.partner"].with_user(user or self.manager).sales_find_caller(phone)

    def test_by_any_of_them_in_any_form(self):
        for phone in ("+79165554433", "89165554433", "8 (916) 555-44-33", "79165554433"):
            with self.subTest(phone=phone):
                [found] = self._found(phone)
                self.assertEqual(found["name"], "Anna")
                self.assertEqual(found["client"], (self.client.id, "Alpha"))
                self.assertEqual(found["manager"][0], self.manager.id)
        for phone in ("", "12", "+7 916 555 44 34", "anonymous"):
            self.assertEqual(self._found(phone), [], phone)

    def test_of_others_nothing(self):
        self.assertEqual(self._found("+79165554433", self.colleague), [])
        self.assertEqual(len(self._found("+79165554433", self.head)), 1)
