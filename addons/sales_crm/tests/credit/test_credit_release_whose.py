from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditReleaseWhose(CreditCase):
    """A release is for a document, a client, a payer, an amount; who asks does not decide."""

    def setUp(self):
        super().setUp()
        self.order = self._order(12)
        self.other = self._create_client("Other", self.manager)
        self._contract(self.other)

    def _ask(self, order=None, user=None, **values):
        order = order or self.order
        self.env["sales.credit.ask"].with_user(user or self.manager).create(
            {"res_model": "sale.order", "res_id": order.id, "reason": "He pays on Friday", **values}
        ).action_ask()
        return order.credit_release_ids[:1]

    def _confirm_blocked(self, order=None):
        with self.assertRaisesRegex(UserError, "exceeded by"), self.cr.savepoint():
            (order or self.order).with_user(self.manager).action_confirm()
        self.env.invalidate_all()

    def test_not_for_another_client(self):
        release = self._ask()
        release.with_user(self.controller).action_approve()
        self._sell_to(self.other)
        self.assertFalse(self.order.credit_release_state)
        self._confirm_blocked()
        self._sell_to(self.client)
        self.assertEqual(self.order.credit_release_state, "approved")
        self.order.with_user(self.manager).action_confirm()
        self.assertEqual(release.state, "used")
        with self.assertRaises(UserError), self.cr.savepoint():
            self._sell_to(self.other)

    def _sell_to(self, buyer, payer=None):
        payer = payer or buyer
        contract = self.env["sales.contract"].search([("client_id", "=", payer.id)], limit=1)
        self.order.with_user(self.manager).write(
            {"partner_id": buyer.id, "partner_invoice_id": payer.id, "contract_id": contract.id}
        )

    def test_not_for_another_buyer_or_payer(self):
        payer = self._create_client("Payer", self.manager)
        self._contract(payer, credit_limit=100)
        self._sell_to(self.client, payer)
        release = self._ask()
        self.assertEqual((release.client_id, release.buyer_id), (payer, self.client))
        release.with_user(self.controller).action_approve()
        self._sell_to(self.other, payer)
        self._confirm_blocked()
        self._sell_to(self.client)
        self._confirm_blocked()
        self._sell_to(self.client, payer)
        self.order.action_confirm()

    def test_who_asks_does_not_approve(self):
        second = new_test_user(
            self.env,
            "second_controller",
            "sales_crm.group_credit_controller,sales_crm.group_head",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        second.sales_release_limit = 5000
        release = self._ask(user=self.controller)
        self.assertEqual(release.activity_ids.user_id, second)
        own = release.with_user(self.controller)
        self.assertFalse(own.may_decide)
        self.assertIn("yourself", own.undecided_reason)
        for action in (own.action_approve, own.action_refuse):
            with self.assertRaisesRegex(AccessError, "yourself"), self.cr.savepoint():
                action()
        self.assertTrue(release.with_user(second).may_decide)
        self.assertFalse(release.with_user(second).undecided_reason)
        self.assertFalse(release.with_user(self.manager).undecided_reason)
        release.with_user(second).action_approve()
        self.order.action_confirm()

    def test_who_is_asked_and_may_not_is_told_why(self):
        """A head who is no controller, and whoever got the request's activity, sees who decides."""
        release = self._ask()
        own = release.with_user(self.head)
        self.assertEqual((own.may_decide, own.may_approve), (False, False))
        self.assertIn("controller", own.undecided_reason)
        self.assertFalse(release.with_user(self.manager).undecided_reason)
        self.assertFalse(release.with_user(self.controller).undecided_reason)
        self.assertTrue(release.with_user(self.controller).may_approve)
        self._plan(release, self.today, self.manager)
        self.env.invalidate_all()
        self.assertIn("controller", release.with_user(self.manager).undecided_reason)
        self.controller.sales_release_limit = 0
        self.env.invalidate_all()
        self.assertIn("above your own amount", release.with_user(self.controller).undecided_reason)
        self.controller.sales_release_limit = 5000
        release.with_user(self.controller).action_refuse("No")
        self.env.invalidate_all()
        self.assertFalse(own.undecided_reason)

    def test_a_lone_controller_asks(self):
        others = self.env["sales.credit.release"]._controllers() - self.controller
        others.sudo().write({"group_ids": [Command.unlink(self._controller_group())]})
        with self.assertRaisesRegex(UserError, "no other credit controller"), self.cr.savepoint():
            self._ask(user=self.controller)

    def _controller_group(self):
        return self.env.ref("sales_crm.group_credit_controller").id

    def test_bounds_of_the_company(self):
        settings = self.env["res.config.settings"].create(
            {"sales_release_max_amount": 1100, "sales_release_max_days": 7}
        )
        settings.execute()
        with self.assertRaisesRegex(UserError, "7 days at most"), self.cr.savepoint():
            self._ask(date_to=self.today + timedelta(days=8))
        release = self._ask(date_to=self.today + timedelta(days=7))
        self.assertFalse(release.with_user(self.controller).may_decide)
        with self.assertRaisesRegex(AccessError, "above your own amount"), self.cr.savepoint():
            release.with_user(self.controller).action_approve()
        self.company.sales_release_max_amount = 1200
        self.company.sales_release_max_days = 6
        with self.assertRaisesRegex(UserError, "6 days at most"), self.cr.savepoint():
            release.with_user(self.controller).action_approve()
        release.with_user(self.controller).action_refuse("Too long")
