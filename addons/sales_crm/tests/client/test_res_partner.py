from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon
from ..counting import Counted


@tagged("post_install", "-at_install")
class TestClientCard(SalesCrmCommon):
    def _card(self, client=None, user=None):
        partners = self.env["res.partner"].with_user(user or self.manager)
        record = client.with_user(user or self.manager) if client else partners
        return Form(
            record.with_context(default_is_client=True, default_is_company=True),
            view="sales_crm.res_partner_view_form_client",
        )

    def test_manager_types_a_card_in(self):
        card = self._card()
        card.name = "Gamma"
        card.user_id = self.manager
        card.client_class = "A"
        card.client_class_reason = "Known for years"
        with card.child_ids.new() as contact:
            contact.name = "Vera"
            contact.birthday = "04/12/1985"
        client = card.save()
        self.assertTrue(client.is_client)
        self.assertEqual(client.child_ids.user_id, self.manager)
        self.assertFalse(client.child_ids.is_client)

    def test_contacts_follow_the_manager(self):
        contact = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.client.id, "user_id": self.colleague.id}
        )
        self.assertEqual(contact.user_id, self.manager)
        self.client.user_id = self.colleague
        self.assertEqual(contact.user_id, self.colleague)
        self.client.user_id = False
        self.assertFalse(contact.user_id)

    def test_a_contact_is_no_other_client(self):
        """Whoever ticks it, on whatever form, and whichever of the two came first."""
        values = {"name": "Anna", "parent_id": self.client.id, "is_client": True}
        typed = self.env["res.partner"].with_user(self.manager).create(values)
        self.assertFalse(typed.is_client)
        typed.with_user(self.head).is_client = True
        self.assertFalse(typed.is_client)
        company = self.env["res.partner"].create({"name": "Later", "is_company": True})
        boris = self.env["res.partner"].create(
            {"name": "Boris", "parent_id": company.id, "is_client": True, "user_id": self.manager.id}
        )
        self.assertTrue(boris.is_client, "whose company is no client")
        company.write({"is_client": True, "user_id": self.manager.id})
        self.assertFalse(boris.is_client)
        self.assertEqual((typed.client_id, boris.client_id), (self.client, company))
        alone = self._create_client("Vera", self.manager, is_company=False)
        alone.parent_id = company
        self.assertFalse(alone.is_client, "who has become a contact")
        daughter = self._create_client("Daughter", self.colleague, parent_id=company.id)
        self.assertTrue(daughter.is_client, "a company of another manager")
        self.assertEqual(daughter.client_id, daughter)

    def test_contact_of_another_company(self):
        vendor = self.env["res.partner"].create({"name": "Vendor", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Oleg", "parent_id": vendor.id})
        vendor.user_id = self.manager
        self.assertFalse(contact.user_id, "not a client: as Odoo does it")
        contact.parent_id = self.client
        self.assertEqual(contact.user_id, self.manager)

    def test_card_is_closed_to_nobody_in_sales(self):
        for user in (self.manager, self.head):
            self.assertEqual(self._card(self.client, user).name, "Alpha")

    def test_customer_made_from_a_lead_is_a_client(self):
        lead = self.env["crm.lead"].create(
            {"name": "Deal", "partner_name": "Delta", "contact_name": "Ivan", "user_id": self.manager.id}
        )
        lead._handle_partner_assignment(create_missing=True)
        self.assertTrue(lead.partner_id.commercial_partner_id.is_client)
        self.assertEqual(lead.partner_id.commercial_partner_id.name, "Delta")

    def test_tax_numbers_of_sole_traders(self):
        """12 digits whose first remainder is 10, which core takes for a mistake."""
        self.client.write({"country_id": self.env.ref("base.ru").id, "vat": "770000000220"})
        self.assertEqual(self.client.vat, "770000000220")
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.client.vat = "770000000221"

    def test_list_opens_with_constant_queries(self):
        view = self.env.ref("sales_crm.res_partner_view_list_client")
        specification = {
            name: {} for name in ("complete_name", "next_step_date", "user_id", "next_step_late")
        }

        def queries():
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self.env["res.partner"].with_user(self.manager).web_search_read(
                    [("is_client", "=", True)], specification
                )
            return counted.queries

        def fewest():
            """Another test's leftovers in the caches cost a query once."""
            return min(queries() for _attempt in range(3))

        self.assertEqual(view.model, "res.partner")
        few = fewest()
        for number in range(50):
            self._create_client(f"Client {number}", self.manager)
        self.assertEqual(fewest(), few)
