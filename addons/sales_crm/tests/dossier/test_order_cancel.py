from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestOrderCancel(CreditCase):
    """Core cancels the draft invoices of an order along with it; invoices are the accountant's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # nothing to deliver: with a delivery, Inventory has rights of its own to ask for
        cls.goods.type = "service"
        cls.order = cls._order()
        cls.order.action_confirm()
        cls.invoice = cls.order._create_invoices()

    def _cancel(self, user):
        self.order.with_user(user).action_cancel()

    def test_sales_ask_the_accountant(self):
        for user in (self.manager, self.head):
            with self.subTest(user.login):
                with self.assertRaises(UserError) as refused, self.cr.savepoint():
                    self._cancel(user)
                self.assertEqual(
                    str(refused.exception),
                    f"{self.invoice.display_name} hangs on {self.order.display_name}. Ask the accountant to "
                    "cancel it first, then cancel the order.",
                )
                self.assertEqual((self.order.state, self.invoice.state), ("sale", "draft"))

    def test_by_way_of_many_orders(self):
        wizard = self.env["sale.mass.cancel.orders"].with_user(self.manager)
        wizard = wizard.create({"sale_order_ids": [Command.set(self.order.ids)]})
        with self.assertRaisesRegex(UserError, "Ask the accountant"):
            wizard.action_mass_cancel()

    def test_the_way_out(self):
        self.invoice.with_user(self._accountant()).button_cancel()
        self._cancel(self.manager)
        self.assertEqual(self.order.state, "cancel")

    def test_whoever_may_write_invoices(self):
        both = self._accountant()
        both.group_ids += self.env.ref("sales_crm.group_head")
        self._cancel(both)
        self.assertEqual((self.order.state, self.invoice.state), ("cancel", "cancel"))

    def test_a_posted_invoice_stays(self):
        self.invoice.action_post()
        self._cancel(self.manager)
        self.assertEqual((self.order.state, self.invoice.state), ("cancel", "posted"))

    def _accountant(self):
        return new_test_user(
            self.env,
            "accountant",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
