from odoo.tests import tagged

from .common_credit import CreditCase

VAT = "BE0477472701"


@tagged("post_install", "-at_install")
class TestCreditTwin(CreditCase):
    """A new card of a firm with a contract or a debt gets no goods of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium = cls.env.ref("base.be")
        cls.client.write({"country_id": cls.belgium.id, "vat": VAT})
        cls.twin = cls._create_client("Alpha again", cls.manager, country_id=cls.belgium.id, vat=VAT)

    def _reason(self, client=None, user=None):
        order = self._order(1, client=client or self.twin).with_user(user or self.manager)
        return order.credit_reason or ""

    def test_beside_a_contract(self):
        self.assertIn("same firm as Alpha by its tax number", self._reason())
        self.contract.with_user(self.head).action_terminate()
        self.assertIn("same firm", self._reason())

    def test_beside_a_debt(self):
        other = self._create_client("Beta", self.manager, country_id=self.belgium.id, vat="BE0428759497")
        new = self._create_client(
            "Beta again", self.manager, country_id=self.belgium.id, vat="BE 0428.759.497"
        )
        self.assertFalse(self._reason(new))
        self._owe(100, days_ago=60, client=other)
        self.assertIn("same firm as Beta", self._reason(new))

    def test_who_may_not_see_it_reads_no_name(self):
        self.twin.user_id = self.colleague
        reason = self._reason(user=self.colleague)
        self.assertIn("served by", reason)
        self.assertNotIn("firm as Alpha", reason)

    def test_paid_in_advance(self):
        self._pay(100, client=self.twin)
        order = self._order(1, client=self.twin)
        order.with_user(self.manager).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_only_a_real_number(self):
        self.client.write({"country_id": self.belgium.id, "vat": False})
        for client in (self.client, self.twin):
            client.with_context(no_vat_validation=True).write({"vat": "BE0000000001"})
        self.assertFalse(self._reason())
