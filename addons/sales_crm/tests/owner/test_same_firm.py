from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common_credit import CreditCase

VAT = "BE0477472701"
OTHER = "BE0428759497"


@tagged("post_install", "-at_install")
class TestSameFirmStays(CreditCase):
    """Nobody gains limit by a tax number: a card leaves its firm while that owes nothing, or by the head."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium = cls.env.ref("base.be")
        cls.client.write({"country_id": cls.belgium.id, "vat": VAT})
        cls.twin = cls._create_client("Alpha Branch", cls.manager, country_id=cls.belgium.id, vat=VAT)

    def _routes(self, card):
        other = self._create_client("Umbrella", self.manager, is_company=True)
        return {
            "another number": lambda: card.write({"vat": OTHER}),
            "no number": lambda: card.write({"vat": False}),
            "saved by the form": lambda: card.web_save({"vat": OTHER}, {}),
            "a number that is none": lambda: card.with_context(no_vat_validation=True).write({"vat": "BE1"}),
            "below another": lambda: card.write({"is_company": False, "parent_id": other.id}),
        }

    def test_a_firm_that_owes(self):
        """Whatever the route, it is refused, or they stay one debtor."""
        self._owe(900)
        for card in (self.client, self.twin):
            for name, route in self._routes(card.with_user(self.manager)).items():
                with self.subTest(name, card=card.name), self.cr.savepoint() as savepoint:
                    try:
                        route()
                    except UserError as refused:
                        if name != "below another":
                            self.assertRegex(str(refused), "tax number.*head of sales")
                    else:
                        firms = self.env["sales.credit"]._same_firm(self.client, self.company)
                        self.assertIn(self.twin.commercial_partner_id.id, firms[self.client.id])
                    finally:
                        savepoint.rollback()
                        self.env.invalidate_all()

    def test_loaded_from_a_file(self):
        self._owe(900)
        loaded = self.twin.with_user(self.manager).load([".id", "vat"], [[str(self.twin.id), OTHER]])
        self.assertIn("tax number", loaded["messages"][0]["message"])
        self.env.invalidate_all()
        self.assertEqual(self.twin.vat, VAT)

    def test_a_confirmed_order_is_owed_too(self):
        self._order(3, client=self.twin).with_user(self.manager).action_confirm()
        with self.assertRaisesRegex(AccessError, "tax number"), self.cr.savepoint():
            self.client.with_user(self.manager).vat = OTHER

    def test_a_firm_that_owes_nothing(self):
        self.twin.with_user(self.manager).write({"vat": OTHER})
        self.assertEqual(self.twin.vat, OTHER)

    def test_a_card_alone(self):
        self._owe(900)
        self.twin.with_user(self.head).vat = OTHER
        self._owe(100, client=self.twin)
        self.twin.with_user(self.manager).vat = False
        self.assertFalse(self.twin.vat)

    def test_written_otherwise_it_is_the_same_number(self):
        self._owe(900)
        self.twin.with_user(self.manager).vat = "BE 0477.472.701"
        self.assertEqual(
            self.env["sales.credit"]._same_firm(self.twin, self.company)[self.twin.id], (self.client.id,)
        )

    def test_both_at_once(self):
        self._owe(900)
        (self.client | self.twin).with_user(self.manager).write({"vat": OTHER})
        self.assertEqual(set((self.client | self.twin).mapped("vat")), {OTHER})

    def test_joining_is_free(self):
        third = self._create_client("Beta", self.manager, country_id=self.belgium.id, vat=OTHER)
        self._owe(900)
        third.with_user(self.manager).vat = VAT
        self.assertEqual(third.vat, VAT)

    def test_the_head_and_the_controller_may(self):
        self._owe(900)
        users = self.head | self.controller
        for user in users:
            with self.subTest(user.login):
                self.twin.with_user(user).vat = OTHER
                note = self.env["mail.message"].search(
                    [("model", "=", "res.partner"), ("res_id", "=", self.twin.id)], limit=1
                )
                self.assertIn(f"number {VAT} while", note.body)
                self.assertNotIn(self.client.name, note.body)
                self.assertEqual(note.author_id, user.partner_id)
                self.twin.vat = VAT

    def test_of_whom_he_may_not_see(self):
        self._owe(900)
        self.client.name = "Secret"
        self.client.user_id = self.colleague
        with self.assertRaises(AccessError) as refused, self.cr.savepoint():
            self.twin.with_user(self.manager).vat = OTHER
        self.assertNotIn("Secret", str(refused.exception))
        accountant = new_test_user(
            self.env,
            "bookkeeper",
            "account.group_account_invoice,base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaisesRegex(AccessError, "tax number"), self.cr.savepoint():
            self.twin.with_user(accountant).vat = OTHER
