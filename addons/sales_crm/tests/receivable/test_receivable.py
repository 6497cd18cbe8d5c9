import io
from datetime import timedelta

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..chance import dice_of
from ..common_credit import CreditCase
from ..counting import Counted


class ReceivableCase(CreditCase):
    """Ledgers to count: invoices of any date, terms and currency, paid in part or in full."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_client = cls._create_client("Beta", cls.colleague)

    @classmethod
    def _bill(
        cls, amount, days_ago=0, client=None, move_type="out_invoice", company=None, term=None, **values
    ):
        """An invoice of ``amount``, due 30 days after its date if ``term`` is not given."""
        company = company or cls.company
        date = cls.today - timedelta(days=days_ago)
        due = {"invoice_date_due": date + timedelta(days=30), "invoice_payment_term_id": False}
        if term:
            due = {"invoice_payment_term_id": term.id}
        line = {"name": "Goods", "price_unit": amount, "quantity": 1, "tax_ids": False}
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "company_id": company.id,
                    "partner_id": (client or cls.client).id,
                    "invoice_date": date,
                    "date": date,
                    "invoice_user_id": cls.manager.id,
                    "invoice_line_ids": [Command.create(line)],
                    **due,
                    **values,
                }
            )
        )
        move.action_post()
        return move

    @classmethod
    def _second_company(cls):
        """A company with a chart of accounts of its own."""
        env = cls.env
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": []})
        # core made it as an accountant of the first company only
        cls.product_category = cls.product_category.with_env(cls.env)
        try:
            return cls.setup_other_company()["company"].with_env(env)
        finally:
            cls.env = env

    @classmethod
    def _settle(cls, moves, amount=None, days_ago=0, **values):
        """Register a payment on the invoices, of all that is left if ``amount`` is not given."""
        vals = {"payment_date": cls.today - timedelta(days=days_ago), **values}
        if amount is not None:
            vals["amount"] = amount
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(vals)
        )
        return wizard._create_payments()

    @classmethod
    def _match(cls, *moves):
        """Reconcile what the moves have on receivable accounts, as far as it goes."""
        lines = cls.env["account.move"].union(*moves).line_ids.filtered(lambda line: not line.reconciled)
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()

    @classmethod
    def _money(cls, amount, client=None, days_ago=0, company=None, **values):
        """A payment that is matched with nothing; negative: money that goes back to the client."""
        company = company or cls.company
        payment = (
            cls.env["account.payment"]
            .with_company(company)
            .create(
                {
                    "amount": abs(amount),
                    "payment_type": "inbound" if amount > 0 else "outbound",
                    "partner_type": "customer",
                    "partner_id": (client or cls.client).id,
                    "date": cls.today - timedelta(days=days_ago),
                    **values,
                }
            )
        )
        payment.action_post()
        return payment

    @classmethod
    def _entry(cls, amounts, days_ago=0, due=None, company=None):
        """An entry by hand, as opening balances are: what several clients owe.

        :param list amounts: pairs of client, amount
        :param due: due date of all of it; None: there is none
        """
        company = company or cls.company
        Account = cls.env["account.account"].with_company(company)
        here = Account._check_company_domain(company)
        debit, other = (
            Account.search([*here, ("account_type", "=", kind)], limit=1)
            for kind in ("asset_receivable", "equity")
        )
        lines = [
            {"account_id": debit.id, "partner_id": client.id, "balance": amount, "date_maturity": due}
            for client, amount in amounts
        ]
        lines.append({"account_id": other.id, "balance": -sum(amount for _client, amount in amounts)})
        journal = (
            cls.env["account.journal"]
            .with_company(company)
            .search([("type", "=", "general"), ("company_id", "=", company.id)], limit=1)
        )
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": journal.id,
                    "date": cls.today - timedelta(days=days_ago),
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
        )
        move.action_post()
        if due is None:
            # core's form fills it in; what comes by an import or another module may lack it
            move.line_ids.flush_recordset()
            cls.env.cr.execute(
                "UPDATE account_move_line SET date_maturity = NULL WHERE move_id = %s", [move.id]
            )
            move.line_ids.invalidate_recordset()
        return move


@tagged("post_install", "-at_install")
class TestReceivableLedger(ReceivableCase):
    """The report is the ledger, to the cent; what is unmatched covers the oldest debts, by a recount that
    knows nothing of our SQL.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._second_company()
        cls.companies = cls.company | cls.second
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.companies.ids})
        cls.head.company_ids = cls.companies
        cls.foreign = cls.setup_other_currency("EUR")
        Term = cls.env["account.payment.term"]
        cls.halves, cls.fixed = (
            Term.create({"name": name, "line_ids": [Command.create(line) for line in lines]})
            for name, lines in {
                "Halves": [
                    {"value": "percent", "value_amount": 50, "nb_days": 10},
                    {"value": "percent", "value_amount": 50, "nb_days": 45},
                ],
                # of 300 core makes + 500 and - 200
                "500 first": [
                    {"value": "fixed", "value_amount": 500, "nb_days": 5},
                    {"value": "percent", "value_amount": 100, "nb_days": 40},
                ],
            }.items()
        )
        contact = cls.env["res.partner"].create({"name": "Buyer", "parent_id": cls.client.id})
        third = cls._create_client("Gamma", cls.colleague)
        cls.buyers = cls.client | cls.other_client | contact | third

    STEPS = {
        "bill": 6,
        "pay": 4,
        "credit": 2,
        "write_off": 2,
        "loose": 1,
        "undo": 1,
        "on_account": 2,
        "pay_back": 1,
        "opening": 1,
    }

    def _random_step(self, rng, opened):
        company = rng.choice(self.companies)
        [kind] = rng.choices([*self.STEPS], [*self.STEPS.values()])
        here = [move for move in opened if move.company_id == company and move.amount_residual]
        if kind == "bill" or not here:
            opened.append(
                self._bill(
                    round(rng.uniform(5, 900), 2),
                    rng.randint(0, 150),
                    rng.choice(self.buyers),
                    company=company,
                    currency_id=rng.choice([company.currency_id, self.foreign]).id,
                    term=rng.choice([None, self.halves, self.fixed]),
                )
            )
            return
        getattr(self, f"_step_{kind}")(rng, company, rng.choice(here))

    def _part(self, rng, move):
        return round(move.amount_residual * rng.uniform(0.1, 0.9), 2) or 0.01

    def _step_pay(self, rng, _company, move):
        self._settle(move, self._part(rng, move) if rng.random() < 0.7 else None, rng.randint(0, 20))

    def _step_write_off(self, rng, _company, move):
        self._settle(
            move,
            self._part(rng, move),
            rng.randint(0, 20),
            payment_difference_handling="reconcile",
            writeoff_account_id=move.invoice_line_ids.account_id[:1].id,
            writeoff_label="Bad debt",
        )

    def _step_loose(self, rng, company, move):
        currency = rng.choice([move.currency_id, company.currency_id])
        return self._bill(
            self._part(rng, move),
            rng.randint(0, 20),
            move.partner_id,
            "out_refund",
            company,
            currency_id=currency.id,
        )

    def _step_credit(self, rng, company, move):
        self._match(move, self._step_loose(rng, company, move))

    def _step_undo(self, _rng, _company, move):
        lines = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        lines.remove_move_reconcile()

    def _step_on_account(self, rng, company, move):
        amount = round(move.amount_residual * rng.uniform(0.2, 2), 2) or 1
        self._money(amount, move.partner_id, rng.randint(0, 90), company)

    def _step_pay_back(self, rng, company, move):
        self._money(-round(rng.uniform(1, 200), 2), move.partner_id, rng.randint(0, 90), company)

    def _step_opening(self, rng, company, _move):
        clients = rng.sample([*self.buyers], 2)
        amounts = [(client, round(rng.uniform(-200, 500), 2) or 1) for client in clients]
        days_ago = rng.randint(0, 90)
        due = rng.choice([None, self.today - timedelta(days=days_ago - rng.randint(0, 30))])
        self._entry(amounts, days_ago, due, company)

    def _recount(self):
        """:return: dict line id -> what is left of it by its matchings, for the receivable lines"""
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.companies.ids),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("move_id.state", "=", "posted"),
                ]
            )
        )
        left = {}
        for line in lines:
            matched = sum(line.matched_credit_ids.mapped("amount")) - sum(
                line.matched_debit_ids.mapped("amount")
            )
            residual = round(line.balance - matched, 2)
            if residual:
                left[line] = residual
        return left

    def _cover(self, left):
        """:param dict left: see :meth:`_recount`
        :return: dict line -> what is left when each client's money has gone to what he got back, then to his
            oldest debts
        """
        rest = dict(left)
        queues = {}
        for line in sorted(left, key=lambda line: (not self._is_money(line), self._due(line), line.id)):
            key = (line.company_id.root_id, line.partner_id.commercial_partner_id, left[line] > 0)
            queues.setdefault(key, []).append(line)
        for (root, client, is_debt), debts in queues.items():
            money = queues.get((root, client, False), [])
            if not is_debt:
                continue
            for debt in debts:
                for payment in money:
                    used = min(rest[debt], -rest[payment])
                    rest[debt] = round(rest[debt] - used, 2)
                    rest[payment] = round(rest[payment] + used, 2)
        return rest

    def _is_money(self, line):
        return bool(line.move_id.origin_payment_id or line.move_id.statement_line_id)

    def _due(self, line):
        return line.date_maturity or line.date

    def _expected_age(self, line, left):
        if left <= 0:
            return "unapplied" if left else "covered"
        ages = ((0, "00_not_due"), (30, "01_30"), (60, "31_60"), (90, "61_90"), (10**6, "91_over"))
        days = (self.today - self._due(line)).days
        return next(age for limit, age in ages if days <= limit)

    def _check_ledger(self):
        left = self._recount()
        rest = self._cover(left)
        self.env["sales.receivable.report"].invalidate_model()
        rows = self.env["sales.receivable.report"].search([("company_id", "in", self.companies.ids)])
        self.assertEqual(set(rows.ids), {line.id for line in left})
        by_id = {row.id: row for row in rows}
        for line, residual in left.items():
            row = by_id[line.id]
            client = line.partner_id.commercial_partner_id
            age = self._expected_age(line, rest[line])
            overdue = rest[line] if age not in ("unapplied", "covered", "00_not_due") else 0
            self.assertEqual(round(row.residual, 2), residual, line)
            self.assertEqual(round(row.left_to_pay, 2), rest[line], line)
            self.assertEqual(round(row.covered, 2), round(residual - rest[line], 2), line)
            self.assertEqual(round(row.overdue, 2), overdue, line)
            self.assertEqual(row.age, age)
            self.assertEqual(row.days_overdue, (self.today - self._due(line)).days if overdue else 0)
            self.assertEqual((row.client_id, row.manager_id), (client, client.user_id))
            self.assertEqual(row.invoice_manager_id, line.move_id.invoice_user_id)
            self.assertEqual((row.number, row.company_id), (line.move_id.name, line.company_id))
            self.assertEqual(row.currency_id, line.currency_id)
            self.assertAlmostEqual(row.residual_currency, line.amount_residual_currency, 2)
        self._check_partners(left)
        self._check_indicators(left, rest)

    def _check_partners(self, left):
        """The card of the client shows the sums of his rows, and he owes what is overdue."""
        for company in self.companies:
            groups = self.env["sales.receivable.report"]._read_group(
                [("company_id", "=", company.id)],
                ["client_id"],
                ["residual:sum", "overdue:sum", "days_overdue:max"],
            )
            sums = {client: (round(debt, 2), round(late, 2), days) for client, debt, late, days in groups}
            clients = self.buyers.commercial_partner_id.with_company(company)
            clients.invalidate_recordset()
            for client in clients:
                card = (
                    round(client.receivable_amount, 2),
                    round(client.overdue_amount, 2),
                    client.overdue_days,
                )
                self.assertEqual(card, sums.get(client, (0, 0, 0)))
                self.assertLessEqual(card[1], max(card[0], 0))
                self.assertEqual(client.credit_state == "overdue", card[1] > 0)
                of_client = [
                    residual
                    for line, residual in left.items()
                    if line.company_id == company and line.partner_id.commercial_partner_id == client
                ]
                self.assertEqual(card[0], round(sum(of_client), 2))

    def _check_indicators(self, left, rest):
        """Debt less what is prepaid is the ledger's balance; what is overdue is a part of the debt."""
        Kpi = self.env["sales.receivable.kpi"]
        Kpi.invalidate_model()
        rows = Kpi.search([("is_current", "=", True), ("company_id", "in", self.companies.ids)])
        for company in self.companies:
            of_company = rows.filtered(lambda row, company=company: row.company_id == company)
            debt, prepaid, overdue = (
                round(sum(of_company.mapped(name)), 2) for name in ("debt", "prepaid", "overdue")
            )
            mine = {line: amount for line, amount in rest.items() if line.company_id == company}
            self.assertEqual(debt, round(sum(amount for amount in mine.values() if amount > 0), 2))
            self.assertEqual(round(debt - prepaid, 2), round(sum(left[line] for line in mine), 2))
            late = [amount for line, amount in mine.items() if amount > 0 and self._due(line) < self.today]
            self.assertEqual(overdue, round(sum(late), 2))
            for row in of_company:
                self.assertLessEqual(row.overdue, row.debt)
                self.assertLessEqual(row.overdue_ratio, 1)

    def test_random_ledgers(self):
        opened = []
        for seed, rng in dice_of(2, 12):
            for _step in range(25):
                self._random_step(rng, opened)
            with self.subTest(seed=seed):
                self._check_ledger()
        self.assertGreater(len(self._recount()), 20)


@tagged("post_install", "-at_install")
class TestReceivableReport(ReceivableCase):
    """Who sees which rows, and what can be done with them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls._bill(100, 40)
        cls.theirs = cls._bill(200, 100, cls.other_client)

    def _rows(self, user):
        Report = self.env["sales.receivable.report"].with_user(user)
        rows = Report.search([("company_id", "=", self.company.id)])
        return rows.filtered(lambda row: row.move_id.sudo() in self.mine | self.theirs)

    def test_a_manager_sees_his_clients_without_accounting_rights(self):
        self.assertFalse(self.manager.has_group("account.group_account_readonly"))
        rows = self._rows(self.manager)
        self.assertEqual(rows.mapped("number"), [self.mine.name])
        found = rows.web_search_read(
            [("client_id", "in", (self.client | self.other_client).ids)],
            {
                "number": {},
                "client_id": {"fields": {"display_name": {}}},
                "move_id": {"fields": {"display_name": {}}},
                "age": {},
                "residual": {},
            },
        )
        self.assertEqual([row["residual"] for row in found["records"]], [100])
        self.assertEqual(found["records"][0]["age"], "01_30")
        groups = rows._read_group([], ["client_id"], ["residual:sum"])
        self.assertNotIn(self.other_client, [client for client, _residual in groups])
        with self.assertRaises(AccessError):
            self._rows(self.head).filtered(lambda row: row.number == self.theirs.name).with_user(
                self.manager
            ).read(["residual"])

    def test_an_access_rule_shows_more(self):
        self._let_see(self.manager, self.other_client)
        self.assertEqual(len(self._rows(self.manager)), 2)

    def test_the_new_manager_sees_the_old_invoices(self):
        self.client.user_id = self.colleague
        self.assertFalse(self._rows(self.manager))
        rows = self._rows(self.colleague)
        self.assertEqual(len(rows), 2)
        row = rows.filtered(lambda row: row.number == self.mine.name)
        self.assertEqual((row.invoice_manager_id, row.manager_id), (self.manager, self.colleague))
        self.assertEqual(row.team_id, self.colleague.sale_team_id)

    def test_head_controller_and_accountant_see_all(self):
        controller, accountant = (
            new_test_user(
                self.env,
                login,
                group,
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
            for login, group in (
                ("only_credit", "sales_crm.group_credit_controller"),
                ("only_books", "account.group_account_readonly"),
            )
        )
        for user in (self.head, controller, accountant):
            self.assertEqual(len(self._rows(user)), 2, user.login)

    def test_nobody_else_sees_anything(self):
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self._rows(stranger)

    def test_not_of_another_company(self):
        second = self._second_company()
        self._bill(50, 40, company=second)
        rows = self.env["sales.receivable.report"].with_user(self.head).search([])
        self.assertNotIn(second, rows.sudo().company_id)

    def test_days_are_the_companys(self):
        """At 20:00 UTC it is the next day in Vladivostok already."""
        invoice = self._bill(10)
        due = invoice.invoice_date_due
        row = self.env["sales.receivable.report"].search([("move_id", "=", invoice.id)])
        with self._at(f"{due} 13:00"):
            self.assertEqual((row.days_overdue, row.age), (0, "00_not_due"))
        self.company.resource_calendar_id.tz = "Asia/Vladivostok"
        row.invalidate_recordset()
        with self._at(f"{due} 20:00"):
            self.assertEqual((row.days_overdue, row.age, row.overdue), (1, "01_30", 10))

    def test_opening_the_invoice(self):
        row = self._rows(self.manager)
        self.assertEqual(row.action_open_document()["res_id"], self.mine.id)
        controller = new_test_user(
            self.env,
            "only_credit",
            "sales_crm.group_credit_controller",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaisesRegex(AccessError, "accounting"):
            row.with_user(controller).action_open_document()

    def test_the_card_leads_to_the_rows(self):
        action = self.client.with_user(self.manager).action_view_receivables()
        rows = self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
        self.assertEqual(sum(rows.mapped("residual")), self.client.receivable_amount)

    def test_the_list_opens_with_a_constant_number_of_queries(self):
        spec = {
            "number": {},
            "client_id": {"fields": {"display_name": {}}},
            "manager_id": {"fields": {"display_name": {}}},
            "contract_id": {"fields": {"display_name": {}}},
            "residual": {},
        }

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self.env["sales.receivable.report"].with_user(self.head).web_search_read([], spec)
            return counted.queries

        count()
        few = count()
        for number in range(10):
            self._bill(10, 50, self._create_client(f"Client {number}", self.manager))
        self.assertEqual(count(), few)

    def _excel(self, user, rows):
        report = self.env.ref("sales_crm.report_sales_receivable_xlsx").with_user(user)
        content, kind = report._render_xlsx(report.report_name, rows.ids, {})
        self.assertEqual(kind, "xlsx")
        self.managers_sheet = load_workbook(io.BytesIO(content)).worksheets[1]
        return load_workbook(io.BytesIO(content)).active

    def test_excel(self):
        self.head.group_ids += self.env.ref("base.group_allow_export")
        self._bill(30, 70)
        rows = self.env["sales.receivable.report"].search(
            [("client_id", "in", (self.client | self.other_client).ids)]
        )
        sheet = self._excel(self.head, rows)
        totals = {row[0].value or row[1].value: row[9].value for row in sheet if not row[2].value}
        self.assertEqual(totals["Total: Alpha"], 130)
        self.assertEqual(totals["Total: Beta"], 200)
        self.assertEqual(totals[f"Total: {self.manager.name}"], 130)
        self.assertEqual(totals[f"Total: {self.company.name}"], 330)
        by_manager = {row[0].value: row[1].value for row in self.managers_sheet.iter_rows(min_row=2)}
        self.assertEqual(by_manager[self.manager.name], 130)
        self.assertEqual(by_manager[f"Total: {self.company.name}"], 330)
        self.assertTrue([words for words in by_manager if f"{len(rows)} chosen records" in (words or "")])
        log = self.env["sales.export.log"].search([("res_model", "=", "sales.receivable.report")], limit=1)
        self.assertEqual((log.user_id, log.kind), (self.head, "xlsx"))

    def test_excel_needs_the_right_to_export(self):
        with self.assertRaises(AccessError):
            self._excel(self.manager, self._rows(self.manager))
        with self.assertRaises(AccessError):
            self._excel(self.manager, self._rows(self.head))
