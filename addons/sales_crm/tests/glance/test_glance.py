from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

DAY = date(2026, 11, 23)


@tagged("post_install", "-at_install")
class TestGlance(SalesCrmCommon):
    """Whom to call, what is planned, what was last, what is being sold: in one look."""

    def _glance(self, client=None, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        return (client or self.client).with_user(user or self.manager).get_glance()

    def _people(self, client, count):
        return self.env["res.partner"].create(
            [
                {"name": f"Person {n}", "parent_id": client.id, "phone": f"+7 916 111-22-{n:02}"}
                for n in range(count)
            ]
        )

    def test_contacts_with_a_phone_first(self):
        nobody = self.env["res.partner"].create({"name": "Aaron", "parent_id": self.client.id})
        anna, boris, vera = self._people(self.client, 3)
        boris.write({"function": "Buyer", "email": "boris@example.com"})
        vera.write({"do_not_call": True, "do_not_call_reason": "Asked for letters"})
        self.env["res.partner"].create(
            {"name": "Branch", "parent_id": self.client.id, "is_company": True, "phone": "+7 916 111-22-99"}
        )
        glance = self._glance()
        rows = {row["name"]: row for row in glance["contacts"]}
        self.assertEqual(list(rows), [anna.name, boris.name, vera.name])
        self.assertEqual(glance["more"]["contacts"], 1, "the branch is no person")
        self.assertEqual(rows[boris.name]["link"], "tel:+79161112201")
        self.assertEqual(rows[boris.name]["about"], "Buyer")
        self.assertEqual(rows[boris.name]["channels"][0]["link"], "mailto:boris@example.com")
        self.assertEqual(rows[vera.name]["refused"], "Asked for letters")
        self.assertTrue(nobody)

    def test_phone_from_the_channels(self):
        person = self.env["res.partner"].create(
            {
                "name": "Anna",
                "parent_id": self.client.id,
                "contact_channel_ids": [
                    (0, 0, {"kind": "phone", "value": "+7 916 111-22-33"}),
                    (0, 0, {"kind": "phone", "value": "+7 916 111-22-44", "preferred": True}),
                    (0, 0, {"kind": "telegram", "value": "@anna"}),
                ],
            }
        )
        [row] = self._glance()["contacts"]
        self.assertEqual((row["id"], row["link"]), (person.id, "tel:+79161112244"))
        self.assertEqual([channel["link"] for channel in row["channels"]], ["https://t.me/anna"])

    def test_a_person_is_his_own_contact(self):
        person = self._create_client("Anna", self.manager, is_company=False, phone="+7 916 111-22-33")
        self.assertEqual([row["id"] for row in self._glance(person)["contacts"]], person.ids)

    def test_steps(self):
        for day in (25, 23, 27, 24):
            self._plan(self.client, date(2026, 11, day), summary=f"On the {day}th")
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        self._plan(deal, date(2026, 11, 22), self.colleague, summary="Of a colleague", priority="1")
        glance = self._glance(user=self.head)
        self.assertEqual(
            [(row["date"], row["summary"]) for row in glance["steps"]],
            [("2026-11-22", "Of a colleague"), ("2026-11-23", "On the 23th"), ("2026-11-24", "On the 24th")],
        )
        self.assertEqual(glance["more"]["steps"], 2)
        first = glance["steps"][0]
        self.assertEqual((first["user"], first["urgent"]), (self.colleague.name, True))

    def test_events_and_deals(self):
        for number in range(5):
            self._plan(self.client, DAY, summary=f"Call {number}").write({"active": False})
        lost = self.env["crm.lead"].create({"name": "Lost", "partner_id": self.client.id})
        lost.action_set_lost()
        person = self._people(self.client, 1)
        self.env["crm.lead"].create(
            [
                {"name": f"Deal {n}", "partner_id": person.id, "type": "opportunity", "expected_revenue": n}
                for n in range(1, 5)
            ]
        )
        glance = self._glance()
        self.assertEqual(len(glance["events"]), 3)
        self.assertTrue(all(row["date"] and row["kind"] for row in glance["events"]))
        self.assertEqual(len(glance["deals"]), 3)
        self.assertEqual(glance["more"]["deals"], 1)
        self.assertNotIn("Lost", [row["name"] for row in glance["deals"]])

    def test_who_may_not_see_the_client(self):
        with self.assertRaises(AccessError):
            self._glance(user=self.colleague)

    def test_who_knows_neither_history_nor_deals(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user", tz="UTC")
        self._people(self.client, 1)
        glance = self._glance(user=clerk)
        self.assertEqual((len(glance["contacts"]), glance["events"], glance["deals"]), (1, [], []))

    def test_constant_queries(self):
        small = self._create_client("Small", self.manager)
        for client, count in ((small, 1), (self.client, 12)):
            self._people(client, count)
            for n in range(count):
                self._plan(client, DAY, summary=f"Open {n}")
                self._plan(client, DAY, summary=f"Done {n}").write({"active": False})
                self.env["crm.lead"].create({"name": f"Deal {n}", "partner_id": client.id})

        def count(client):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                client.with_user(self.manager).get_glance()
            return counted.queries

        count(small)
        self.assertEqual(count(small), count(self.client))

    # ------------------------------------------------------
    # The card
    # ------------------------------------------------------

    def test_read_only_looks_read_only(self):
        self._let_see(self.colleague, self.client, perm_write=False)
        for user, expected in ((self.manager, True), (self.head, True), (self.colleague, False)):
            with self.subTest(user=user.login):
                client = self.client.with_user(user)
                self.env.invalidate_all()
                self.assertEqual(client.sales_may_write, expected)
                self.assertEqual(client.has_access("write"), expected)
        card = Form(self.env["res.partner"].with_user(self.manager), "sales_crm.res_partner_view_form_client")
        self.assertTrue(card.sales_may_write, "a card that is being typed in")

    def test_planning_needs_the_right_to_change(self):
        self._let_see(self.colleague, self.client, perm_write=False)
        values = {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client.id,
            "date_deadline": DAY,
        }
        with self.assertRaises(AccessError):
            self.env["mail.activity"].with_user(self.colleague).create(values)

    def test_buttons(self):
        client = self.client.with_user(self.manager)
        action = client.action_new_order()
        order = Form(self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"]))
        self.assertEqual(order.partner_id, client)
        payments = client.action_view_payments()
        self.assertEqual(payments["domain"], [("client_id", "=", client.id)])
        self.assertTrue(payments["context"]["search_default_money"])

    def test_card_on_768_lines(self):
        """What is asked before each call stands above the tabs."""
        client = self.env["res.partner"].with_user(self.manager)
        arch = client.get_view(self.env.ref("sales_crm.res_partner_view_form_client").id, "form")["arch"]
        self.assertLess(arch.index('name="sales_client_glance"'), arch.index("<notebook"))
        self.assertIn('js_class="sales_client_form"', arch)
        for button in ("action_plan_activity", "action_promise", "action_new_order"):
            self.assertIn(f'name="{button}"', arch)
