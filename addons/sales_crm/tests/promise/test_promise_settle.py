from datetime import timedelta

from odoo.tests import tagged

from ..chance import dice_of
from ..common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestPromiseSettle(CreditCase):
    """Which payments settle which promises, beside a count of single kopecks in plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="The Other")
        cls.journals = cls.company_data["default_journal_bank"] | cls.company_data["default_journal_cash"]
        # One of the company's is two of this one: no rounding, so single kopecks can be counted
        cls.franc = cls.setup_other_currency("CHF", rates=[("2016-01-01", 2.0)])
        cls.other_data = cls.collect_company_accounting_data(cls.other_company)
        cls.env.user.company_ids += cls.other_company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": (cls.company | cls.other_company).ids}
        )

    def _promise(self, amount, made, due, **values):
        return self.env["sales.promise"].create(
            {
                "client_id": self.client.id,
                "company_id": self.company.id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "date_made": self.today + timedelta(days=made),
                "date_due": self.today + timedelta(days=due),
                **values,
            }
        )

    def _paid(self, amount, day, post=True, client=None, **values):
        payment = self.env["account.payment"].create(
            {
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (client or self.client).id,
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.today + timedelta(days=day),
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    def _match(self, payment, invoice):
        lines = (payment.move_id | invoice).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()

    def _results(self, promises):
        return [(promise.state, promise.paid_amount) for promise in promises]

    # ------------------------------------------------------
    # Recount
    # ------------------------------------------------------

    def _recount(self, promises):
        """Each kopeck of each payment goes to a promise; nothing of the code under test is used.

        :return: list of (state, paid)
        """
        paid = dict.fromkeys(promises.ids, 0)
        purse = self._purse()
        counted = promises.filtered(lambda promise: promise.said != "cancelled")
        for own in (True, False):
            for promise in counted.sorted(lambda promise: (promise.date_due, promise.id)):
                for line, kopecks in purse:
                    last = promise.date_due + timedelta(days=promise.tolerance_days)
                    in_time = promise.date_made <= line.date <= last
                    if in_time and line.company_id == promise.company_id and (not own or promise.move_id):
                        wanted = {promise.move_id.id} if own else {False}
                        fits = [k for k in kopecks if k in wanted or not (own or promise.move_id)]
                        taken = fits[: self._kopecks(promise) - paid[promise.id]]
                        for kopeck in taken:
                            kopecks.remove(kopeck)
                        paid[promise.id] += len(taken)
        return [
            (self._state_by(promise, paid[promise.id]), paid[promise.id] * self._units(promise) / 100)
            for promise in promises
        ]

    def _units(self, record):
        """:return: how many of its currency are one of the company's"""
        return 2 if record.currency_id == self.franc else 1

    def _kopecks(self, promise):
        """:return: of the company's currency"""
        return round(promise.amount * 100 / self._units(promise))

    def _purse(self):
        """:return: list of (line, list of its kopecks: the invoice each is matched with, or False)"""
        purse = []
        entries = self.env["account.move.line"].search(
            [
                ("partner_id.commercial_partner_id", "=", self.client.id),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("balance", "<", 0),
                ("journal_id.type", "in", ["bank", "cash"]),
            ],
            order="date, id",
        )
        for line in entries:
            kopecks = []
            for partial in line.matched_debit_ids:
                other = partial.debit_move_id.move_id
                back = other.journal_id.type in ("bank", "cash") or other.reversed_entry_id
                kopecks += ["back" if back else other.id] * round(partial.amount * 100)
            kopecks += [False] * (round(-line.balance * 100) - len(kopecks))
            purse.append((line, [kopeck for kopeck in kopecks if kopeck != "back"]))
        return purse

    def _state_by(self, promise, kopecks):
        if promise.said == "cancelled":
            return "cancelled"
        if kopecks == self._kopecks(promise):
            return "kept"
        if promise.date_due + timedelta(days=promise.tolerance_days) >= self.today:
            return "open"
        return "partial" if kopecks else "broken"

    def test_random_cases_equal_recount(self):
        for seed, dice in dice_of(3, 30):
            with self.subTest(seed=seed):
                self._check_random(dice)

    def _check_random(self, dice):
        self.client = self._create_client(f"Random {dice.random()}", self.manager)
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        invoices = [self._owe(dice.randint(1, 20) / 10, days_ago=40, client=self.client) for _n in range(3)]
        promises = self.env["sales.promise"]
        for _number in range(6):
            self.company.sales_promise_tolerance = dice.choice([0, 0, 1, 3, 10])
            made = dice.randint(-30, 0)
            invoice = dice.choice([None, None, *invoices])
            units = dice.choice([1, 1, 2])
            promises |= self._promise(
                dice.randint(1, 15) / 10 * units,
                made,
                dice.randint(made, 10),
                currency_id=(self.franc if units == 2 else self.company.currency_id).id,
                move_id=invoice.id if invoice else False,
            )
        dice.choice(promises).action_cancel()
        promises |= self._promise(1.0, -20, -1, company_id=self.other_company.id)
        payments = []
        for _number in range(8):
            units = dice.choice([1, 1, 2])
            payment = self._paid(
                dice.randint(1, 12) / 10 * units,
                dice.randint(-30, 0),
                currency_id=(self.franc if units == 2 else self.company.currency_id).id,
                post=dice.random() < 0.9,
                client=dice.choice([self.client, contact]),
                journal_id=dice.choice(self.journals).id,
            )
            payments.append(payment)
        self._paid(0.7, -10, journal_id=self.other_data["default_journal_bank"].id)
        self.assertEqual(self._results(promises), self._recount(promises))
        for payment in payments:
            chance = dice.random()
            open_invoices = [invoice for invoice in invoices if invoice.amount_residual > 0]
            if payment.state != "draft" and chance < 0.5 and open_invoices:
                self._match(payment, dice.choice(open_invoices))
            elif payment.state != "draft" and chance < 0.65:
                payment.action_draft()
            elif payment.state != "draft" and chance < 0.8:
                payment.move_id._reverse_moves(cancel=True)
            self.assertEqual(self._results(promises), self._recount(promises), payment.state)
        matched = [payment for payment in payments if payment.reconciled_invoice_ids]
        if matched:
            lines = dice.choice(matched).move_id.line_ids
            lines.remove_move_reconcile()
            self.assertEqual(self._results(promises), self._recount(promises))

    # ------------------------------------------------------
    # One by one
    # ------------------------------------------------------

    def test_earliest_first_and_each_payment_once(self):
        later = self._promise(100, -5, 5)
        earlier = self._promise(100, -5, 3)
        self._paid(150, 0)
        self.assertEqual(self._results(earlier | later), [("kept", 100), ("open", 50)])
        first = self._promise(80, -5, 1)
        self.assertEqual(self._results(first | earlier | later), [("kept", 80), ("open", 70), ("open", 0)])
        first.action_cancel()
        self.assertEqual(self._results(first | earlier | later)[1:], [("kept", 100), ("open", 50)])

    def test_its_own_invoice_first(self):
        invoice, other = self._owe(100, days_ago=40), self._owe(100, days_ago=40)
        free = self._promise(100, -5, 1)
        named = self._promise(100, -5, 5, move_id=invoice.id)
        payment = self._paid(100, 0)
        self.assertEqual(self._results(free | named), [("kept", 100), ("open", 0)])
        self._match(payment, invoice)
        self.assertEqual(self._results(free | named), [("open", 0), ("kept", 100)])
        payment.move_id.line_ids.remove_move_reconcile()
        self._match(payment, other)
        self.assertEqual(self._results(free | named), [("kept", 100), ("open", 0)])

    def test_what_paid_another_invoice_keeps_no_promise(self):
        """It is the invoice that was promised; what the accountant hasn't matched yet may be for it."""
        invoice, other = self._owe(100, days_ago=40), self._owe(70, days_ago=40)
        named = self._promise(100, -5, 5, move_id=invoice.id)
        payment = self._paid(100, 0)
        self.assertEqual(self._results(named), [("kept", 100)])
        self._match(payment, other)
        self.assertEqual(self._results(named), [("open", 30)])
        free = self._promise(80, -5, 1)
        self.assertEqual(self._results(free | named), [("kept", 80), ("open", 20)])
        self._match(self._paid(80, 0), invoice)
        self.assertEqual(self._results(free | named), [("kept", 80), ("kept", 100)])

    def test_days_for_the_bank(self):
        """A promise keeps the days that were usual when it was made."""
        strict = self._promise(100, -5, -2)
        self.company.sales_promise_tolerance = 3
        waited, late = self._promise(100, -5, -2), self._promise(100, -5, -4)
        delivery = self._promise(0, -5, -2, kind="delivery")
        self.assertEqual(
            [one.date_last - one.date_due for one in strict | waited | delivery],
            [timedelta(days=0), timedelta(days=3), timedelta(days=0)],
        )
        states = (strict | waited | late | delivery).mapped("state")
        self.assertEqual(states, ["broken", "open", "broken", "broken"])
        self.assertEqual(late.date_closed, self.today)
        self._paid(100, -1)
        self.assertEqual(self._results(late | strict | waited), [("kept", 100), ("broken", 0), ("open", 0)])
        self._paid(100, 0)
        self.assertEqual(self._results(late | strict | waited), [("kept", 100), ("broken", 0), ("kept", 100)])
        client = self.client.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual((client.promise_kept_count, client.promise_due_count), (1, 2))

    def test_a_payment_is_unmatched_from_two_invoices(self):
        invoice, other = self._owe(100, days_ago=40), self._owe(50, days_ago=40)
        free = self._promise(100, -5, 1)
        named = self._promise(100, -5, 5, move_id=invoice.id)
        payment = self._paid(150, 0)
        self._match(payment, invoice | other)
        self.assertEqual(self._results(free | named), [("open", 50), ("kept", 100)])
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(self._results(free | named), [("kept", 100), ("open", 50)])

    def test_outside_its_days(self):
        promise = self._promise(100, -5, -2)
        self._paid(100, -6)
        self._paid(100, -1)
        self.assertEqual(self._results(promise), [("broken", 0)])
        self._paid(40, -2)
        self.assertEqual(self._results(promise), [("partial", 40)])
        self._paid(60, -5)
        self.assertEqual(self._results(promise), [("kept", 100)])
        self.assertEqual(promise.date_closed, self.today - timedelta(days=2))

    def test_credit_notes_and_write_offs_are_no_money(self):
        invoice = self._owe(100, days_ago=40)
        promise = self._promise(100, -5, 5)
        self._owe(100, move_type="out_refund")
        self.assertEqual(self._results(promise), [("open", 0)])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "amount": 90,
                "payment_date": self.today,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": self.company_data["default_account_expense"].id,
            }
        )._create_payments()
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._results(promise), [("open", 90)])

    def test_money_that_went_back(self):
        promise = self._promise(100, -5, 5)
        payment = self._paid(100, 0)
        self.assertEqual(self._results(promise), [("kept", 100)])
        back = self._paid(30, 0, payment_type="outbound")
        lines = (payment.move_id | back.move_id).line_ids
        lines.filtered(lambda line: line.account_type == "asset_receivable").reconcile()
        self.assertEqual(self._results(promise), [("open", 70)])

    def test_bank_statement(self):
        promise = self._promise(100, -5, 5)
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": self.today,
                "payment_ref": "Transfer",
                "amount": 100,
                "partner_id": self.client.id,
            }
        )
        self.assertEqual(promise.state, "open")
        receivable = self.client.property_account_receivable_id
        suspense = statement_line._seek_for_lines()[1]
        suspense.account_id = receivable
        self.assertEqual(self._results(promise), [("kept", 100)])

    def test_other_currencies(self):
        franc = self.franc
        company_currency = self.company.currency_id
        foreign = self._promise(100, -5, 3, currency_id=franc.id)
        own = self._promise(100, -5, 5)
        # 60 in the other currency are 30 of the company's
        self._paid(60, 0, currency_id=franc.id)
        self.assertEqual(self._results(foreign | own), [("open", 60), ("open", 0)])
        # 25 of the company's are 50 of the other: 40 for the first, and 5 are left for the second
        self._paid(25, 0, currency_id=company_currency.id)
        self.assertEqual(self._results(foreign | own), [("kept", 100), ("open", 5)])
        self._paid(190, 0, currency_id=franc.id)
        self.assertEqual(self._results(foreign | own), [("kept", 100), ("kept", 100)])

    def test_posting_asks_only_about_money(self):
        """An invoice posted by itself costs no query more."""
        self._promise(100, -5, 5)
        self.env.flush_all()
        Promise = type(self.env["sales.promise"])
        asked = []
        resettle = Promise._resettle

        def _resettle(promises, clients):
            if clients:
                asked.append(clients)
            return resettle(promises, clients)

        self.patch(Promise, "_resettle", _resettle)
        self._owe(100)
        self.assertFalse(asked)
        self._paid(100, 0)
        self.assertTrue(asked)
