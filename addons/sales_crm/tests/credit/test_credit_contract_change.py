from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditContractChange(CreditCase):
    """The head ends a contract and draws up another one: what is owed stays owed, by the next day's limit."""

    def setUp(self):
        super().setUp()
        self._owe(400)
        self._order(4).with_user(self.manager).action_confirm()
        self.contract = self.contract.with_user(self.head)

    def _standing(self):
        self.env.invalidate_all()
        return self.env["sales.credit"]._standings(self.client, self.company)[self.client.id]

    def _stopped(self, quantity, words):
        with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
            self._order(quantity).with_user(self.manager).action_confirm()
        self.env.invalidate_all()

    def _draw_up(self, **values):
        contract = (
            self.env["sales.contract"]
            .with_user(self.head)
            .create(
                {
                    "name": "New",
                    "client_id": self.client.id,
                    "company_id": self.company.id,
                    "payment_term_id": self.term.id,
                    "credit_limit": 1000,
                    "date_start": self.today,
                    **values,
                }
            )
        )
        contract.action_activate()
        return contract

    def test_terminated(self):
        self.contract.action_terminate()
        self.assertEqual(self._standing().exposure, 800)
        self._stopped(1, "no contract in force")

    def test_terminated_and_drawn_up_anew(self):
        self.contract.action_terminate()
        self._draw_up()
        self.assertEqual(self._standing().exposure, 800)
        self._stopped(3, "1,000.* is exceeded by .*100")
        self._order(2).with_user(self.manager).action_confirm()

    def test_drawn_up_with_a_lower_limit(self):
        self.contract.action_terminate()
        self._draw_up(credit_limit=500)
        self._stopped(1, "500.* is exceeded by .*400")

    def test_back_to_draft(self):
        self.contract.action_terminate()
        self.contract.action_draft()
        self.assertEqual((self.contract.state, self._standing().exposure), ("draft", 800))
        self._stopped(1, "no contract in force")
        self.contract.credit_limit = 900
        self.contract.action_activate()
        self._stopped(2, "900.* is exceeded by .*100")
        self._order(1).with_user(self.manager).action_confirm()

    def test_an_overdue_debt_stays(self):
        self._owe(100, days_ago=60)
        self.contract.action_terminate()
        self._draw_up(credit_limit=100000)
        self._stopped(1, "overdue")
