import random
import statistics
from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SalesCrmCommon
from ..common_credit import CreditCase


class ClassCase(CreditCase):
    """Ledgers of which the test keeps its own books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.setup_other_currency("EUR", rates=[("1900-01-01", 0.5)])  # 1 of it = 2 of ours
        cls.other = cls._create_company(name="The Other", currency_id=cls.foreign.id)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": (cls.company | cls.other).ids})
        cls.env.user.company_ids += cls.other
        cls.company.sales_class_by = "share"
        cls.contract.with_env(cls.env).state = "terminated"

    def setUp(self):
        super().setUp()
        self.paid = {}  # client -> list of (day, amount in our currency)
        self.bought = {}  # client -> list of (day, amount in our currency)

    def _night(self):
        with patch.object(type(self.env["sales.client.class"]), "_commit", return_value=float("inf")):
            self.env["sales.client.class"]._cron_classify()

    def _bill(self, client, amount, days_ago, move_type="out_invoice", currency=None, company=None, pays=()):
        """A document and its payments, in the books too.

        :param pays: tuples (amount, days ago)
        """
        company = company or self.company
        currency = currency or company.currency_id
        rate = 2 if currency == self.foreign else 1
        day = self.today - timedelta(days=days_ago)
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": client.id,
                    "currency_id": currency.id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [
                        Command.create({"name": "Goods", "price_unit": amount, "tax_ids": False})
                    ],
                }
            )
        )
        move.action_post()
        sign = -1 if move_type == "out_refund" else 1
        owner = client.client_id
        self.bought.setdefault(owner, []).append((day, sign * amount * rate))
        for part, paid_days_ago in pays:
            paid_on = self.today - timedelta(days=paid_days_ago)
            self._register(move, part, paid_on)
            self.paid.setdefault(owner, []).append((max(day, paid_on), sign * part * rate))
        return move

    def _register(self, move, amount, day, **values):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount, "payment_date": day, "currency_id": move.currency_id.id, **values})
        )
        return wizard._create_payments()

    # ------------------------------------------------------
    # The recount
    # ------------------------------------------------------

    def _turnover(self, client):
        start = self.today - relativedelta(months=12)
        return round(sum(amount for day, amount in self.paid.get(client, []) if start < day <= self.today), 2)

    def _letters(self, clients, company=None):
        company = company or self.company
        turnovers = {client: self._turnover(client) for client in clients}
        total = sum(amount for amount in turnovers.values() if amount > 0)
        letters = {}
        for client in clients:
            amount = turnovers[client]
            before = sum(other for other in turnovers.values() if other > max(amount, 0))
            if amount <= 0:
                letters[client] = False
            elif before < round(company.sales_class_a_share * total, 6):
                letters[client] = "A"
            else:
                letters[client] = "B" if before < round(company.sales_class_b_share * total, 6) else "C"
        return letters

    def _regularity(self, client):
        first = self.today.replace(day=1) - relativedelta(months=12)
        days = [day for day, amount in self.bought.get(client, []) if amount > 0]
        if days and min(days) >= first:
            return "new"
        months = [0.0] * 12
        for day, amount in self.bought.get(client, []):
            if first <= day < self.today.replace(day=1):
                months[(day.year - first.year) * 12 + day.month - first.month] += amount
        mean = statistics.fmean(months)
        if mean <= 0 or sum(amount > 0 for amount in months) < self.company.sales_regularity_months:
            return False
        variation = statistics.pstdev(months) / mean
        return "X" if variation <= 0.25 else "Y" if variation <= 0.5 else "Z"

    def _rhythm(self, client):
        """:return: last day, median of the intervals, asleep"""
        days = sorted({day for day, amount in self.bought.get(client, []) if amount > 0})
        gaps = [(late - early).days for early, late in pairwise(days)]
        if not days:
            return False, 0, False
        silent = (self.today - days[-1]).days
        if not gaps:
            return days[-1], 0, False
        median = statistics.median(gaps)
        asleep = len(gaps) > 1 and silent > 2 * median and silent > 30
        return days[-1], median, asleep


@tagged("post_install", "-at_install")
class TestClientClass(ClassCase):
    def test_random_ledgers(self):
        """Invoices, credit notes, payments in part and paid back, in two currencies and two companies, on
        clients, contacts and branches: class, regularity and sleep as recounted in Python."""
        rng = random.Random(6)
        clients = self.client | self.env["res.partner"].concat(
            *(self._create_client(f"Client {number}", self.manager) for number in range(7))
        )
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": clients[1].id})
        branch = self.env["res.partner"].create(
            {"name": "Branch", "parent_id": clients[2].id, "is_company": True}
        )
        for client in clients[:-1]:
            every = rng.choice([14, 20, 31, 60])
            size = rng.choice([50, 400, 3000])
            for days_ago in range(rng.randint(0, 90), 430, every):
                amount = size * rng.choice([1, 1, 1, 2, 5])
                paid = rng.choice([0, 0.25, 1])
                self._bill(
                    rng.choice([contact, clients[1]]) if client == clients[1] else client,
                    amount,
                    days_ago,
                    currency=rng.choice([None, self.foreign]),
                    company=rng.choice([None, None, self.other]),
                    pays=[(amount * paid, max(days_ago - rng.randint(-10, 30), 0))] if paid else [],
                )
            if rng.random() < 0.6:
                self._bill(client, size, 5, "out_refund", pays=[(size / 2, 3)])
        self._bill(branch, 700, 50, pays=[(700, 20)])
        self.assertEqual(branch.client_id, clients[2])
        self._night()
        letters = self._letters(clients)
        self.assertEqual(set(letters.values()), {"A", "B", "C", False}, "the ledger says too little")
        for client in clients:
            with self.subTest(client=client.name):
                last, median, asleep = self._rhythm(client)
                self.assertAlmostEqual(client.paid_turnover, max(self._turnover(client), 0), 2)
                self.assertEqual(client.client_class, letters[client])
                self.assertEqual(client.client_regularity, self._regularity(client))
                self.assertEqual((client.last_purchase_date, client.is_asleep), (last, asleep))
                self.assertAlmostEqual(client.purchase_interval_days, median, delta=0.5)
        self.assertEqual(clients[0].paid_turnover_currency_id, self.company.currency_id)

    def test_who_paid_the_same_is_in_the_same_class(self):
        """The share of A is reached by the second of three who paid the same: the third is A, too."""
        equal = self.env["res.partner"].concat(
            *(self._create_client(f"E{n}", self.manager) for n in range(3))
        )
        small = self._create_client("Small", self.manager)
        smaller = self._create_client("Smaller", self.manager)
        self.company.write({"sales_class_a_share": 0.5, "sales_class_b_share": 0.97})
        for client, amount in (*((one, 300) for one in equal), (small, 60), (smaller, 40)):
            self._bill(client, amount, 20, pays=[(amount, 10)])
        self._night()
        self.assertEqual(equal.mapped("client_class"), ["A", "A", "A"])
        self.assertEqual((small.client_class, smaller.client_class), ("B", "B"))
        self.company.sales_class_b_share = 0.95
        self._night()
        self.assertEqual((small.client_class, smaller.client_class), ("B", "C"))

    def test_new_clients_stand_apart(self):
        """Who bought evenly since the first month of the window is new; a month earlier he is counted, and a
        month without purchases counts as 0."""
        first = self.today.replace(day=1) - relativedelta(months=12)
        new, even, rare = (self._create_client(name, self.manager) for name in ("New", "Even", "Rare"))
        for month in range(-1, 12):
            day = first + relativedelta(months=month, days=9)
            for client in (new, even):
                if month >= 0 or client == even:
                    self._bill(client, 100, (self.today - day).days)
        for month in (-1, 5):
            self._bill(rare, 100, (self.today - (first + relativedelta(months=month, days=9))).days)
        self._night()
        self.assertEqual((new | even | rare).mapped("client_regularity"), ["new", "X", "Z"])
        self.assertFalse(self.client.client_regularity, "who has never bought is no new buyer")

    def test_matrix(self):
        """Classes by regularity: each figure leads to its clients."""
        for number, amount in enumerate((1000, 10)):
            client = self._create_client(f"Client {number}", self.manager)
            self._bill(client, amount, 20, pays=[(amount, 10)])
        self._night()
        action = self.env.ref("sales_crm.res_partner_action_matrix").sudo()
        self.assertEqual(action.view_mode.split(",")[:2], ["pivot", "list"])
        domain = [("is_client", "=", True), ("parent_id", "=", False)]
        Partner = self.env["res.partner"].with_user(self.manager)
        Partner = Partner.with_context(allowed_company_ids=self.company.ids)
        rows = Partner._read_group(
            domain, ["client_class", "client_regularity"], ["__count", "paid_turnover:sum"]
        )
        self.assertIn(("A", "new", 1, 1000), rows)
        self.assertIn(("C", "new", 1, 10), rows)

    def test_what_is_paid(self):
        """A credit note against an invoice, a write-off, an offset are no money; an open invoice neither."""
        invoice = self._bill(self.client, 1000, 40)
        refund = self._bill(self.client, 300, 30, "out_refund")
        lines = (invoice | refund).line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        lines.reconcile()
        self._register(
            invoice,
            600,
            self.today,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertFalse(invoice.amount_residual)
        self._bill(self.client, 5000, 20)
        self._night()
        self.assertEqual(self.client.paid_turnover, 600)
        advance = self._pay(900)
        self._night()
        self.assertEqual(self.client.paid_turnover, 600, "matched with nothing")
        self.assertTrue(advance)

    def test_period(self):
        """The money counts, not the invoice; the day 12 months ago is out."""
        year_ago = (self.today - (self.today - relativedelta(months=12))).days
        self._bill(self.client, 100, 500, pays=[(40, year_ago - 1), (60, year_ago)])
        self._night()
        self.assertEqual(self.client.paid_turnover, 40)

    def test_amounts(self):
        big, middle, small = (self._create_client(name, self.manager) for name in ("Big", "Middle", "Small"))
        for client, amount in ((big, 1000), (middle, 999.99), (small, 99.99)):
            self._bill(client, amount, 20, pays=[(amount, 10)])
        self.company.write(
            {"sales_class_by": "amount", "sales_class_a_amount": 1000, "sales_class_b_amount": 100}
        )
        self._night()
        self.assertEqual((big | middle | small).mapped("client_class"), ["A", "B", "C"])
        self.assertFalse(self.client.client_class)

    def test_borders_of_the_client_s_company(self):
        """Each company ranks its own clients; its currency, what was paid to both."""
        theirs = self._create_client("Theirs", self.manager, company_id=self.other.id)
        self._bill(theirs, 100, 20, company=self.other, pays=[(100, 10)])
        self._bill(self.client, 10000, 20, pays=[(10000, 10)])
        self._night()
        self.assertEqual((self.client.client_class, theirs.client_class), ("A", "A"))
        self.assertEqual(theirs.paid_turnover, 100)
        self.assertEqual(theirs.paid_turnover_currency_id, self.foreign)
        theirs.company_id = False
        self._night()
        self.assertEqual((self.client.client_class, theirs.client_class), ("A", "C"))
        self.assertEqual(theirs.paid_turnover, 200)

    def test_reversed_is_no_purchase(self):
        for days_ago in (300, 270, 240):
            self._bill(self.client, 100, days_ago)
        mistake = self._bill(self.client, 100, 10)
        self._night()
        self.assertFalse(self.client.is_asleep)
        mistake._reverse_moves([{"invoice_date": self.today}], cancel=True)
        self._night()
        self.assertTrue(self.client.is_asleep)
        self.assertEqual((self.today - self.client.last_purchase_date).days, 240)

    def test_asleep_against_own_rhythm(self):
        weekly, yearly, twice = (self._create_client(name, self.manager) for name in ("W", "Y", "T"))
        for client, days in (
            (weekly, (45, 52, 59)),
            (yearly, (300, 660, 1020)),
            (twice, (600, 610)),
            (self.client, (29, 30, 31)),
        ):
            for days_ago in days:
                self._bill(client, 100, days_ago)
        self._night()
        self.assertEqual(
            (weekly | yearly | twice | self.client).mapped("is_asleep"), [True, False, False, False]
        )
        self.company.sales_asleep_min_days = 5
        self.company.sales_asleep_factor = 7
        self._night()
        self.assertFalse(weekly.is_asleep, "45 days are less than 7 × 7")
        self.assertTrue(self.client.is_asleep)

    # ------------------------------------------------------
    # The night
    # ------------------------------------------------------

    def test_only_changes_are_written(self):
        self._bill(self.client, 100, 20, pays=[(100, 10)])
        self.assertGreaterEqual(self.env["sales.client.class"]._count_changes(), 1)
        self._night()
        self.assertEqual(self.client.client_class, "A")
        self.assertEqual(self.env["sales.client.class"]._count_changes(), 0)

    def test_batches_and_the_rest_next_night(self):
        clients = self.env["res.partner"].concat(
            *(self._create_client(f"Client {number}", self.manager) for number in range(5))
        )
        self._night()  # each has a currency after it
        for client in clients:
            self._bill(client, 100, 20, pays=[(100, 10)])
        Class = type(self.env["sales.client.class"])
        with (
            patch.object(Class, "_batch_size", 2),
            patch.object(Class, "_commit", side_effect=[60, 60, 0]) as commit,
        ):
            self.env["sales.client.class"]._cron_classify()
        self.assertEqual([call.args for call in commit.call_args_list], [(0, 5), (2, 3), (2, 1)])
        self.assertEqual(len(clients.filtered("paid_turnover")), 4)
        self._night()
        self.assertEqual(len(clients.filtered("paid_turnover")), 5)

    def test_no_message_for_the_night(self):
        self._bill(self.client, 100, 20, pays=[(100, 10)])
        before = len(self.client.message_ids)
        self.client = self.client.with_context(tracking_disable=False)
        self._night()
        self.cr.precommit.run()
        self.assertEqual(len(self.client.message_ids), before)

    def test_no_client_any_more(self):
        self._bill(self.client, 100, 20, pays=[(100, 10)])
        self._night()
        self.client.is_client = False
        self._night()
        self.assertFalse(self.client.client_class or self.client.client_class_turnover)

    def test_by_hand_stays(self):
        self._bill(self.client, 100, 20, pays=[(100, 10)])
        self._night()
        self.client.with_user(self.manager).write(
            {"client_class": "C", "client_class_reason": "Will close down"}
        )
        self._night()
        self.assertEqual((self.client.client_class, self.client.client_class_turnover), ("C", "A"))
        self.client.with_user(self.manager).action_class_automatic()
        self.assertEqual(
            (self.client.client_class, self.client.client_class_manual, self.client.client_class_reason),
            ("A", False, False),
        )

    def test_borders_make_sense(self):
        for values in (
            {"sales_class_a_share": 0.9, "sales_class_b_share": 0.8},
            {"sales_class_a_amount": 1, "sales_class_b_amount": 2},
            {"sales_regularity_x": 0.6},
            {"sales_regularity_months": 13},
            {"sales_asleep_factor": 0.5},
        ):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.company.write(values)
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestClassByHand(SalesCrmCommon):
    def _by_hand(self, client=None):
        client = client or self.client
        return client.client_class, client.client_class_manual, client.client_class_reason

    def test_card(self):
        card = Form(self.client.with_user(self.manager), view="sales_crm.res_partner_view_form_client")
        card.client_class = "B"
        with self.assertRaises(AssertionError):
            card.save()
        card.client_class_reason = "A big order is coming"
        card.save()
        self.assertEqual(self._by_hand(), ("B", True, "A big order is coming"))
        card = Form(self.client.with_user(self.manager), view="sales_crm.res_partner_view_form_client")
        card.client_class = False
        card.save()
        self.assertEqual(self._by_hand(), (False, False, False))

    def test_roles(self):
        values = {"client_class": "A", "client_class_reason": "Because"}
        for user, allowed in ((self.manager, True), (self.head, True), (self.colleague, False)):
            with self.subTest(user=user.login):
                client = self._create_client("Beta", self.manager)
                if allowed:
                    client.with_user(user).write(values)
                    self.assertEqual(self._by_hand(client), ("A", True, "Because"))
                else:
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        client.with_user(user).write(values)
        reader = new_test_user(self.env, "reader", "base.group_user")
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.client.with_user(reader).write(values)

    def test_reason_is_asked_for(self):
        as_manager = self.client.with_user(self.manager)
        for values in (
            {"client_class": "A"},
            {"client_class": "A", "client_class_reason": False},
            {"client_class": "A", "client_class_manual": True},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                as_manager.write(values)
        with self.assertRaises(UserError), self.cr.savepoint():
            as_manager.create({"name": "New", "is_client": True, "client_class": "A"})
        as_manager.write({"client_class": "A", "client_class_reason": "Because"})
        with self.assertRaises(UserError), self.cr.savepoint():
            as_manager.write({"client_class": "B"})
        as_manager.write({"client_class": "A"})
        self.assertEqual(self._by_hand(), ("A", True, "Because"), "nothing new")
        as_manager.write({"client_class_reason": "Because of all"})
        self.assertEqual(self._by_hand(), ("A", True, "Because of all"))

    def test_last_day(self):
        """A person's class ends, after a year unless he says otherwise; one from a file doesn't."""
        today = self.company._sales_today()
        client = self.client.with_user(self.manager)
        client.write({"client_class": "A", "client_class_reason": "Because"})
        self.assertEqual(client.client_class_until, today + relativedelta(years=1))
        client.client_class_until = today + timedelta(days=5)
        self.assertEqual(self._by_hand(), ("A", True, "Because"), "nothing new but the day")
        with self.assertRaisesRegex(ValidationError, "before today"), self.cr.savepoint():
            client.client_class_until = today - timedelta(days=1)
        client.client_class_until = False
        self.assertFalse(client.client_class_until)
        self.client.sudo().write({"client_class": "B"})
        self.assertFalse(self.client.client_class_until, "a program's class")
        client.action_class_automatic()
        client.client_class_until = today
        self.assertFalse(client.client_class_until, "a day alone means nothing")

    def test_the_night_after_the_last_day(self):
        today = self.company._sales_today()
        ends, stays = self.client, self._create_client("Beta", self.manager)
        for client, days in ((ends, 3), (stays, 4)):
            client.with_user(self.manager).write(
                {
                    "client_class": "A",
                    "client_class_reason": "Because",
                    "client_class_until": today + timedelta(days=days),
                }
            )
        Partner = type(self.env["res.company"])
        with patch.object(Partner, "_sales_today", lambda _company: today + timedelta(days=4)):
            ends = ends.with_context(tracking_disable=False)
            self.env.flush_all()
            self.assertEqual(self.env["res.partner"]._end_classes_by_hand(100), 1)
        self.assertEqual(self._by_hand(ends), (False, False, False))
        self.assertFalse(ends.client_class_until)
        self.assertEqual(self._by_hand(stays), ("A", True, "Because"))

    def test_a_reason_for_several(self):
        """A new reason for clients of different classes changes none of the classes."""
        other = self._create_client("Beta", self.manager)
        for client, letter in ((self.client, "A"), (other, "B")):
            client.with_user(self.manager).write({"client_class": letter, "client_class_reason": "Because"})
        (self.client | other).with_user(self.manager).write({"client_class_reason": "As agreed"})
        self.assertEqual(self._by_hand(), ("A", True, "As agreed"))
        self.assertEqual(self._by_hand(other), ("B", True, "As agreed"))

    def test_reason_alone_means_nothing(self):
        self.client.with_user(self.manager).write({"client_class_reason": "Because"})
        self.assertEqual(self._by_hand(), (False, False, False))

    def test_figures_are_nobody_s_to_write(self):
        for values in ({"is_asleep": True}, {"client_class_turnover": "A"}, {"paid_turnover": 5}):
            for user in (self.manager, self.head):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.client.with_user(user).write(values)

    def test_who_and_when_is_told(self):
        client = self.client.with_user(self.manager).with_context(tracking_disable=False)
        self.env.flush_all()
        self.cr.precommit.run()
        client.write({"client_class": "A", "client_class_reason": "Because"})
        self.cr.precommit.run()
        message = client.message_ids[0]
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertIn("client_class_reason", message.sudo().tracking_value_ids.field_id.mapped("name"))

    def test_imported(self):
        Partner = self.env["res.partner"].with_user(self.head).with_context(import_file=True)
        result = Partner.load(["name", "is_client", "client_class"], [["Beta", "1", "B"]])
        self.assertTrue(result["ids"], result["messages"])
        self.assertEqual(self._by_hand(Partner.browse(result["ids"])), ("B", True, "Imported"))

    def test_wizard(self):
        clients = self.client | self._create_client("Beta", self.manager)
        wizard = (
            self.env["sales.client.class.set"]
            .with_user(self.manager)
            .with_context(active_model="res.partner", active_ids=clients.ids)
            .create({"client_class": "B", "reason": "Because"})
        )
        wizard.action_set()
        self.assertEqual([self._by_hand(client) for client in clients], [("B", True, "Because")] * 2)
        wizard.by = "turnover"
        wizard.action_set()
        self.assertEqual([self._by_hand(client) for client in clients], [(False, False, False)] * 2)
        foreign = self._create_client("Gamma", self.colleague)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.with_context(active_model="res.partner", active_ids=foreign.ids).create(
                {"client_class": "B", "reason": "Because"}
            ).action_set()

    def test_classes_from_before(self):
        """An update of the add-on finds classes that people have typed in."""
        self.cr.execute("UPDATE res_partner SET client_class = 'B' WHERE id = %s", [self.client.id])
        self.client.invalidate_recordset()
        self.env["res.partner"]._keep_classes_by_hand()
        self.assertEqual(self._by_hand(), ("B", True, "Imported"))
