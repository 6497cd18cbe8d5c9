from datetime import timedelta
from itertools import combinations
from unittest.mock import patch

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ...tools.receivable import shortest
from ..chance import dice_of
from .test_receivable import ReceivableCase


@tagged("post_install", "-at_install")
class TestShortest(TransactionCase):
    """The list is the shortest: no smaller set of invoices does it."""

    def _check(self, amounts, is_green):
        found = shortest(amounts, is_green)
        self.assertTrue(is_green(sum(amounts[key] for key in found)))
        for size in range(len(found)):
            for chosen in combinations(amounts.values(), size):
                self.assertFalse(is_green(sum(chosen)), (amounts, chosen))

    def test_against_every_set(self):
        for _seed, rng in dice_of(40, 1000):
            late = {("late", n): rng.randint(1, 200) for n in range(rng.randint(0, 6))}
            due = {("due", n): rng.randint(1, 200) for n in range(rng.randint(0, 4))}
            unapplied = rng.randint(0, 80)
            overdue, debt = sum(late.values()), sum(late.values()) + sum(due.values()) - unapplied
            shipments = rng.randint(-100, 3000)
            self._check(late | due, lambda paid, d=debt, s=shipments: d - paid <= max(0.2 * s, 0) + 1e-9)
            self._check(
                late,
                lambda paid, o=overdue, d=debt: o - paid <= max(0.05 * (d - paid), 0) + 1e-9,
            )


@tagged("post_install", "-at_install")
class TestReceivableKpi(ReceivableCase):
    """Debt against shipments, and how the way back to green gets into the managers' plans."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._settle(cls._bill(1, 500))  # the firm ships for longer than the period

    def _kpi(self, user=None, *domain):
        Kpi = self.env["sales.receivable.kpi"].with_user(user or self.env.user)
        return Kpi.search(
            [
                ("company_id", "=", self.company.id),
                ("manager_id", "in", (self.manager | self.colleague).ids),
                ("is_current", "=", True),
                *domain,
            ]
        )

    def _row(self, manager=None):
        return self._kpi(None, ("manager_id", "=", (manager or self.manager).id))

    def test_ratios(self):
        paid = self._bill(900, 100)
        self._settle(paid, 400)
        self._bill(100, 20, move_type="out_refund")
        self._bill(50, 3)
        self._bill(700, 500)  # before the period
        row = self._row()
        # The credit note isn't matched: it goes to the oldest of the debts
        self.assertEqual((row.debt, row.overdue, row.shipments), (1150, 1100, 850))
        self.assertAlmostEqual(row.debt_ratio, 1150 / 850)
        self.assertAlmostEqual(row.overdue_ratio, 1100 / 1150)
        start = self.today + relativedelta(days=1, months=-12)
        self.assertEqual(row.period_days, (self.today - start).days + 1)
        self.assertAlmostEqual(row.days_sales, 1150 / 850 * row.period_days)
        self.assertTrue(row.debt_red and row.overdue_red)
        self.assertEqual(row.team_id, self.manager.sale_team_id)

    def test_period_and_targets_are_settings(self):
        self._settle(self._bill(900, 50))
        self._bill(100, 10)
        row = self._row()
        self.assertFalse(row.debt_red)
        self.company.sales_kpi_debt_target = 0.05
        row.invalidate_recordset()
        self.assertTrue(row.debt_red)
        self.company.sales_kpi_months = 1
        row.invalidate_recordset()
        self.assertEqual(row.shipments, 100)

    def test_nothing_shipped(self):
        self._bill(100, 500)
        row = self._row()
        self.assertEqual((row.shipments, row.debt_ratio, row.debt_red), (0, 0, True))

    def test_a_group_has_the_ratio_of_its_sums(self):
        self._bill(100, 40)
        self._settle(self._bill(900, 40, self.other_client))
        groups = self.env["sales.receivable.kpi"]._read_group(
            [("id", "in", self._kpi().ids)], ["team_id"], ["debt_ratio:avg", "overdue_ratio:avg"]
        )
        [(team, debt_ratio, overdue_ratio)] = groups
        self.assertEqual(team, self.team)
        self.assertAlmostEqual(debt_ratio, 0.1)
        self.assertAlmostEqual(overdue_ratio, 1)

    def test_roles(self):
        self._bill(100, 40)
        self._bill(200, 40, self.other_client)
        self.assertEqual(self._kpi(self.manager).manager_id, self.manager)
        self.assertEqual(self._kpi(self.head).manager_id, self.manager | self.colleague)
        controller = new_test_user(
            self.env,
            "only_credit",
            "sales_crm.group_credit_controller",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.assertEqual(len(self._kpi(controller)), 2)
        with self.assertRaises(AccessError):
            self._kpi(new_test_user(self.env, "stranger", "base.group_user"))

    # ------------------------------------------------------
    # What to collect
    # ------------------------------------------------------

    def _collect(self, row, figure, user=None):
        row = row.with_user(user or self.head)
        action = getattr(row, f"action_collect_{figure}")()
        return self.env[action["res_model"]].with_user(user or self.head).browse(action["res_id"])

    def test_shortest_list_of_debt(self):
        """2 000 shipped, 1 000 owed, 400 allowed: 600 have to come in."""
        self._settle(self._bill(1000, 40))
        bills = {amount: self._bill(amount, 5) for amount in (50, 150, 350, 450)}
        collect = self._collect(self._row(), "debt")
        self.assertEqual(collect.line_ids.move_id, bills[450] | bills[350])
        self.assertAlmostEqual(collect.ratio, 0.5)
        self.assertAlmostEqual(collect.ratio_after, 0.1)

    def test_shortest_list_of_overdue(self):
        """Paying what is overdue makes the debt smaller as well: 1 000 owed, 200 overdue, x >= 150 / 0.95."""
        self._bill(800, 5)
        small, large = self._bill(42, 40), self._bill(158, 50)
        collect = self._collect(self._row(), "overdue")
        self.assertEqual(collect.line_ids.move_id, large)
        self.assertLessEqual(collect.ratio_after, 0.05)
        self._settle(large, 1)
        collect = self._collect(self._row(), "overdue")
        self.assertEqual(collect.line_ids.move_id, large | small)

    def test_a_team_is_taken_together(self):
        mine, theirs = self._bill(100, 40), self._bill(200, 40, self.other_client)
        collect = self._collect(self._kpi(), "overdue")
        self.assertEqual(collect.line_ids.move_id, mine | theirs)

    def test_what_is_past_cannot_be_collected(self):
        self._bill(100, 200)
        with patch.object(type(self.env["sales.receivable.snapshot"]), "_commit", return_value=1):
            self.env["sales.receivable.snapshot"]._cron_snapshot()
        past = self.env["sales.receivable.kpi"].search(
            [("is_current", "=", False), ("manager_id", "=", self.manager.id)]
        )
        self.assertTrue(past)
        with self.assertRaises(UserError):
            past[0].action_collect_debt()

    def test_into_the_plans_once(self):
        invoice = self._bill(100, 40)
        theirs = self._bill(200, 40, self.other_client)
        collect = self._collect(self._kpi(), "overdue")
        friday = "2027-03-05"
        with self._at(f"{friday} 09:00"):
            collect.action_plan()
        Activity = self.env["mail.activity"]
        activities = Activity.search([("unpaid_move_id", "in", (invoice | theirs).ids)])
        self.assertEqual(len(activities), 2)
        mine = activities.filtered(lambda a: a.unpaid_move_id == invoice)
        self.assertEqual((mine.user_id, mine.client_id), (self.manager, self.client))
        self.assertEqual(str(mine.date_deadline), "2027-03-08")
        self.assertIn("100", mine.summary)
        self.assertIn(invoice.name, mine.summary)
        self.assertEqual(mine.activity_type_id, self.env.ref("sales_crm.mail_activity_type_payment"))
        collect.action_plan()
        self._collect(self._kpi(), "overdue").action_plan()
        domain = [("unpaid_move_id", "in", (invoice | theirs).ids)]
        self.assertEqual(Activity.search(domain), activities)
        self.assertTrue(all(self._collect(self._kpi(), "overdue").line_ids.mapped("is_planned")))
        mine.with_user(self.manager).action_feedback(feedback="Promised")
        collect.action_plan()
        self.assertEqual(len(Activity.search(domain)), 2)

    def test_a_manager_plans_his_own(self):
        invoice = self._bill(100, 40)
        theirs = self._bill(200, 40, self.other_client)
        collect = self._collect(self._row(), "overdue", self.manager)
        collect.action_plan()
        activity = self.env["mail.activity"].search([("unpaid_move_id", "=", invoice.id)])
        self.assertEqual(activity.user_id, self.manager)
        forged = self.env["sales.receivable.collect"].create(
            {
                "figure": "debt",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"move_id": theirs.id, "client_id": self.other_client.id, "amount": 1})
                ],
            }
        )
        self.assertFalse(forged.with_user(self.manager)._rows_to_plan())

    def test_clients_without_a_manager_are_told(self):
        self.client.user_id = False
        self._bill(100, 40)
        row = self.env["sales.receivable.kpi"].search(
            [("is_current", "=", True), ("manager_id", "=", False), ("company_id", "=", self.company.id)]
        )
        answer = self._collect(row, "overdue").action_plan()
        self.assertEqual(answer["params"]["type"], "warning")


@tagged("post_install", "-at_install")
class TestReceivableSnapshot(ReceivableCase):
    """The end of a month stays as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month_end = cls.today.replace(day=1) - timedelta(days=1)
        cls.since = (cls.today - cls.month_end).days

    def _run(self):
        with patch.object(type(self.env["sales.receivable.snapshot"]), "_commit", return_value=1):
            self.env["sales.receivable.snapshot"]._cron_snapshot()

    def _snapshot(self, client=None, date=None):
        return self.env["sales.receivable.snapshot"].search(
            [
                ("company_id", "=", self.company.id),
                ("client_id", "=", (client or self.client).id),
                ("date", "=", date or self.month_end),
            ]
        )

    def test_a_late_run_sees_the_month_as_it_ended(self):
        late = self._bill(100, self.since + 40)
        self._settle(late, 30, self.since + 5)
        self._settle(late, 50, self.since - 1)  # after the month
        self._bill(20, self.since)
        self._bill(400, self.since - 1)  # after the month
        self._run()
        row = self._snapshot()
        self.assertEqual((row.debt, row.overdue, row.shipments), (90, 70, 120))
        self.assertEqual((row.manager_id, row.team_id), (self.manager, self.manager.sale_team_id))

    def test_nothing_changes_it_later(self):
        invoice = self._bill(100, self.since + 40)
        self._run()
        row = self._snapshot()
        before = row.read()
        self._bill(77, self.since + 10)
        self._bill(55, self.since + 10, self.other_client)
        self._settle(invoice, 5, self.since)
        self.client.user_id = self.colleague
        self._run()
        self.env.invalidate_all()
        self.assertEqual(self._snapshot().read(), before)
        self.assertFalse(self._snapshot(self.other_client))

    def test_missed_months_are_made_up_for(self):
        two_ago = self.month_end.replace(day=1) - timedelta(days=1)
        three_ago = two_ago.replace(day=1) - timedelta(days=1)
        invoice = self._bill(100, (self.today - two_ago).days + 10)
        self._settle(invoice, None, self.since + 3)
        self._bill(1, self.since + 1)
        self.company.sudo().sales_snapshot_date = three_ago
        self._run()
        self.assertEqual(self._snapshot(date=two_ago).debt, 100)
        self.assertEqual(self._snapshot().debt, 1)
        self.assertEqual(self.company.sales_snapshot_date, self.month_end)

    def test_a_broken_run_goes_on(self):
        """Out of time after the first company, the others follow in the next run."""
        Snapshot = type(self.env["sales.receivable.snapshot"])
        self._bill(100, self.since + 40)
        with patch.object(Snapshot, "_commit", return_value=0):
            self.env["sales.receivable.snapshot"]._cron_snapshot()
        self._run()
        self._run()
        self.assertEqual(len(self._snapshot()), 1)
        companies = self.env["res.company"].search([])
        self.assertTrue(all(companies.mapped("sales_snapshot_date")))

    def test_conflict_is_tried_again(self):
        Snapshot = type(self.env["sales.receivable.snapshot"])
        self._bill(100, self.since + 40)
        origin, tries = Snapshot._write_month, []

        def conflict(records, company, month_end):
            tries.append(company)
            if len(tries) == 1:
                raise psycopg2.errors.SerializationFailure
            return origin(records, company, month_end)

        self.env.flush_all()
        with (
            patch.object(Snapshot, "_write_month", conflict),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch("odoo.addons.sales_crm.models.batch.sales_batch_step.time.sleep"),
        ):
            self._run()
        self.assertEqual(tries[0], tries[1])
        self.assertEqual(len(self._snapshot()), 1)

    def test_the_month_ends_where_the_company_is(self):
        Snapshot = self.env["sales.receivable.snapshot"]
        with self._at("2027-02-28 20:00"):
            self.assertEqual(str(Snapshot._months_missing(self.company)[-1]), "2027-01-31")
            self.company.resource_calendar_id.tz = "Asia/Vladivostok"
            self.assertEqual(str(Snapshot._months_missing(self.company)[-1]), "2027-02-28")

    def test_as_of_a_day_equals_the_recount(self):
        """Random payments before and after the day, in two currencies."""
        [(_seed, rng)] = dice_of(1, 1)
        foreign = self.setup_other_currency("EUR")
        for _number in range(12):
            client = rng.choice([self.client, self.other_client])
            invoice = self._bill(
                round(rng.uniform(10, 500), 2),
                self.since + rng.randint(0, 60),
                client,
                currency_id=rng.choice([self.company.currency_id, foreign]).id,
            )
            for _payment in range(rng.randint(0, 2)):
                if invoice.amount_residual > 1:
                    amount = rng.choice([None, round(invoice.amount_residual / 3, 2)])
                    self._settle(invoice, amount, rng.randint(0, self.since + 20))
        self._run()
        for client in (self.client, self.other_client):
            debt, overdue = self._recount_at(client, self.month_end)
            row = self._snapshot(client)
            self.assertEqual((round(row.debt, 2), round(row.overdue, 2)), (debt, overdue))

    def _recount_at(self, client, day):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", client.id),
                ("company_id", "=", self.company.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ]
        )
        debts, money = [], 0
        for line in lines.sorted(lambda line: (line.date_maturity or line.date, line.id)):
            early = (line.matched_credit_ids | line.matched_debit_ids).filtered(lambda p: p.max_date <= day)
            sign = {line.matched_credit_ids: -1, line.matched_debit_ids: 1}
            residual = line.balance + sum(
                factor * sum((partials & early).mapped("amount")) for partials, factor in sign.items()
            )
            if residual > 0:
                debts.append((line.date_maturity or line.date, residual))
            money += max(-residual, 0)
        debt = overdue = 0
        for due, residual in debts:
            left = max(residual - money, 0)
            money = max(money - residual, 0)
            debt += left
            overdue += left if due < day else 0
        return round(debt, 2), round(overdue, 2)

    def test_roles(self):
        self._bill(100, self.since + 40)
        self._bill(200, self.since + 40, self.other_client)
        self._run()
        Snapshot = self.env["sales.receivable.snapshot"]
        domain = [("client_id", "in", (self.client | self.other_client).ids)]
        self.assertEqual(Snapshot.with_user(self.manager).search(domain).client_id, self.client)
        rows = Snapshot.with_user(self.head).search(domain)
        self.assertEqual(len(rows), 2)
        with self.assertRaises(AccessError):
            rows.write({"debt": 0})
        with self.assertRaises(AccessError):
            rows.unlink()
