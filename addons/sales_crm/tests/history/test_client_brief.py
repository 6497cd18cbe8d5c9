from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common_handover import HandoverCommon
from ..counting import Counted


@tagged("post_install", "-at_install")
class TestClientBrief(HandoverCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write({"phone": "+7 495 123-45-67", "vat": "7707083893", "comment": "<p>Pays late</p>"})
        cls.anna = cls.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": cls.client.id,
                "do_not_call": True,
                "do_not_call_reason": "Letters only",
            }
        )
        cls.anna.purchase_role_ids = cls.env.ref("sales_crm.purchase_role_decides")
        cls.deal = cls._deal(cls.client, cls.manager, expected_revenue=5000)
        for number in range(12):
            cls.client.message_post(body=f"Note {number}", message_type="comment")
        cls._plan(cls.client, cls.tomorrow, summary="Call about tea")
        cls.promise = cls.env["sales.promise"].create(
            {
                "client_id": cls.client.id,
                "amount": 300,
                "date_due": cls.tomorrow + timedelta(days=3),
                "description": "By the end of the week",
            }
        )
        cls.env.flush_all()

    def _page(self, clients, user):
        report = self.env["ir.actions.report"].with_user(user)
        content, kind = report._render_qweb_html("sales_crm.report_client_brief", clients.ids)
        self.assertEqual(kind, "html")
        return html.fromstring(content)

    def _text(self, clients, user=None):
        return " ".join(self._page(clients, user or self.manager).find(".//main").text_content().split())

    def test_what_stands_on_it(self):
        text = self._text(self.client)
        for words in (
            "Alpha", "7707083893", "+7 495 123-45-67", "Pays late", "Anna", "Decides", "Letters only",
            "Call about tea", "By the end of the week", "Deal of Alpha", "5,000.00", "Debt", "Note 11",
        ):  # fmt: skip
            self.assertIn(words, text)
        self.assertNotIn("Note 0 ", text + " ", "the last ten events only")
        rows = self._page(self.client, self.manager).xpath(
            "//h2[text()='Last Events']/following-sibling::table[1]//tr"
        )
        self.assertEqual(len(rows), 10)

    def test_no_link_to_call_who_must_not_be_called(self):
        self.anna.phone = "+7 916 111-22-33"
        links = self._page(self.client, self.manager).xpath("//a/@href")
        self.assertIn("tel:+74951234567", links)
        self.assertNotIn("tel:+79161112233", links)

    def test_guarded_as_the_client(self):
        with self.assertRaises(AccessError):
            self._page(self.client, self.colleague)
        with self.assertRaises(AccessError):
            self._page(self.anna, self.colleague)
        mine = self._create_client("Beta", self.colleague)
        with self.assertRaises(AccessError):
            self._page(mine | self.client, self.colleague)
        with self.assertRaises(AccessError):
            self.client.with_user(self.colleague).action_print_brief()
        self._let_see(self.colleague, self.client, perm_write=False)
        self.assertIn("Alpha", self._text(self.client, self.colleague))

    def test_debt_for_those_who_may_see_it(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user,base.group_partner_manager")
        report = self.env["report.sales_crm.report_client_brief"].with_user(clerk)
        [brief] = report._get_report_values(self.client.ids)["briefs"]
        self.assertIsNone(brief["debt"])
        self.assertFalse(brief["promises"] or brief["deals"] or brief["events"])
        report = report.with_user(self.manager)
        self.assertIsNotNone(report._get_report_values(self.client.ids)["briefs"][0]["debt"])

    def test_of_a_contact_it_is_the_clients(self):
        self.assertIn("Alpha", self._text(self.anna))

    def test_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.manager.lang = "ru_RU"
        text = self._text(self.client)
        self.assertIn((self.tomorrow).strftime("%d.%m.%Y"), text)

    def test_constant_number_of_queries(self):
        others = self.env["res.partner"]
        for number in range(6):
            other = self._create_client(f"Client {number}", self.manager)
            self._deal(other, self.manager)
            self._plan(other, self.tomorrow)
            other.message_post(body="Note", message_type="comment")
            contact = self.env["res.partner"].create({"name": "Vera", "parent_id": other.id})
            contact.contact_channel_ids.create(
                {"partner_id": contact.id, "kind": "telegram", "value": "@vera"}
            )
            others |= other

        def count(clients):
            self._page(clients, self.head)
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self._page(clients, self.head)
            return counted.queries

        count(others[:2])  # fills the caches of the registry
        self.assertEqual(count(others), count(others[:2]))

    def test_hand_over_sends_it(self):
        twin = self._create_client("Beta", self.manager)
        handover = self.env["sales.handover"].with_user(self.head).create({"from_user_id": self.manager.id})
        handover.action_collect()
        handover.line_ids.receiver_id = self.colleague
        handover.action_preview()
        handover.action_run()
        self.assertEqual(handover.state, "done")
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.colleague.partner_id.ids), ("subject", "ilike", "are yours now")]
        )
        for client in self.client | twin:
            self.assertIn(f"/report/html/sales_crm.report_client_brief/{client.id}", message.body)
        self.assertIn("Alpha", self._text(self.client, self.colleague), "the link leads there")
        with self.assertRaises(AccessError):
            self._page(self.client, self.manager)
