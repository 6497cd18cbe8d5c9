from odoo.tests import HttpCase, tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestDebtTour(CreditCase, HttpCase):
    """The screens of debt in a real browser, as people without accounting rights use them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The firm ships for longer than the period of the indicators
        old = cls._owe(1, days_ago=500).line_ids | cls._pay(1).move_id.line_ids
        old.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        cls.invoice = cls._owe(700, days_ago=60)
        cls._owe(20, days_ago=60)
        cls._owe(1000)
        cls._owe(300, days_ago=60, client=cls._create_client("Hidden debtor", cls.colleague))

    def test_the_manager_sees_the_debt_of_his_clients(self):
        self.assertFalse(self.manager.has_group("account.group_account_readonly"))
        self.start_tour("/odoo/receivables", "sales_crm_receivables", login=self.manager.login)

    def test_one_click_from_a_red_figure_into_the_plan(self):
        """1 720 owed, 720 of it overdue: one invoice of 700 makes it 20 of 1 020."""
        self.start_tour("/odoo/debt-indicators", "sales_crm_debt_collect", login=self.head.login)
        activity = self.env["mail.activity"].search([("unpaid_move_id", "!=", False)])
        self.assertEqual(activity.unpaid_move_id, self.invoice)
        self.assertEqual((activity.client_id, activity.user_id), (self.client, self.manager))
        self.assertGreater(activity.date_deadline, self.today)
        self.assertIn(self.invoice.name, activity.summary)
