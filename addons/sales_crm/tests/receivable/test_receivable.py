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


@tagged("post_install", "-at_install")
class TestReceivableLedger(ReceivableCase):
    """The report is the ledger, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._second_company()
        cls.companies = cls.company | cls.second
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.companies.ids})
        cls.head.company_ids = cls.companies
        cls.foreign = cls.setup_other_currency("EUR")
        cls.halves = cls.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 10}),
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": 45}),
                ],
            }
        )
        contact = cls.env["res.partner"].create({"name": "Buyer", "parent_id": cls.client.id})
        third = cls._create_client("Gamma", cls.colleague)
        cls.buyers = cls.client | cls.other_client | contact | third

    def _random_step(self, rng, opened):
        company = rng.choice(self.companies)
        kind = rng.choices(("bill", "pay", "credit", "write_off", "loose", "undo"), (6, 4, 2, 2, 1, 1))[0]
        here = [move for move in opened if move.company_id == company and move.amount_residual]
        if kind == "bill" or not here:
            opened.append(
                self._bill(
                    round(rng.uniform(5, 900), 2),
                    rng.randint(0, 150),
                    rng.choice(self.buyers),
                    company=company,
                    currency_id=rng.choice([company.currency_id, self.foreign]).id,
                    term=rng.choice([None, self.halves]),
                )
            )
            return
        move = rng.choice(here)
        part = round(move.amount_residual * rng.uniform(0.1, 0.9), 2) or 0.01
        days_ago = rng.randint(0, 20)
        if kind == "pay":
            self._settle(move, part if rng.random() < 0.7 else None, days_ago)
        elif kind == "write_off":
            account = move.invoice_line_ids.account_id[:1]
            self._settle(
                move,
                part,
                days_ago,
                payment_difference_handling="reconcile",
                writeoff_account_id=account.id,
                writeoff_label="Bad debt",
            )
        elif kind in ("credit", "loose"):
            refund = self._bill(
                part,
                days_ago,
                move.partner_id,
                "out_refund",
                company,
                currency_id=rng.choice([move.currency_id, company.currency_id]).id,
            )
            if kind == "credit":
                self._match(move, refund)
        elif kind == "undo":
            lines = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
            lines.remove_move_reconcile()

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

    def _expected_age(self, line, residual):
        days = (self.today - line.date_maturity).days if line.date_maturity else 0
        if residual < 0:
            return "unapplied"
        ages = ((0, "00_not_due"), (30, "01_30"), (60, "31_60"), (90, "61_90"), (10**6, "91_over"))
        return next(age for limit, age in ages if days <= limit)

    def _check_ledger(self):
        left = self._recount()
        self.env["sales.receivable.report"].invalidate_model()
        rows = self.env["sales.receivable.report"].search([("company_id", "in", self.companies.ids)])
        self.assertEqual(set(rows.ids), {line.id for line in left})
        by_id = {row.id: row for row in rows}
        for line, residual in left.items():
            row = by_id[line.id]
            client = line.partner_id.commercial_partner_id
            age = self._expected_age(line, residual)
            overdue = residual if age not in ("unapplied", "00_not_due") else 0
            self.assertEqual(round(row.residual, 2), residual, line)
            self.assertEqual(round(row.overdue, 2), overdue, line)
            self.assertEqual(row.age, age)
            self.assertEqual(row.days_overdue, (self.today - line.date_maturity).days if overdue else 0)
            self.assertEqual((row.client_id, row.manager_id), (client, client.user_id))
            self.assertEqual(row.invoice_manager_id, line.move_id.invoice_user_id)
            self.assertEqual((row.number, row.company_id), (line.move_id.name, line.company_id))
            self.assertEqual(row.currency_id, line.currency_id)
            self.assertAlmostEqual(row.residual_currency, line.amount_residual_currency, 2)
        self._check_partners(left)

    def _check_partners(self, left):
        """The card of the client shows the sums of his rows."""
        for company in self.companies:
            groups = self.env["sales.receivable.report"]._read_group(
                [("company_id", "=", company.id)], ["client_id"], ["residual:sum", "overdue:sum"]
            )
            sums = {client: (round(residual, 2), round(overdue, 2)) for client, residual, overdue in groups}
            clients = self.buyers.commercial_partner_id.with_company(company)
            clients.invalidate_recordset()
            for client in clients:
                card = (round(client.receivable_amount, 2), round(client.overdue_amount, 2))
                self.assertEqual(card, sums.get(client, (0, 0)))
                of_client = [
                    residual
                    for line, residual in left.items()
                    if line.company_id == company and line.partner_id.commercial_partner_id == client
                ]
                self.assertEqual(card[0], round(sum(of_client), 2))

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
        log = self.env["sales.export.log"].search([("res_model", "=", "sales.receivable.report")], limit=1)
        self.assertEqual((log.user_id, log.kind), (self.head, "xlsx"))

    def test_excel_needs_the_right_to_export(self):
        with self.assertRaises(AccessError):
            self._excel(self.manager, self._rows(self.manager))
        with self.assertRaises(AccessError):
            self._excel(self.manager, self._rows(self.head))
