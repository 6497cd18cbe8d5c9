from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_receivable import ReceivableCase


class EdgeCase(ReceivableCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._settle(cls._bill(1, 500))  # the firm ships for longer than the period

    def _rows(self, client=None, user=None):
        rows = self.env["sales.receivable.report"].with_user(user or self.env.user)
        rows.invalidate_model()
        return rows.search([("client_id", "=", (client or self.client).id)])

    def _card(self, client=None):
        client = client or self.client
        client.invalidate_recordset()
        return client.receivable_amount, client.overdue_amount, client.overdue_days

    def _indicator(self, **values):
        Kpi = self.env["sales.receivable.kpi"]
        Kpi.invalidate_model()
        values = {"manager_id": self.manager.id, "company_id": self.company.id, "is_current": True, **values}
        return Kpi.search([(name, "=", value) for name, value in values.items()])

    def _to_collect(self, figure="overdue", rows=None):
        return (rows or self._indicator())._open_debts(figure)


@tagged("post_install", "-at_install")
class TestUnmatchedMoney(EdgeCase):
    """Who has paid isn't called, matched or not."""

    def test_paid_and_not_matched(self):
        self._bill(1000, 90)
        self._money(1000)
        self.assertEqual(self._card(), (0, 0, 0))
        self.assertEqual(self.client.credit_state, "ok")
        rows = self._rows()
        self.assertEqual(sorted(rows.mapped("covered")), [-1000, 1000])
        self.assertEqual(set(rows.mapped("age")), {"covered"})
        self.assertFalse(any(rows.mapped("overdue")) or any(rows.mapped("days_overdue")))
        row = self._indicator()
        self.assertEqual((row.debt, row.overdue, row.prepaid), (0, 0, 0))
        self.assertFalse(row.overdue_red)
        self.assertFalse(self._to_collect() + self._to_collect("debt"))

    def test_the_oldest_debt_goes_first(self):
        old, young = self._bill(1000, 100), self._bill(400, 60)
        self._bill(50, 0)
        self._bill(100, 1, move_type="out_refund")
        self._money(1000, days_ago=2)
        self.assertEqual(self._card(), (350, 300, 30))
        left = {row.move_id: row.left_to_pay for row in self._rows() if row.residual > 0}
        self.assertEqual((left[old], left[young]), (0, 300))
        [debt] = self._to_collect()
        self.assertEqual((debt["move_id"], debt["amount"]), (young.id, 300))
        promise = self._rows().filtered(lambda row: row.move_id == young).action_promise()
        self.assertEqual(promise["context"]["default_amount"], 300)

    def test_one_who_paid_too_much_pays_nobody_elses_debt(self):
        self._bill(1000, 100)
        prepaid = self._create_client("Prepaid", self.manager)
        self._money(5000, prepaid)
        row = self._indicator()
        self.assertEqual((row.debt, row.overdue, row.prepaid), (1000, 1000, 5000))
        self.assertEqual(row.overdue_ratio, 1)

    def test_a_credit_note_that_was_paid_out(self):
        """Paid out before it is matched: nothing is overdue of it, and it covers nothing either."""
        self._bill(300, 40, move_type="out_refund")
        self._money(-300, days_ago=10)
        self.assertEqual(self._card(), (0, 0, 0))
        invoice = self._bill(200, 60)
        self.assertEqual(self._card(), (200, 200, 30))
        [debt] = self._to_collect()
        self.assertEqual((debt["move_id"], debt["amount"]), (invoice.id, 200))

    def test_the_gate_and_the_card_say_the_same(self):
        """Tolerance: what is overdue for longer than that and isn't covered stops him."""
        contract = self._contract(self.other_client, credit_limit=10_000, overdue_tolerance_days=20)
        self._bill(500, 60, self.other_client)
        self._bill(500, 40, self.other_client)
        self.assertTrue(contract)
        self.assertEqual(self._codes(self._order(client=self.other_client)), {"overdue"})
        self._money(500, self.other_client)
        self.assertEqual(self._codes(self._order(client=self.other_client)), set())
        self.assertEqual(self._card(self.other_client), (500, 500, 10))

    def test_money_of_the_firm_covers_a_branchs_debt(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.cr.precommit.run()  # core gives it the accounts of the firm there
        self.env = self.env(context={**self.env.context, "allowed_company_ids": (self.company | branch).ids})
        self._bill(100, 90, company=branch)
        self._money(100)
        rows = self._rows()
        self.assertEqual(set(rows.mapped("left_to_pay")), {0})
        self.assertFalse(sum(self._indicator(company_id=branch.id).mapped("debt")))

    def test_not_across_companies_with_ledgers_of_their_own(self):
        second = self._second_company()
        self.env = self.env(context={**self.env.context, "allowed_company_ids": (self.company | second).ids})
        self._bill(100, 90)
        self._money(100, company=second)
        self.assertEqual(sorted(self._rows().mapped("left_to_pay")), [-100, 100])

    def test_an_instalment_above_the_invoice(self):
        """Core makes + 500 and − 200 of 300."""
        term = self.env["account.payment.term"].create(
            {
                "name": "500 first",
                "line_ids": [
                    Command.create({"value": "fixed", "value_amount": 500, "nb_days": 5}),
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 60}),
                ],
            }
        )
        self._bill(300, 30, term=term)
        self.assertEqual(sorted(self._rows().mapped("residual")), [-200, 500])
        self.assertEqual(self._card(), (300, 300, 25))

    def test_a_promise_when_the_first_instalment_is_paid(self):
        """What is past its date is paid: what is left is promised, not nothing."""
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (5, 90)
                ],
            }
        )
        invoice = self._bill(300, 30, term=term)
        self._settle(invoice, 150)
        self.assertEqual(invoice.action_promise()["context"]["default_amount"], 150)

    def test_without_a_due_date(self):
        self._entry([(self.client, 70)], 10)
        row = self._rows()
        self.assertEqual((row.date_due, row.days_overdue), (self.today - timedelta(days=10), 10))
        self.assertEqual(self._card(), (70, 70, 10))
        self.assertEqual(self._indicator().overdue, 70)


@tagged("post_install", "-at_install")
class TestMatching(EdgeCase):
    """The accountant's list, and the button on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env,
            "accountant",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_match(self):
        invoice = self._bill(1000, 90)
        self._money(400)
        other = self._bill(30, 90, self.other_client)
        action = self.env.ref("sales_crm.sales_receivable_match_action")
        self.assertIn("to_match", action.context)
        rows = self.env["sales.receivable.report"].with_user(self.accountant)
        rows = rows.search(
            [("covered", "!=", 0), ("client_id", "in", [self.client.id, self.other_client.id])]
        )
        self.assertEqual(rows.client_id, self.client)
        rows.action_match()
        self.assertEqual(invoice.amount_residual, 600)
        self.assertEqual(other.amount_residual, 30)
        self.assertFalse(self._rows().filtered("covered"))
        self.assertEqual(self._card(), (600, 600, 60))

    def test_only_with_what_it_goes_with(self):
        self._bill(1000, 90)
        self._money(400, self.other_client)
        rows = self._rows(user=self.accountant) | self._rows(self.other_client, self.accountant)
        with self.assertRaisesRegex(UserError, "nothing to match"):
            rows.action_match()

    def test_no_managers_business(self):
        self._bill(1000, 90)
        self._money(400)
        with self.assertRaises(AccessError):
            self._rows(user=self.manager).action_match()


@tagged("post_install", "-at_install")
class TestSharedEntry(EdgeCase):
    """An opening balance says what several clients owe: each of them is asked for his part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.third = cls._create_client("Gamma", cls.manager)
        cls.opening = cls._entry(
            [(cls.client, 300), (cls.third, 200), (cls.other_client, 100)],
            60,
            cls.today - timedelta(days=50),
        )

    def _plan(self):
        rows = self._indicator()
        action = rows.with_user(self.head).action_collect_overdue()
        collect = self.env[action["res_model"]].with_user(self.head).browse(action["res_id"])
        return collect, collect.action_plan()

    def _planned(self):
        return self.env["mail.activity"].search([("unpaid_move_id", "=", self.opening.id)])

    def test_each_client_is_planned(self):
        collect, _answer = self._plan()
        parts = {line.client_id: line.amount for line in collect.line_ids}
        self.assertEqual(parts, {self.client: 300, self.third: 200})
        activities = self._planned()
        self.assertEqual(activities.client_id, self.client | self.third)
        for activity in activities:
            self.assertIn(f"{parts[activity.client_id]:.2f}", activity.summary)
        self.assertTrue(all(collect.line_ids.mapped("is_planned")))
        self._plan()
        self.assertEqual(self._planned(), activities)

    def test_one_in_a_plan_leaves_the_others(self):
        self._plan()
        first = self._planned().filtered(lambda activity: activity.client_id == self.client)
        self._planned().filtered(lambda activity: activity.client_id == self.third).with_user(
            self.manager
        ).action_feedback(feedback="Will pay")
        collect, _answer = self._plan()
        self.assertEqual(self._planned().client_id, self.client | self.third)
        self.assertIn(first, self._planned())
        self.assertEqual(len(collect.line_ids), 2)

    def test_a_promise_is_of_his_part(self):
        self._plan()
        activity = self._planned().filtered(lambda one: one.client_id == self.third)
        action = activity.with_user(self.manager).action_promise()
        self.assertEqual(action["context"]["default_amount"], 200)

    def test_two_clients_that_become_one(self):
        """Core deletes what breaks a unique key: no activity is lost."""
        self._plan()
        activities = self._planned()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.third).ids, self.client, extra_checks=False)
        self.assertEqual(activities.exists(), activities)
        self.assertEqual(activities.client_id, self.client)
        self.assertEqual(len(self._planned()), 1)
        self.env.invalidate_all()
        self.assertEqual(sum(debt["amount"] for debt in self._to_collect()), 500)


@tagged("post_install", "-at_install")
class TestIndicatorEdges(EdgeCase):
    """Firms that are young, months that are not added, currencies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.young = cls._second_company()
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": (cls.company | cls.young).ids})

    def _young(self, **values):
        return self._indicator(company_id=self.young.id, **values)

    def test_the_first_months_are_brought_up_to_the_period(self):
        """100 a month, paid after a month: 8 % of a year's shipments, whatever the firm's age."""
        for month in range(4):
            invoice = self._bill(100, 30 * month + 1, company=self.young)
            if month:
                self._settle(invoice)
        row = self._young()
        self.assertEqual(row.period_days, 92)
        self.assertEqual(row.shipments, 400)
        self.assertAlmostEqual(row.shipments_full, 400 * row.full_days / 92, 2)
        self.assertAlmostEqual(row.debt_ratio, 100 / (400 * row.full_days / 92), 4)
        self.assertAlmostEqual(row.days_sales, 100 / 400 * 92, 1)
        self.assertFalse(row.debt_red or row.is_early or row.note)

    def test_less_than_a_quarter_is_grey(self):
        self._bill(100, 45, company=self.young)
        row = self._young()
        self.assertTrue(row.is_early)
        self.assertFalse(row.debt_red or row.overdue_red)
        self.assertIn("46 days", row.note)

    def test_an_opening_balance_alone_is_grey(self):
        self._entry([(self.client, 100)], 200, company=self.young)
        row = self._young()
        self.assertTrue(row.is_early)
        self.assertEqual((row.debt, row.debt_ratio, row.period_days), (100, 0, 0))
        self.assertIn("Nothing shipped", row.note)

    def test_a_period_of_a_month_is_no_young_firm(self):
        self.company.sales_kpi_months = 1
        self._bill(100, 40)
        row = self._indicator()
        self.assertFalse(row.is_early)
        self.assertTrue(row.overdue_red)

    def test_months_are_not_added(self):
        self._bill(100, 100)  # and 1, which was paid today
        Snapshot = self.env["sales.receivable.snapshot"]
        for months in (1, 2):
            day = self.today.replace(day=1) - relativedelta(months=months - 1, days=1)
            Snapshot._write_month(self.company, day)
            self.company.sudo().sales_snapshot_date = False
        self.assertEqual(len(self._indicator(is_current=False)), 2)
        Kpi = self.env["sales.receivable.kpi"]
        domain = [("manager_id", "=", self.manager.id), ("company_id", "=", self.company.id)]
        specs = ["debt:sum", "overdue:sum", "shipments:sum", "debt_ratio:avg"]
        [(_manager, *figures)] = Kpi._read_group(domain, ["manager_id"], specs)
        self.assertFalse(any(figures))
        groups = Kpi._read_group(domain, ["date:month"], specs)
        self.assertGreaterEqual(len(groups), 2)
        self.assertEqual([debt for _month, debt, *_rest in groups[:2]], [101, 101])

    def test_companies_in_other_currencies(self):
        """Dollars are no roubles: 100 at 2 for 1 are worth 50."""
        euro = self.setup_other_currency("EUR", rates=[("1900-01-01", 2)])
        company = self.company_data["company"]
        self.env.cr.execute("UPDATE res_company SET currency_id = %s WHERE id = %s", [euro.id, self.young.id])
        self.env.invalidate_all()
        own = self._create_client("Own", self.manager)
        self._bill(100, 100, own)
        self._bill(100, 100, own, company=self.young)
        Kpi = self.env["sales.receivable.kpi"].with_company(company)
        domain = [("manager_id", "=", self.manager.id), ("is_current", "=", True)]
        [(_manager, debt, ratio, shipments)] = Kpi._read_group(
            domain, ["manager_id"], ["debt:sum_currency", "debt_ratio:avg", "shipments_full:sum_currency"]
        )
        self.assertAlmostEqual(debt, 150)
        self.assertAlmostEqual(ratio, 150 / shipments)

    def test_a_contact_who_changes_employer(self):
        """What was shipped to his old firm stays hers, as its debt does."""
        person = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.client.id})
        self._settle(self._bill(100, 10, person), 30)
        self.env.flush_all()
        person.parent_id = self.other_client
        self.env.flush_all()
        self.env.flush_all()
        history = self.env["sales.client.history"].search([("kind", "in", ["invoice", "payment"])])
        self.assertEqual(len(history.filtered(lambda row: row.client_id == self.client)), 4)
        self.assertFalse(history.filtered(lambda row: row.client_id == self.other_client))
        row = self._indicator()
        self.assertEqual((row.debt, row.shipments), (70, 100))
        self.assertFalse(self._indicator(manager_id=self.colleague.id))
