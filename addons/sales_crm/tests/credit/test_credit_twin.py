from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.credit.sales_credit import CREDIT_LOCK
from ..common_credit import CreditCase

VAT = "BE0477472701"


@tagged("post_install", "-at_install")
class TestCreditTwin(CreditCase):
    """The cards of one firm, as its branches have, owe together: up to one limit, and that they may use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium = cls.env.ref("base.be")
        cls.client.write({"country_id": cls.belgium.id, "vat": VAT})
        cls.twin = cls._create_client("Alpha Branch", cls.manager, country_id=cls.belgium.id, vat=VAT)

    def _reason(self, client=None, user=None, quantity=1, **values):
        order = self._order(quantity, client=client or self.twin, **values)
        return order.with_user(user or self.manager).credit_reason or ""

    def _confirm(self, quantity, client=None, **values):
        order = self._order(quantity, client=client or self.twin, **values).with_user(self.manager)
        order.action_confirm()
        return order

    def _stopped(self, quantity, client=None, words="limit of .*1,000.* is exceeded by", **values):
        order = self._order(quantity, client=client or self.twin, **values).with_user(self.manager)
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            order.action_confirm()
        self.env.invalidate_all()
        self.assertRegex(order.credit_reason, words)

    # ------------------------------------------------------
    # One limit for all of them
    # ------------------------------------------------------

    def test_a_branch_within_the_limit(self):
        self.assertFalse(self._reason(quantity=10))
        self._confirm(4)
        self._confirm(6, self.client)

    def test_nobody_gets_a_fresh_limit(self):
        self._confirm(6)
        self._stopped(5)
        self._stopped(5, self.client)
        self._confirm(4, self.client)
        self._stopped(1)

    def test_a_branch_below_its_firm(self):
        self.twin.parent_id = self.client
        self._confirm(6)
        self._stopped(5)
        self._stopped(5, self.client)

    def test_a_third_card(self):
        third = self._create_client("Alpha Depot", self.manager, country_id=self.belgium.id, vat=VAT)
        self._confirm(5)
        self._confirm(5, third)
        for card in (self.client, self.twin, third):
            self._stopped(1, card)

    def test_both_at_once(self):
        orders = self._order(6) | self._order(6, client=self.twin)
        with self.assertRaisesRegex(UserError, "exceeded by"), self.cr.savepoint():
            orders.with_user(self.manager).action_confirm()

    def test_one_locks_all(self):
        self._confirm(1)
        self.cr.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            " AND classid = %s",
            [CREDIT_LOCK],
        )
        self.assertLessEqual({self.client.id, self.twin.id}, {row[0] for row in self.cr.fetchall()})

    def test_goods_for_the_branch_invoice_to_the_firm(self):
        order = self._order(6, client=self.twin, partner_invoice_id=self.client.id)
        order.with_user(self.manager).action_confirm()
        self._stopped(5, partner_invoice_id=self.client.id)
        self._confirm(4, partner_invoice_id=self.client.id)

    def test_a_contract_of_its_own(self):
        """The head of sales has given the branch a limit of its own."""
        self._contract(self.twin, credit_limit=500)
        self._confirm(10, self.client)
        self._confirm(5)
        self._stopped(1, words="limit of .*500.* is exceeded by")

    def test_an_own_contract_drafted_by_a_manager(self):
        self.env["sales.contract"].with_user(self.manager).create(
            {"name": "Mine", "client_id": self.twin.id, "company_id": self.company.id, "credit_limit": 9000}
        )
        self._stopped(11)

    def test_an_archived_card(self):
        self._owe(900, client=self.twin)
        self.twin.active = False
        self._stopped(2, self.client)

    def test_deferral_of_the_firm(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "90 days",
                "line_ids": [(0, 0, {"value": "percent", "value_amount": 100, "nb_days": 90})],
            }
        )
        self._stopped(1, words="90 days to pay.*No. C-", payment_term_id=term.id)
        self.twin.user_id = self.colleague
        reason = self._reason(user=self.colleague, payment_term_id=term.id)
        self.assertRegex(reason, "90 days to pay")
        self.assertNotIn(self.contract.name, reason)

    # ------------------------------------------------------
    # Debt and contract of the other card
    # ------------------------------------------------------

    def test_overdue_of_the_other_card(self):
        self._owe(100, days_ago=60)
        self.assertIn("same firm as Alpha by its tax number", self._reason())
        self.assertIn("overdue", self._reason())

    def test_overdue_of_the_branch_within_the_tolerance(self):
        self.contract.overdue_tolerance_days = 10
        self._owe(100, days_ago=35, client=self.twin)
        self.assertFalse(self._reason())
        self.assertFalse(self._reason(self.client))
        self._owe(100, days_ago=45, client=self.twin)
        for card in (self.client, self.twin):
            self.assertIn("overdue", self._reason(card))

    def test_the_contract_has_ended(self):
        self.assertFalse(self._reason())
        self.contract.with_user(self.head).action_terminate()
        self.assertIn("no contract in force", self._reason())
        self.assertIn("same firm as Alpha by its tax number", self._reason())

    def test_beside_a_debt(self):
        other = self._create_client("Beta", self.manager, country_id=self.belgium.id, vat="BE0428759497")
        new = self._create_client(
            "Beta again", self.manager, country_id=self.belgium.id, vat="BE 0428.759.497"
        )
        self.assertFalse(self._reason(new))
        self._owe(100, days_ago=60, client=other)
        self.assertIn("same firm as Beta", self._reason(new))

    def test_who_may_not_see_it_reads_no_name_and_no_figure(self):
        self._owe(900, client=self.client)
        self.twin.user_id = self.colleague
        reason = self._reason(user=self.colleague, quantity=2)
        self.assertIn("served by", reason)
        self.assertNotIn("firm as Alpha", reason)
        for figure in ("900", "1,000", "1,100"):
            self.assertNotIn(figure, reason)
        self.assertFalse(self._reason(user=self.colleague, quantity=1))

    def test_paid_in_advance(self):
        self._pay(100, client=self.twin)
        order = self._order(1, client=self.twin)
        order.with_user(self.manager).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_only_a_real_number(self):
        self.client.write({"country_id": self.belgium.id, "vat": False})
        for client in (self.client, self.twin):
            client.with_context(no_vat_validation=True).write({"vat": "BE0000000001"})
        self._owe(900)
        self.assertFalse(self._reason(quantity=2))
