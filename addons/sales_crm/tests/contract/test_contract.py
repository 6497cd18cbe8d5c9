from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestContract(CreditCase):
    """A contract's life, and who may do what with it."""

    def test_a_manager_drafts_and_the_head_activates(self):
        other = self._create_client("Other", self.manager)
        contract = (
            self.env["sales.contract"]
            .with_user(self.manager)
            .create(
                {
                    "name": "7",
                    "client_id": other.id,
                    "company_id": self.company.id,
                    "payment_term_id": self.term.id,
                    "credit_limit": 500,
                }
            )
        )
        self.assertEqual((contract.user_id, contract.deferral_days), (self.manager, 30))
        for action in (
            contract.action_activate,
            lambda: contract.write({"state": "active"}),
            lambda: contract.create({"name": "8", "client_id": other.id, "state": "active"}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()
        contract.with_user(self.head).action_activate()
        accounting = other.with_company(self.company)
        self.assertEqual((accounting.credit_limit, accounting.property_payment_term_id), (500, self.term))
        with self.assertRaises(AccessError), self.cr.savepoint():
            contract.credit_limit = 10000
        contract.with_user(self.head).credit_limit = 700
        self.assertEqual(accounting.credit_limit, 700)
        with self.assertRaises(UserError), self.cr.savepoint():
            contract.with_user(self.head).unlink()

    def test_a_foreign_client(self):
        foreign = self._create_client("Foreign", self.colleague)
        contract = self._contract(foreign)
        self.assertFalse(contract.with_user(self.manager).has_access("read"))
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["sales.contract"].with_user(self.manager).create(
                {"name": "9", "client_id": foreign.id, "company_id": self.company.id}
            )

    @mute_logger("odoo.sql_db")
    def test_numbers_and_dates(self):
        for values in (
            {"name": self.contract.name.lower()},
            {"name": "2", "date_end": self.today - timedelta(days=200)},
            {"name": "2", "credit_limit": -1},
        ):
            with self.assertRaises(Exception), self.cr.savepoint():  # noqa: B017  constraint or ValidationError
                self._contract(self.client, activate=False, **values)
        twin = self._contract(self.client, activate=False, name="2")
        with self.assertRaisesRegex(ValidationError, "another active contract"), self.cr.savepoint():
            twin.action_activate()
        self.contract.date_end = self.today
        twin.date_start = self.today + timedelta(days=1)
        twin.action_activate()
        self.assertFalse(twin.is_in_force)
        self.assertEqual(self.client.with_company(self.company).contract_id, self.contract)

    def test_the_end(self):
        self.contract.date_end = self.today + timedelta(days=20)
        self.env["sales.contract"]._cron_contracts()
        self.env["sales.contract"]._cron_contracts()
        self.assertEqual(len(self.contract.activity_ids), 1)
        self.assertEqual(self.contract.activity_ids.user_id, self.manager)
        self.assertEqual(self.contract.search([("is_expiring", "=", True)]), self.contract)
        self.contract.date_end = self.today - timedelta(days=1)
        self.assertFalse(self.contract.is_in_force)
        self.env["sales.contract"]._cron_contracts()
        self.assertEqual(self.contract.state, "expired")
        accounting = self.client.with_company(self.company)
        self.assertFalse(accounting.property_payment_term_id)
        self.assertFalse(accounting.credit_limit)

    def test_the_limit_ends_with_the_day(self):
        """Past its last day in the company's time zone a contract lends nothing, before any job has run."""
        accounting = self.client.with_company(self.company)
        self._owe(100)
        self.contract.date_end = self.today
        self.assertEqual((accounting.credit_state, accounting.credit_available), ("ok", 900))
        for zone, moment, in_force in (
            ("Asia/Vladivostok", f"{self.today} 13:00", True),
            ("Asia/Vladivostok", f"{self.today} 15:00", False),
            ("America/Los_Angeles", f"{self.today + timedelta(days=1)} 05:00", True),
        ):
            self.company.resource_calendar_id.tz = self.company.partner_id.tz = zone
            with self.subTest(zone=zone, moment=moment), self._at(moment):
                self.env.invalidate_all()
                order = self._order(1)
                self.assertEqual(self.contract.is_in_force, in_force)
                self.assertEqual(
                    self.contract in self.contract.search([("is_in_force", "=", True)]), in_force
                )
                self.assertEqual(accounting.credit_limited, in_force)
                self.assertEqual(bool(self._codes(order)), not in_force)

    def test_accounting_keeps_its_own_limit(self):
        """Who has changed the payment term in accounting after the contract has given a limit himself."""
        accounting = self.client.with_company(self.company)
        own = self.env.ref("account.account_payment_term_15days")
        self.contract.date_end = self.today - timedelta(days=1)
        accounting.write({"property_payment_term_id": own.id, "credit_limit": 200})
        before = (accounting.credit_limited, accounting.credit_available)
        self.assertEqual(before, (True, 200))
        self.env["sales.contract"]._cron_contracts()
        self.assertEqual((accounting.credit_limited, accounting.credit_available), before)

    def test_it_goes_on_by_itself(self):
        self.contract.write({"date_end": self.today - timedelta(days=1), "prolongation": "auto"})
        self.assertTrue(self.contract.is_in_force)
        self.env["sales.contract"]._cron_contracts()
        self.assertEqual(self.contract.state, "active")
        self.assertGreater(self.contract.date_end, self.today)

    def test_orders_and_invoices_take_it(self):
        order = self._order(1)
        self.assertEqual(order.contract_id, self.contract)
        order.action_confirm()
        self.contract.action_terminate()
        invoice = order._create_invoices()
        self.assertEqual(invoice.contract_id, self.contract, "what was sold under it is invoiced under it")
        self.assertFalse(self._owe(10, post=False).contract_id)

    def test_orders_and_invoices_refuse_others(self):
        other = self._create_client("Other", self.manager)
        foreign = self._contract(other)
        ended = self._contract(
            self.client, name="old", date_start=self.today - timedelta(days=300), activate=False
        )
        ended.sudo().state = "terminated"
        expired = self._contract(
            self.client,
            name="older",
            date_start=self.today - timedelta(days=300),
            date_end=self.today - timedelta(days=200),
            activate=False,
        )
        expired.sudo().state = "active"  # the job that ends it has not run yet
        draft = self._contract(self.client, name="next", activate=False)
        for contract in (foreign, ended, expired, draft):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._order(1).contract_id = contract
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._owe(10, post=False).contract_id = contract

    def test_smart_buttons(self):
        order = self._order(1)
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual((self.contract.order_count, self.contract.invoice_count), (1, 1))
        for action, documents in (
            (self.contract.action_view_orders(), order),
            (self.contract.action_view_invoices(), invoice),
            (self.client.action_view_contracts(), self.contract),
        ):
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), documents)

    def test_the_card_follows_at_once(self):
        """In one transaction, without reading anew: activated, changed, ended, taken up again."""
        other = self._create_client("Other", self.manager).with_company(self.company)
        contact = other.create({"name": "Buyer", "parent_id": other.id})
        self._owe(300, client=other)

        def shown():
            return [
                (partner.credit_state, partner.credit_limited, partner.credit_available, partner.contract_id)
                for partner in (other, contact, other.with_user(self.manager))
            ]

        nothing = self.contract.browse()
        self.assertEqual(set(shown()), {("ok", False, 0, nothing)})
        self.assertEqual(other.sales_contract_count, 0)
        contract = self._contract(other, activate=False)
        self.assertEqual(other.sales_contract_count, 1)
        self.assertEqual(set(shown()), {("ok", False, 0, nothing)})
        contract.action_activate()
        self.assertEqual(set(shown()), {("ok", True, 700, contract)})
        contract.credit_limit = 200
        self.assertEqual(set(shown()), {("over_limit", True, -100, contract)})
        contract.credit_limit = 1000
        contract.date_end = self.today - timedelta(days=1)
        self.assertEqual(set(shown()), {("no_contract", False, 0, nothing)})
        self.env["sales.contract"]._cron_contracts()
        self.assertEqual(contract.state, "expired")
        self.assertEqual({state for state, *_rest in shown()}, {"no_contract"})
        contract.action_draft()
        contract.date_end = False
        contract.action_activate()
        self.assertEqual(set(shown()), {("ok", True, 700, contract)})
        contract.action_terminate()
        self.assertEqual(set(shown()), {("no_contract", False, 0, nothing)})

    def test_its_terms_are_shut_for_the_manager(self):
        draft = self._contract(self.client, activate=False, name="2")
        for contract, user, may in (
            (self.contract, self.manager, False),
            (self.contract, self.head, True),
            (draft, self.manager, True),
        ):
            self.assertEqual(contract.with_user(user).may_change, may)

    def test_copy(self):
        self.assertEqual(self.contract.copy().state, "draft")

    def test_register_as_xlsx(self):
        self._owe(300, days_ago=40)
        self.head.group_ids += self.env.ref("base.group_allow_export")
        report = self.env["ir.actions.report"].with_user(self.head)
        content, kind = report._render("sales_crm.sales_contract_xlsx", self.contract.ids, data={})
        self.assertEqual(kind, "xlsx")
        rows = list(load_workbook(BytesIO(content)).active.values)
        self.assertEqual(rows[1][:2], (self.client.name, self.contract.name))
        self.assertEqual(rows[1][-3:], (1000, 300, 300))
