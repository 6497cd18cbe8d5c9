from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditRelease(CreditCase):
    """The exception: who asks, who decides, what it is good for."""

    def setUp(self):
        super().setUp()
        self.order = self._order(12)
        self.ask = self.env["sales.credit.ask"].with_user(self.manager)
        self.Release = self.env["sales.credit.release"]

    def _release(self, order=None):
        order = order or self.order
        wizard = self.ask.create(
            {"res_model": order._name, "res_id": order.id, "reason": "He pays on Friday"}
        )
        wizard.action_ask()
        return self.Release.search([("order_id", "=", order.id)], limit=1)

    def test_asked_approved_and_used_once(self):
        release = self._release()
        self.assertEqual((release.state, release.amount, release.client_id), ("requested", 1200, self.client))
        self.assertIn(self.controller, release.activity_ids.user_id)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.with_user(self.manager).action_confirm()
        release.with_user(self.controller).action_approve()
        self.assertEqual(self.order.credit_release_state, "approved")
        self.order.with_user(self.manager).action_confirm()
        self.assertEqual(release.state, "used")
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.order_line.product_uom_qty = 13
        self.order._action_cancel()
        self.order.action_draft()
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.action_confirm()

    def test_the_accountants_day(self):
        """He sees who sold, by which contract, and who released what; he posts and gets it paid as always."""
        accountant = new_test_user(
            self.env,
            "only_accounts",
            "account.group_account_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        release = self._release()
        release.with_user(self.controller).action_approve()
        self.order.action_confirm()
        invoice = self.order._create_invoices()
        self.env.invalidate_all()
        with Form(invoice.with_user(accountant)) as form:
            self.assertEqual((form.invoice_user_id, form.contract_id), (self.manager, self.contract))
            form.invoice_date = self.today
        seen = invoice.with_user(accountant).credit_release_ids
        self.assertEqual((seen, seen.approver_id, seen.user_id), (release, self.controller, self.manager))
        self.assertIn(self.contract.name, invoice.with_user(accountant).contract_id.display_name)
        invoice.with_user(accountant).action_post()
        payment = Form.from_action(
            self.env(user=accountant), invoice.with_user(accountant).action_register_payment()
        )
        payment.save().action_create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    def test_for_an_order_that_has_to_grow(self):
        order = self._order(10)
        order.action_confirm()
        wizard = self.ask.create({"res_model": "sale.order", "res_id": order.id, "reason": "More"})
        self.assertEqual(wizard.amount, 1000)
        with self.assertRaises(UserError), self.cr.savepoint():
            wizard.action_ask()
        wizard.amount = 1300
        wizard.action_ask()
        order.credit_release_ids.with_user(self.controller).action_approve()
        with self.assertRaises(UserError), self.cr.savepoint():
            order.order_line.product_uom_qty = 14
        order.order_line.with_user(self.manager).product_uom_qty = 13
        self.assertEqual(order.credit_release_ids.state, "used")

    def test_for_its_amount_and_until_its_day(self):
        release = self._release()
        release.with_user(self.controller).action_approve()
        self.order.order_line.product_uom_qty = 13
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.action_confirm()
        self.order.order_line.product_uom_qty = 12
        release.sudo().date_to = self.today - timedelta(days=1)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.order.action_confirm()
        self.Release._cron_expire()
        self.assertEqual(release.state, "expired")

    def test_nobody_writes_it_by_himself(self):
        release = self._release()
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [Command.link(self.company.id)]})
        for user in (self.manager, self.head, self.controller, admin):
            as_user = release.with_user(user)
            for action in (
                lambda as_user=as_user: as_user.write({"state": "approved"}),
                lambda as_user=as_user: as_user.create(
                    {"order_id": self.order.id, "client_id": self.client.id, "state": "approved"}
                ),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    action()
        with self.assertRaises(UserError), self.cr.savepoint():
            release.sudo().unlink()

    def test_who_decides(self):
        release = self._release()
        for user in (self.manager, self.head):
            with self.assertRaises(AccessError), self.cr.savepoint():
                release.with_user(user).action_approve()
        self.controller.sales_release_limit = 1199
        with self.assertRaisesRegex(AccessError, "above your own amount"), self.cr.savepoint():
            release.with_user(self.controller).action_approve()
        self.controller.sales_release_limit = 1200
        release.with_user(self.controller).action_refuse("Old debt first")
        self.assertEqual((release.state, release.approver_id), ("refused", self.controller))
        with self.assertRaises(UserError), self.cr.savepoint():
            release.with_user(self.controller).action_approve()

    def test_only_where_something_stops(self):
        with self.assertRaisesRegex(UserError, "no release is needed"), self.cr.savepoint():
            self._release(self._order(1))
        self._release()
        with self.assertRaisesRegex(UserError, "asked for already"), self.cr.savepoint():
            self._release()

    def test_only_for_documents_one_may_change(self):
        foreign = self._create_client("Foreign", self.colleague)
        self._contract(foreign)
        order = self._order(12, foreign, user_id=self.colleague.id)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self._release(order)
