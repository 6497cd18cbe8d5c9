from odoo.tests import Form, tagged

from ...tools.phone import phone_format, phone_key, split_phones
from ..common import SalesCrmCommon

# Typed, country of the client, country of the company, how it is shown (None: kept as typed)
PHONES = (
    ("8 (495) 022-31-99", None, "RU", "+7 495 022-31-99"),
    ("8-916-111-22-33", None, "RU", "+7 916 111-22-33"),
    ("84950223199", "RU", "US", "+7 495 022-31-99"),
    ("4950223199", "RU", "US", "+7 495 022-31-99"),
    ("7 495 022 31 99", None, "RU", "+7 495 022-31-99"),
    ("+7(495)022-31-99", None, "US", "+7 495 022-31-99"),
    ("+7 495 022-31-99", "DE", "KZ", "+7 495 022-31-99"),
    ("8 (495) 022-31-99 доб. 12", None, "RU", "+7 495 022-31-99 ext. 12"),
    ("8 (495) 022-31-99, доб.12", "RU", "KZ", "+7 495 022-31-99 ext. 12"),
    ("8 (495) 022-31-99 (вн. 12)", None, "RU", "+7 495 022-31-99 ext. 12"),
    ("+7 495 022-31-99 ext. 12", "US", "US", "+7 495 022-31-99 ext. 12"),
    ("8 800 555-35-35", None, "RU", "+7 800 555-35-35"),
    ("8 (701) 123-45-67", "KZ", "RU", "+7 701 123 4567"),
    ("8 (701) 123-45-67", None, "KZ", "+7 701 123 4567"),
    ("+7 701 123-45-67", None, "RU", "+7 701 123 4567"),
    ("87011234567", None, "RU", "+7 701 123 4567"),
    ("8 029 123-45-67", "BY", "RU", "+375 29 123-45-67"),
    ("+375 29 123-45-67", None, "RU", "+375 29 123-45-67"),
    ("8-10-375-29-123-45-67", None, "RU", "+375 29 123-45-67"),
    ("030 901820", "DE", "RU", "+49 30 901820"),
    ("(212) 555-0123", "US", "RU", "+1 212-555-0123"),
    # A digit is lost, or one too many
    ("8 (495) 022-31-9", None, "RU", None),
    ("8 495 123-45-6", None, "RU", None),
    ("8916111223", "RU", "KZ", None),
    ("+7 495 022-31-9", None, "RU", None),
    ("+7 495 022-31-999", None, "RU", None),
    ("7 701 123 45 6", None, "KZ", None),
    ("495022319999", None, "RU", None),
    # None of this country
    ("8 (495) 022-31-99", None, "US", None),
    ("8 (495) 022-31-99", "US", "RU", None),
    ("8 029 123-45-67", None, "RU", None),
    ("022-31-99", None, "RU", None),
    # More than a phone: nothing of it is lost
    ("Анна 8 (495) 022-31-99", None, "RU", None),
)


@tagged("post_install", "-at_install")
class TestPhone(SalesCrmCommon):
    def _country(self, code):
        return self.env["res.country"].search([("code", "=", code)]) if code else self.env["res.country"]

    def test_tools(self):
        for typed, client, company, shown in PHONES:
            self.assertEqual(phone_format(typed, client or company)[1], shown or typed, typed)
        self.assertEqual(
            split_phones("8 495 1112233, доб. 12; 8 916 1112233"), ["8 495 1112233, доб. 12", "8 916 1112233"]
        )
        self.assertEqual(phone_key("8 (495) 022-31-9 доб. 5", "RU"), "849502231" + "9")
        self.assertEqual(phone_key("Анна 8 (495) 022-31-99", "RU"), "74950223199")

    def test_one_rule(self):
        """Card on the server and on the screen, channel, keys, and what core sends messages to."""
        company = self.env.company
        for typed, client, ours, shown in PHONES:
            company.country_id = self._country(ours)
            values = {"country_id": self._country(client).id}
            with self.subTest(typed=typed, client=client, company=ours):
                partner = self._create_client("Alpha", self.manager, phone=typed, **values)
                self.assertEqual(partner.phone, shown or typed)
                partner.with_user(self.manager).write({"phone": "1"})
                partner.with_user(self.manager).write({"phone": typed})
                self.assertEqual(partner.phone, shown or typed)
                contact = self.env["res.partner"].create(
                    {"name": "Anna", "parent_id": partner.id, "phone": typed, "type": "other"}
                )
                self.assertFalse(contact.country_id)
                self.assertEqual(contact.phone, shown or typed)
                channel = self.env["sales.contact.channel"].create(
                    {"partner_id": contact.id, "kind": "phone", "value": typed}
                )
                self.assertEqual(channel.value, shown or typed)
                key = phone_key(typed, client or ours)
                self.assertEqual(channel.value_key, key)
                found = self.env["sales.partner.key"].search(
                    [("partner_id", "in", (partner | contact).ids), ("kind", "=", "phone")]
                )
                self.assertEqual(set(found.mapped("value")), {key})
                sanitized = phone_format(typed, client or ours)[0] or False
                self.assertEqual((partner | contact).mapped("phone_sanitized"), [sanitized] * 2)

    def test_company_of_the_client(self):
        other = self.env["res.company"].create({"name": "Almaty", "country_id": self._country("BY").id})
        self.env.company.country_id = self._country("RU")
        partner = self.env["res.partner"].create(
            {"name": "Beta", "company_id": other.id, "phone": "8 029 123-45-67"}
        )
        self.assertEqual(partner.phone, "+375 29 123-45-67")

    def test_warning(self):
        self.env.company.country_id = self._country("RU")
        client = self._create_client("Alpha", self.manager, phone="8 (495) 022-31-99").with_user(self.manager)
        client.phone = "8 (495) 022-31-9"
        fields = {"phone": {}, "country_id": {}, "parent_id": {}, "company_id": {}}
        answer = client.onchange({"phone": "8 (495) 022-31-9"}, ["phone"], fields)
        self.assertIn("8 (495) 022-31-9", answer["warning"]["message"])
        self.assertNotIn("warning", client.onchange({"phone": "8 (495) 022-31-99"}, ["phone"], fields))
        Channel = self.env["sales.contact.channel"].with_user(self.manager)
        fields = {"kind": {}, "value": {}, "partner_id": {}}
        values = {"kind": "phone", "value": "8 916 111-22-3", "partner_id": client.id}
        self.assertIn("warning", Channel.onchange(values, ["value"], fields))
        values["value"] = "8 916 111-22-33"
        self.assertNotIn("warning", Channel.onchange(values, ["value"], fields))

    def test_typed_in_the_card(self):
        self.env.company.country_id = self._country("US")
        client = self._create_client("Alpha", self.manager).with_user(self.manager)
        with Form(client, view="sales_crm.res_partner_view_form_client") as card:
            card.country_id = self._country("RU")
            card.phone = "8 (495) 022-31-99"
            self.assertEqual(card.phone, "+7 495 022-31-99")
            with card.child_ids.new() as contact:
                contact.name = "Vera"
                contact.phone = "8-916-111-22-33"
        self.assertEqual(client.child_ids.phone, "+7 916 111-22-33")
