from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..chance import dice_of, how_many
from ..receivable.test_receivable import TestReceivableLedger

FIGURES = ("receivable", "revenue", "payment")


@tagged("post_install", "-at_install")
class TestLedgerRecount(TestReceivableLedger):
    """Ours and the explanations are the ledger, over random documents of every kind."""

    STEPS = {
        **TestReceivableLedger.STEPS,
        "other_account": 1,
        "other_date": 1,
        "rounding": 1,
        "by_hand": 1,
        "bill_on_income": 1,
        "nobodys": 1,
        "draft": 1,
        "by_entry": 1,
        "later": 1,
        "branch": 2,
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.branch = cls.env["res.company"].create({"name": "Branch", "parent_id": cls.company.id})
        cls.env.user.company_ids = [Command.link(cls.branch.id)]
        cls.checked = cls.companies | cls.branch
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.checked.ids})
        cls.head.company_ids = cls.checked
        cls.rounding = cls.env["account.cash.rounding"].create(
            {
                "name": "To 1.00",
                "rounding": 1,
                "strategy": "add_invoice_line",
                "rounding_method": "HALF-UP",
            }
        )

    def _account(self, company, *types):
        Account = self.env["account.account"].with_company(company)
        here = Account._check_company_domain(company)
        return Account.search([*here, ("account_type", "in", types)], limit=1)

    def _step_other_account(self, rng, company, move):
        self._line_bill(rng, company, move, account_id=self._account(company, "liability_current").id)

    def _line_bill(self, rng, company, move, values=None, **line):
        amount = round(rng.uniform(5, 900), 2)
        line = {"name": "Goods", "price_unit": amount, "quantity": 1, "tax_ids": False, **line}
        day = self.today - timedelta(days=rng.randint(0, 100))
        return self._bill(
            amount,
            company=company,
            client=move.partner_id,
            **{
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [Command.create(line)],
                **(values or {}),
            },
        )

    def _step_other_date(self, rng, company, move):
        bill = self._line_bill(rng, company, move)
        bill.button_draft()
        bill.date = bill.invoice_date - timedelta(days=rng.randint(1, 60))
        bill.action_post()

    def _step_rounding(self, rng, company, move):
        for account in ("profit_account_id", "loss_account_id"):
            self.rounding.with_company(company)[account] = self._account(company, "income")
        price = rng.randint(5, 900) + 0.4
        self._line_bill(rng, company, move, {"invoice_cash_rounding_id": self.rounding.id}, price_unit=price)

    def _by_hand(self, company, days_ago, *lines):
        journal = (
            self.env["account.journal"]
            .with_company(company)
            .search(
                [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "general")],
                limit=1,
            )
        )
        entry = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "company_id": company.id,
                    "journal_id": journal.id,
                    "date": self.today - timedelta(days=days_ago),
                    "line_ids": [Command.create(line) for line in lines],
                }
            )
        )
        entry.action_post()
        return entry

    def _step_by_hand(self, rng, company, _move):
        amount = round(rng.uniform(-90, 900), 2) or 1
        kind = rng.choice(["income", "income_other"])
        self._by_hand(
            company,
            rng.randint(0, 100),
            {"account_id": (self._account(company, kind) or self._account(company, "income")).id}
            | {"balance": -amount},
            {"account_id": self._account(company, "equity").id, "balance": amount},
        )

    def _step_bill_on_income(self, rng, company, move):
        self._line_bill(
            rng,
            company,
            move,
            {"move_type": "in_invoice"},
            account_id=self._account(company, "income").id,
        )

    def _step_nobodys(self, rng, company, _move):
        self._bank_entry(rng, company, False, round(rng.uniform(5, 900), 2))

    def _bank_entry(self, rng, company, partner, amount):
        """Money that the bank's entry puts on the receivable account."""
        journal = self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "bank")], limit=1
        )
        entry = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "company_id": company.id,
                    "journal_id": journal.id,
                    "date": self.today - timedelta(days=rng.randint(0, 90)),
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": self._account(company, "asset_receivable").id,
                                "partner_id": partner and partner.id,
                                "balance": -amount,
                            }
                        ),
                        Command.create({"account_id": journal.default_account_id.id, "balance": amount}),
                    ],
                }
            )
        )
        entry.action_post()
        return entry

    def _step_draft(self, rng, company, move):
        self._line_bill(rng, company, move).button_draft()

    def _step_by_entry(self, rng, company, move):
        """What a client owes by an entry made by hand is paid."""
        amount = round(rng.uniform(5, 900), 2)
        self._match(
            self._entry([(move.partner_id, amount)], rng.randint(0, 90), self.today, company),
            self._bank_entry(rng, company, move.partner_id, round(amount * rng.choice([1, 0.5]), 2)),
        )

    def _step_later(self, rng, company, move):
        days = rng.randint(1, 40)
        self._money(round(rng.uniform(5, 300), 2), move.partner_id, -days, company)

    def _step_branch(self, rng, _company, move):
        """The branch gets money for the head company's invoice, or for nothing yet."""
        if move.company_id == self.company:
            receivable = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")[:1]
            entry = self._bank_entry(rng, self.branch, move.partner_id, round(rng.uniform(5, 300), 2))
            if rng.random() < 0.7 and not receivable.reconciled:
                line = entry.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
                (line | receivable).reconcile()

    def _assert_explained(self, date_from, date_to):
        kinds = set()
        for company in self.checked:
            check = (
                self.env["sales.ledger.check"]
                .with_user(self.head)
                .with_context(allowed_company_ids=self.checked.ids)
                .create({"company_id": company.id, "date_from": date_from, "date_to": date_to})
            )
            for figure in FIGURES:
                rows = check.row_ids.filtered(lambda row, figure=figure: row.figure == figure)
                by_part = rows.grouped("part")
                with self.subTest(company=company.name, figure=figure, period=f"{date_from} – {date_to}"):
                    self.assertEqual(by_part["left"].amount, 0, rows.mapped(lambda r: (r.name, r.amount)))
                    explained = sum(by_part.get("explanation", rows[:0]).mapped("amount"))
                    self.assertEqual(
                        round(by_part["ours"].amount + explained, 2),
                        self._told_by_ledger(figure, company, date_from, date_to),
                    )
                kinds |= {(figure, row.kind) for row in rows if row.part == "explanation"}
        return kinds

    def _told_by_ledger(self, figure, company, date_from, date_to):
        """:return: the ledger's sum, found by the ORM"""
        domain = [("company_id", "=", company.id), ("parent_state", "=", "posted"), ("date", "<=", date_to)]
        if figure != "receivable":
            domain += [("date", ">=", date_from)]
        types = ("income", "income_other") if figure == "revenue" else ("asset_receivable",)
        domain += [("account_id.account_type", "in", types)]
        if figure == "payment":
            domain += [("journal_id.type", "in", ("bank", "cash", "credit"))]
        total = sum(self.env["account.move.line"].search(domain).mapped("balance"))
        return round(total if figure == "receivable" else -total, 2)

    def test_nothing_is_left_unexplained(self):
        for seed, rng in dice_of(1, 6):
            opened = []
            with self.subTest(seed=seed):
                for _number in range(how_many(45, 200)):
                    self._random_step(rng, opened)
                self.env.flush_all()
                self._assert_explained(self.today.replace(day=1), self.today)
                days_ago = rng.randint(1, 80)
                end = self.today - timedelta(days=days_ago)
                self._assert_explained(end - timedelta(days=rng.randint(0, 40)), end)
                self._assert_explained(self.today - timedelta(days=400), self.today + timedelta(days=60))

    def test_each_kind_is_told(self):
        """One of each, so that no day's dice leaves one out."""
        [(_seed, rng)] = dice_of(1, 1)
        bills = [self._bill(500, 10, client) for client in (self.client, self.other_client)]
        for kind in self.STEPS:
            if kind not in ("bill", "undo", "opening"):
                getattr(self, f"_step_{kind}")(rng, self.company, bills[0])
        foreign = self._bill(100, 60, currency_id=self.foreign.id)
        self.env["res.currency.rate"].create(
            {"currency_id": self.foreign.id, "company_id": self.company.id, "name": self.today, "rate": 1.7}
        )
        self._settle(foreign)
        told = self._assert_explained(self.today - timedelta(days=200), self.today)
        expected = {
            *(("receivable", kind) for kind in ("no_client", "later")),
            *(("revenue", kind) for kind in ("other_account", "rounding", "bill", "by_hand")),
            *(("payment", kind) for kind in ("unmatched", "no_client", "matched_otherwise")),
        }
        self.assertFalse(expected - told)
