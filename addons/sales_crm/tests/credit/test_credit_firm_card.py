from odoo.tests import new_test_user, tagged

from ..common_credit import CreditCase
from ..counting import Counted

VAT = "BE0477472701"
SPEC = {"credit_state": {}, "credit_available": {}, "credit_limited": {}}


@tagged("post_install", "-at_install")
class TestCreditFirmCard(CreditCase):
    """The card, the list and a search say what the gate says: the cards of one firm have one limit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium = cls.env.ref("base.be")
        cls.client.write({"country_id": cls.belgium.id, "vat": VAT})
        cls.twin = cls._create_client("Alpha Branch", cls.manager, country_id=cls.belgium.id, vat=VAT)

    def _figures(self, client, user=None):
        """:return: (state, available) of the card; the list, a search and a group say the same"""
        self.env.invalidate_all()
        card = client.with_user(user or self.manager)
        figures = (card.credit_state, card.credit_available)
        [row] = card.web_read(SPEC)
        self.assertEqual((row["credit_state"], row["credit_available"]), figures)
        Client = card.browse()
        mine = [("id", "=", card.id)]
        self.assertTrue(Client.search_count([*mine, ("credit_state", "=", figures[0])]))
        self.assertFalse(Client.search_count([*mine, ("credit_state", "!=", figures[0])]))
        if card.credit_limited:
            bounds = [
                ("credit_available", ">", figures[1] - 0.01),
                ("credit_available", "<", figures[1] + 0.01),
            ]
            self.assertTrue(Client.search_count([*mine, *bounds]))
        [group] = Client.formatted_read_group(mine, ["credit_state"], ["__count"])
        self.assertEqual(group["credit_state"], figures[0])
        return figures

    def test_both_cards_show_what_the_gate_counts(self):
        self.assertEqual(self._figures(self.client), ("ok", 1000))
        self.assertEqual(self._figures(self.twin), ("ok", 1000))
        self._owe(400)
        order = self._order(3, client=self.twin)
        order.with_user(self.manager).action_confirm()
        for card in (self.client, self.twin):
            self.assertEqual(self._figures(card), ("ok", 300))
            self.assertFalse(self._codes(self._order(3, client=card)))
            self.assertIn("over_limit", self._codes(self._order(4, client=card)))
        self._owe(500, client=self.twin)
        for card in (self.client, self.twin):
            self.assertEqual(self._figures(card), ("over_limit", -200))
        self._owe(100, days_ago=60)
        self.assertEqual(self._figures(self.twin)[0], "overdue")

    def test_debt_stays_each_cards_own(self):
        self._owe(400)
        self.env.invalidate_all()
        self.assertEqual((self.client.receivable_amount, self.twin.receivable_amount), (400, 0))

    def test_a_contract_of_its_own(self):
        self._contract(self.twin, credit_limit=500)
        self._owe(400)
        self.assertEqual(self._figures(self.client), ("ok", 600))
        self.assertEqual(self._figures(self.twin), ("ok", 500))

    def test_the_card_names_the_others(self):
        card = self.client.with_user(self.manager)
        self.assertIn("Alpha Branch", card.credit_same_firm)
        self.assertFalse(self._create_client("Alone", self.manager).credit_same_firm)
        self._contract(self.twin, credit_limit=500)
        self.env.invalidate_all()
        self.assertFalse(card.credit_same_firm)

    def test_whom_he_may_not_see(self):
        """He learns that there is another card, and whether goods leave; no name and no figure of it."""
        self.twin.name = "Secret Branch"
        self.twin.user_id = self.colleague
        self._owe(900, client=self.twin)
        self.assertEqual(self._figures(self.client), ("ok", 1000))
        card = self.client.with_user(self.manager)
        self.assertNotIn("Secret", card.credit_same_firm)
        self.assertIn("1", card.credit_same_firm)
        self.assertEqual(self._figures(self.client, self.head), ("ok", 100))
        self.assertIn("Secret Branch", self.client.with_user(self.head).credit_same_firm)
        self._owe(200, client=self.twin)
        self.assertEqual(self._figures(self.client), ("over_limit", 1000))

    def test_whom_he_may_not_see_has_the_contract(self):
        self.twin.user_id = self.colleague
        state, available = self._figures(self.twin, self.colleague)
        self.assertEqual((state, available), ("ok", 0))
        self.assertFalse(self.twin.with_user(self.colleague).credit_limited)
        self._owe(1100)
        self.assertEqual(self._figures(self.twin, self.colleague), ("over_limit", 0))

    def test_a_list_in_constant_queries(self):
        numbers = [f"BE0{base:07d}{97 - base % 97:02d}" for base in range(4280000, 4280020)]
        cards = self.env["res.partner"]
        for number in numbers:
            for name in ("Firm", "Branch", "Depot", "Shop"):
                cards |= self._create_client(
                    f"{name} {number}", self.manager, country_id=self.belgium.id, vat=number
                )
        for card in cards[::4]:
            self._contract(card)
        user = new_test_user(self.env, "reader", "sales_crm.group_head", company_id=self.company.id)
        counts = []
        # What the registry keeps (a rule of companies, for one) is read in the first two: when, depends on
        # the tests before
        for part in (cards, cards[:8], cards[:8], cards):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.cr) as counted:
                part.with_user(user).web_read({**SPEC, "credit_same_firm": {}})
            counts.append(counted.queries)
        self.assertEqual(counts[2], counts[3])
        self.assertEqual(len(cards), 80)
