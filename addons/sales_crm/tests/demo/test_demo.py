from datetime import datetime, timedelta
from types import SimpleNamespace
from unittest.mock import patch

import phonenumbers
from stdnum.gb import vat as gb_vat
from stdnum.iso7064 import mod_97_10
from stdnum.ru import inn

from odoo import fields
from odoo.exceptions import AccessDenied
from odoo.tests import TransactionCase, tagged

from ...demo.changes import Changes
from ...demo.days import Days
from ...tools.requisites import valid_ogrn
from .menus import MenusMixin

MANAGERS = [f"manager{number}" for number in range(1, 6)]
STAFF = [*MANAGERS, "head", "accountant", "controller", "rules"]


class DemoMixin:
    """The example company in one language, loaded today whatever the database holds already."""

    allow_inherited_tests_method = True
    language = None
    former = None  # logins of those who have left

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Users = cls.env["res.users"].with_context(active_test=False)
        for user in Users.search([("login", "in", [*STAFF, *cls.former])]):
            user.login = f"{user.login}_of_before"
        demo_class = type(cls.env["sales.demo"])
        cls.startClassPatcher(patch.object(demo_class, "_language", return_value=cls.language))
        cls._prepare_company()
        cls.loaded = cls.env["sales.demo"]._load()
        cls.staff = {user.login: user for user in Users.search([("login", "in", STAFF)])}
        cls.managers = cls.env["res.users"].union(*(cls.staff[login] for login in MANAGERS))
        cls.clients = cls.env["res.partner"].search(
            [("user_id", "in", cls.managers.ids), ("is_client", "=", True), ("parent_id", "=", False)]
        )
        cls.activities = (
            cls.env["mail.activity"]
            .with_context(active_test=False)
            .search([("client_id", "in", cls.clients.ids)])
        )
        cls.days = Days(cls.managers[0].tz, 250, cls.env.company)

    @classmethod
    def _prepare_company(cls):
        """As the installation leaves the company, before the example is loaded."""

    def test_loaded_once(self):
        self.assertTrue(self.loaded)
        self.assertFalse(self.env["sales.demo"]._load())

    def test_logins(self):
        self.assertEqual(sorted(self.staff), sorted(STAFF))
        for login, user in self.staff.items():
            password = {"type": "password", "login": login, "password": login}
            user.with_user(user)._check_credentials(password, {"interactive": True})
            with self.assertRaises(AccessDenied):
                user.with_user(user)._check_credentials(
                    {**password, "password": "wrong"}, {"interactive": True}
                )
        self.assertTrue(all(m.has_group("sales_crm.group_manager") for m in self.managers))
        self.assertTrue(self.staff["head"].has_group("sales_crm.group_head"))
        self.assertTrue(self.staff["head"].has_group("sales_crm.group_credit_controller"))
        self.assertGreater(self.staff["head"].sales_release_limit, 0, "somebody decides about releases")
        controller = self.staff["controller"]
        self.assertGreater(controller.sales_release_limit, self.staff["head"].sales_release_limit)
        self.assertFalse(controller.has_group("sales_team.group_sale_salesman"))
        self.assertTrue(self.staff["rules"].has_group("sales_crm.group_admin"))
        self.assertFalse(self.staff["accountant"].has_group("sales_team.group_sale_salesman"))
        self.assertEqual(self.managers.sale_team_id.user_id, self.staff["head"])

    def test_nobody_real_is_written_to(self):
        people = self.clients | self.clients.child_ids | self.managers.partner_id
        for email in people.mapped("email"):
            self.assertTrue(email.endswith(".example"), email)
        messages = self.env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "in", self.clients.ids)]
        )
        self.assertTrue(messages)
        self.assertFalse(messages.notification_ids)
        self.assertFalse(messages.mail_ids)

    def test_client_base(self):
        for manager in self.managers:
            clients = self.clients.filtered(lambda client, manager=manager: client.user_id == manager)
            self.assertEqual(len(clients), 30)
            classes = {name: len(c) for name, c in clients.grouped("client_class").items()}
            self.assertEqual(classes, {"A": 6, "B": 9, "C": 15})
        self.assertEqual(len(set(self.clients.mapped("name"))), 150)
        self.assertTrue(all(client.category_id and client.city for client in self.clients))

    def test_contacts(self):
        contacts = self.clients.child_ids
        self.assertGreater(len(contacts), 200)
        self.assertEqual(len(set(contacts.mapped("name"))), len(contacts))
        for client in self.clients:
            self.assertIn(len(client.child_ids), (1, 2, 3))
        for contact in contacts:
            self.assertTrue(contact.function and contact.phone and contact.birthdate_date)
            self.assertEqual(contact.user_id, contact.parent_id.user_id)
            self.assertTrue(phonenumbers.is_valid_number(phonenumbers.parse(contact.phone)))

    def test_some_birthdays_are_near(self):
        today = fields.Date.today()
        near = {(today + timedelta(days=n)).strftime("%m-%d") for n in range(14)}
        birthdays = self.clients.child_ids.mapped("birthdate_date")
        self.assertGreater(sum(day.strftime("%m-%d") in near for day in birthdays), 10)

    def test_today(self):
        opened = self.activities.filtered("active")
        self.assertEqual(len(opened), 300)
        self.assertEqual(len(opened.filtered(lambda a: a.priority == "1")), 30)
        for client in self.clients:
            self.assertEqual(len(client.open_activity_ids), 2)
        for activity in opened:
            if activity not in self._moved():
                self.assertIn(activity.date_deadline, (self.days.today, self.days.past[-1]))
            self.assertEqual(activity.user_id, activity.client_id.user_id)
        due = {self.days.today} if self._is_workday() else {self.days.past[-1]}
        for manager in self.managers:
            left = opened.filtered(lambda a, m=manager: a.user_id == m and a.date_planned < self.days.today)
            self.assertEqual(len(left), 8)
            self.assertIn("1", left.mapped("priority"))
            self.assertEqual(set(left.mapped("date_deadline")), due)

    def _is_workday(self):
        return (
            self.days.today
            in self.managers[0]._sales_workdays_between(self.days.today, 1)[self.managers[0].id].days
        )

    def test_plan_of_today(self):
        """Frozen as by the morning run, what was left carried over; on a day off there is none."""
        of_today = [("date", "=", self.days.today), ("user_id", "in", self.managers.ids)]
        lines = self.env["sales.plan.line"].search(of_today)
        frozen = self.env["sales.plan.day"].search(of_today)
        if not self._is_workday():
            self.assertFalse(lines | lines.browse(frozen.ids))
            return
        self.assertEqual(frozen.user_id, self.managers)
        for manager in self.managers:
            of_manager = lines.filtered(lambda line, manager=manager: line.user_id == manager)
            self.assertEqual(len(of_manager), 60)
            self.assertEqual(of_manager.mapped("origin").count("carried"), 8)
        self.assertLessEqual(self._changes().activity_id, lines.activity_id)

    def _moved(self):
        """:return: the activities that the managers have put off by hand today"""
        return self._changes().filtered(lambda change: change.kind == "moved").activity_id

    def _changes(self):
        return self.env["sales.activity.change"].search([("activity_id", "in", self.activities.ids)])

    def test_plans_changed_by_hand(self):
        """The heads see what their managers have changed: put off, and one call taken back."""
        kinds = {kind: len(changes) for kind, changes in self._changes().grouped("kind").items()}
        self.assertEqual(kinds, {"moved": 4, "reopened": 1})
        for change in self._changes():
            self.assertEqual(change.create_uid, change.user_id, "each has changed his own work")
            self.assertTrue(change.activity_id.active)
        for activity in self._moved():
            user, today = activity.user_id, self.days.today
            self.assertEqual(activity.date_deadline, user._sales_next_workday(today))

    def test_nothing_to_change(self):
        """Managers without calls of today change nothing."""
        nobody = SimpleNamespace(env=self.env, managers=self.managers, clients=[], book={}, days=self.days)
        before = self._changes()
        Changes(nobody).load()
        self.assertEqual(self._changes(), before)

    def test_morning_makes_them_all_due_today(self):
        morning = self.env["sales.morning"]
        with patch.object(type(morning), "_commit", return_value=float("inf")):
            morning._carry_over(dict.fromkeys(self.managers, self.days.today))
        opened = self.activities.filtered("active")
        self.assertEqual(set((opened - self._moved()).mapped("date_deadline")), {self.days.today})
        self.assertEqual(max(opened.mapped("carry_count")), 3)

    def test_history(self):
        closed = self.activities.filtered(lambda a: not a.active)
        self.assertGreater(len(closed), 1200)
        for activity in closed:
            self.assertLess(activity.datetime_done, fields.Datetime.now())
            self.assertLess(activity.create_date, activity.datetime_done)
            self.assertEqual(activity.date_deadline, activity.date_done)
            self.assertIn(activity.date_done, self.days.past)
            if activity.activity_state_final == "done":
                self.assertTrue(activity.outcome_id and activity.feedback)
            else:
                self.assertEqual(activity.activity_state_final, "cancelled")
                self.assertTrue(activity.cancel_reason)
        for text in self.activities.mapped(lambda a: f"{a.summary} {a.note} {a.feedback}"):
            self.assertNotIn("{", text)

    def test_history_by_several_managers(self):
        closed = self.activities.filtered(lambda a: not a.active)
        shared = [c for c, done in closed.grouped("client_id").items() if len(done.done_user_id) > 1]
        self.assertGreater(len(shared), 30)
        gone = closed.done_user_id - self.managers
        self.assertEqual(sorted(gone.mapped("login")), self.former)
        self.assertFalse(any(gone.mapped("active")))

    def test_carries_are_logged(self):
        carried = self.activities.filtered("carry_count")
        self.assertTrue(carried)
        log = self.env["sales.carry.log"].search([("activity_id", "in", carried.ids)])
        for activity, rows in log.grouped("activity_id").items():
            self.assertEqual(len(rows), activity.carry_count)
            self.assertEqual(min(rows.mapped("date_from")), activity.date_planned)
            self.assertEqual(max(rows.mapped("date_to")), activity.date_deadline)
        self.assertEqual(log.activity_id, carried)

    def test_dates_of_the_clients(self):
        stored = {c: (c.next_step_date, c.last_contact_date) for c in self.clients}
        self.clients._compute_contact_dates()
        for client, dates in stored.items():
            self.assertEqual((client.next_step_date, client.last_contact_date), dates)
            self.assertEqual(dates[0], min(client.open_activity_ids.mapped("date_deadline")))
            self.assertTrue(dates[1] and dates[1] < self.days.today)

    def test_deals_and_orders(self):
        deals = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("partner_id", "in", self.clients.ids)])
        )
        found = {status: len(of) for status, of in deals.grouped("won_status").items()}
        self.assertEqual(found, {"pending": 110, "won": 50, "lost": 30})
        levels = {level for (level,) in self.env["crm.stage"]._read_group([], ["funnel_level"])}
        self.assertEqual(set(deals.stage_id.mapped("funnel_level")), levels, "every level is in use")
        for deal in deals.filtered(lambda deal: deal.won_status == "pending"):
            self.assertEqual(deal.user_id, deal.partner_id.user_id)
        self.assertTrue(any(deals.mapped("is_stuck")))
        self.assertTrue(all(deal.expected_revenue for deal in deals))
        orders = self.env["sale.order"].search([("partner_id", "in", self.clients.ids)])
        self.assertEqual(set(orders.mapped("state")), {"draft", "sent", "sale"})
        for order in orders.filtered("opportunity_id"):
            won = order.opportunity_id.won_status == "won"
            self.assertEqual(order.state == "sale", won)

    def test_hand_over_and_covers(self):
        gone = self.env["res.users"].with_context(active_test=False).search([("login", "in", self.former)])
        handover = self.env["sales.handover"].search([("from_user_id", "in", gone.ids)])
        self.assertEqual(handover.mapped("state"), ["done"])
        self.assertEqual(len(handover.line_ids.client_id), 30)
        self.assertLess(handover.date_end.date(), self.days.today)
        for line in handover.line_ids:
            self.assertEqual(line.receiver_id, line.client_id.user_id)
        covers = self.env["sales.access.rule"].search([("manager_ids", "in", self.managers.ids)])
        self.assertEqual(sorted(covers.mapped("state")), ["coming", "over"])
        self.assertFalse(any(covers.mapped("cover_leave_missing")))

    def test_prepared_by_the_head(self):
        head = self.staff["head"]
        for model, states in (
            ("sales.cadence", {"running", "draft"}),
            ("sales.mass.plan", {"preview", "done"}),
            ("sales.import", {"preview", "done"}),
        ):
            records = self.env[model].search([("create_uid", "=", head.id)])
            self.assertEqual(set(records.mapped("state")), states)
        self.assertEqual(self.env["sales.export.log"].search_count([("user_id", "=", head.id)]), 3)

    def test_targets(self):
        """Of last year and this one, as a head sets them: near what was sold."""
        head = self.staff["head"]
        Target = self.env["sales.target"].with_user(head)
        self.assertEqual(Target.search_count([]), 24 * 7)
        today = self.env.company._sales_today()
        grid = Target.get_grid(today.year)
        self.assertEqual([row["kind"] for row in grid["rows"]], ["company", "team", *["user"] * 5])
        self.assertFalse([cell for row in grid["rows"] for cell in row["cells"] if not cell["value"]])
        total = Target._progress(today.replace(day=1), today)["total"]
        self.assertLess(total["fact"], total["target"] * 1.5)

    def test_imported(self):
        """A file with a remark here and there, and a row that nobody can read; no client came by it."""
        done = self.env["sales.import"].search(
            [("create_uid", "=", self.staff["head"].id), ("state", "=", "done")]
        )
        self.assertLess(done.date_end.date(), self.days.today)
        results = {result: len(rows) for result, rows in done.row_ids.grouped("result").items()}
        self.assertEqual(results, {"updated": 5, "skipped": 1})
        self.assertEqual(len(done.row_ids.filtered("warning")), 2)
        self.assertFalse(done.failure)

    def test_planned_for_many(self):
        plan = self.env["sales.mass.plan"].search(
            [("create_uid", "=", self.staff["head"].id), ("state", "=", "done")]
        )
        activities = plan.line_ids.activity_id
        self.assertGreater(len(activities), 40)
        self.assertEqual(plan.progress_done, len(activities))
        self.assertEqual(set(activities.mapped("client_id.client_class")), {"B"})
        for line in plan.line_ids:
            activity = line.activity_id
            self.assertEqual((activity.summary, activity.date_planned), (plan.summary, line.date))
            self.assertFalse(activity.active)

    def test_contracts(self):
        """They began on many days; a few end soon, some went on after their first year."""
        contracts = self.env["sales.contract"].search(
            [("client_id", "in", self.clients.ids), ("state", "=", "active")]
        )
        self.assertGreater(len(set(contracts.mapped("date_start"))), 20)
        self.assertGreater(len(set(contracts.mapped("date_end"))), 15)
        soon = contracts.filtered(lambda c: c.date_end <= self.days.today + timedelta(days=30))
        self.assertEqual(len(soon), 4)
        self.assertEqual(soon.filtered("is_expiring"), soon)
        went_on = contracts.filtered(lambda c: c.prolongation == "auto")
        self.assertGreater(len(went_on), 5)
        for contract in contracts:
            self.assertLess(contract.create_date.date(), contract.date_start)
            self.assertLess(contract.date_start, self.days.past[0])

    def test_plans_of_the_past_are_managers_plans(self):
        days = self.env["sales.plan.day"].search([("user_id", "in", self.managers.ids)])
        self.assertTrue(all(days.mapped("as_manager")))


@tagged("post_install", "-at_install")
class TestDemoRussian(MenusMixin, DemoMixin, TransactionCase):
    language = "ru"
    former = ["ivanov", "melnikova"]

    @classmethod
    def _prepare_company(cls):
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.env.company.partner_id.lang = "ru_RU"
        cls.env["res.company"]._sales_localize_new()

    def test_company(self):
        """Russian, in roubles, with the taxes of each year."""
        company = self.env.company
        self.assertEqual((company.country_id.code, company.currency_id.name), ("RU", "RUB"))
        lines = self.env["account.move.line"].search(
            [("move_id.move_type", "=", "out_invoice"), ("product_id", "!=", False)]
        )
        rates = {2025: 20, 2026: 22}
        for line in lines.filtered(lambda line: line.move_id.invoice_date.year in rates):
            self.assertEqual(line.tax_ids.mapped("amount"), [rates[line.move_id.invoice_date.year]])
        self.assertTrue(self.clients[0].kpp or self.clients[0].company_registry)

    def test_debt(self):
        """Clients on credit: most are fine, some are overdue or over their limit, and some have promised."""
        contracts = self.env["sales.contract"].search([("client_id", "in", self.clients.ids)])
        self.assertEqual(set(contracts.mapped("state")), {"active", "draft", "expired"})
        self.assertTrue(any(contracts.mapped("is_expiring")))
        invoices = self.env["account.move"].search(
            [("partner_id", "in", self.clients.ids), ("move_type", "=", "out_invoice")]
        )
        self.assertLessEqual({"paid", "not_paid"}, set(invoices.mapped("payment_state")))
        self.assertLessEqual(contracts.client_id, invoices.commercial_partner_id)
        states = {state: len(clients) for state, clients in self.clients.grouped("credit_state").items()}
        self.assertGreater(states["ok"], 100)
        self.assertGreaterEqual(states["over_limit"], 3)
        self.assertGreaterEqual(states["overdue"], 5)
        self.assertLessEqual({"partial"}, set(invoices.mapped("payment_state")))
        overdue = invoices.filtered(
            lambda move: move.amount_residual and move.invoice_date_due < self.days.today
        )
        self.assertGreaterEqual(len(overdue.commercial_partner_id.user_id), 3)
        share = sum(self.clients.mapped("overdue_amount")) / sum(self.clients.mapped("receivable_amount"))
        self.assertTrue(0.04 <= share <= 0.08, share)
        promises = self.env["sales.promise"].search([("client_id", "in", self.clients.ids)])
        self.assertLessEqual({"open", "kept", "broken", "partial"}, set(promises.mapped("state")))
        releases = self.env["sales.credit.release"].search([("client_id", "in", self.clients.ids)])
        self.assertLessEqual({"refused", "used", "approved"}, set(releases.mapped("state")))
        self.assertGreaterEqual(len(releases.filtered(lambda release: release.state == "requested")), 2)

    def test_tax_numbers(self):
        for client in self.clients:
            self.assertTrue(inn.is_valid(client.vat), client.vat)
            self.assertEqual(client.country_code, "RU")
            self.assertTrue(valid_ogrn(client.company_registry) and client.director_name)
            self.assertEqual(bool(client.kpp), len(client.vat) == 10)
            self.assertTrue(client.bank_ids)

    def test_people_of_both_sexes(self):
        names = self.clients.child_ids.mapped("name")
        self.assertTrue(any(name.endswith("вна") for name in names))
        for name in names:
            if name.endswith(("вна", "чна")):
                self.assertNotRegex(name, r"^\S+(ов|ев|ин|ский) ")


@tagged("post_install", "-at_install")
class TestDemoEnglish(MenusMixin, DemoMixin, TransactionCase):
    language = "en"
    former = ["dawson", "harris"]

    @classmethod
    def _prepare_company(cls):
        """As Odoo leaves it, whatever the database calls it."""
        cls.env.company.write({"name": "My Company", "country_id": cls.env.ref("base.us").id})

    def test_company(self):
        """British, in pounds, with the VAT of there, and on its documents all that a Russian one has."""
        company = self.env.company
        self.assertEqual((company.country_id.code, company.currency_id.name), ("GB", "GBP"))
        self.assertEqual(company.account_sale_tax_id.amount, 20)
        self.assertTrue(company.vat and company.company_registry and company.director_name)
        self.assertTrue(company.partner_id.bank_ids and company.city)
        lines = self.env["account.move.line"].search(
            [("move_id.move_type", "=", "out_invoice"), ("product_id", "!=", False)]
        )
        self.assertEqual(lines.currency_id, company.currency_id)
        self.assertEqual(set(lines.tax_ids.mapped("amount")), {20})
        self.assertFalse(lines.filtered(lambda line: not line.tax_ids))

    def test_tax_numbers(self):
        self.assertEqual(len(set(self.clients.mapped("vat"))), 150)
        for client in self.clients:
            self.assertTrue(gb_vat.is_valid(client.vat), client.vat)
            self.assertTrue(client.director_name and client.director_position)
            account = client.bank_ids.sanitized_acc_number
            self.assertTrue(mod_97_10.is_valid(account[4:] + account[:4]), account)
            self.assertEqual(client.country_code, "GB")
            if client.legal_form:
                self.assertIn(client.legal_form, ("Ltd", "LLP", "plc"))
                self.assertTrue(client.company_registry)

    def test_no_russian_letters(self):
        texts = self.clients.mapped("name") + self.activities.mapped("summary")
        texts += [text for text in self.activities.mapped("feedback") if text]
        self.assertFalse([text for text in texts if any("а" <= c <= "я" for c in text.lower())])


@tagged("post_install", "-at_install")
class TestDemoDays(TransactionCase):
    def _days_at(self, moment):
        now = datetime.strptime(moment, "%Y-%m-%d %H:%M")
        with patch.object(fields.Datetime, "now", return_value=now):
            return Days("Europe/Moscow", 3)

    def test_working_days_before_the_managers_today(self):
        """Late on Sunday in UTC it is Monday in Moscow; the last working day was Friday."""
        days = self._days_at("2026-11-22 22:30")
        self.assertEqual(days.today.isoformat(), "2026-11-23")
        self.assertEqual([d.isoformat() for d in days.past], ["2026-11-18", "2026-11-19", "2026-11-20"])

    def test_loaded_on_a_weekend(self):
        days = self._days_at("2026-11-21 10:00")
        self.assertEqual(days.today.isoformat(), "2026-11-21")
        self.assertEqual(days.past[-1].isoformat(), "2026-11-20")

    def test_moment_in_utc(self):
        days = self._days_at("2026-11-23 10:00")
        self.assertEqual(days.moment(days.today, 30).isoformat(), "2026-11-23T06:30:00")


@tagged("post_install", "-at_install")
class TestDemoLanguage(TransactionCase):
    def test_language_of_the_administrator_or_the_company(self):
        demo = self.env["sales.demo"]
        admin = self.env.ref("base.user_admin").partner_id
        company = self.env.ref("base.main_company").partner_id
        for code in ("en_US", "ru_RU"):
            self.env["res.lang"]._activate_lang(code)
        for admin_lang, company_lang, language in (
            ("en_US", "en_US", "en"),
            ("ru_RU", "en_US", "ru"),
            ("en_US", "ru_RU", "ru"),
        ):
            admin.lang, company.lang = admin_lang, company_lang
            self.assertEqual(demo._language(), language)
