from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from ..common import SalesCrmCommon
from ..counting import Counted

DAY = date(2026, 11, 23)


@tagged("post_install", "-at_install")
class TestNextStepRequired(SalesCrmCommon):
    """Whoever finishes the last open activity says what comes next, by whatever route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_next_step_required = True
        cls.activity = cls._plan(cls.client, DAY)
        cls.mine = cls.activity.with_user(cls.manager)

    def _routes(self):
        """:return: dict name -> function that closes the activity as done, by another way each"""
        schedule = {
            "res_model": "res.partner",
            "res_ids": str(self.client.ids),
            "activity_type_id": self.call.id,
            "activity_user_id": self.manager.id,
        }
        return {
            "My Day": self.mine.action_finish,
            "chatter": self.mine.action_feedback,
            "chatter, with files": lambda: self.mine.action_feedback(feedback="Agreed", attachment_ids=[]),
            "chatter, and the next": self.mine.action_feedback_schedule_next,
            "button": self.mine.action_done,
            "button, and the next": self.mine.action_done_schedule_next,
            "systray": self.mine.action_done_redirect_to_other,
            "archive": self.mine.action_archive,
            "RPC": lambda: self.mine.write({"active": False}),
            "forged reason": lambda: self.mine.action_finish(no_further_contact="   "),
            "context": lambda: self.mine.with_context(
                mail_activity_quick_update=True, default_no_further_contact_reason="x"
            ).action_feedback(),
            "document": lambda: self.client.with_user(self.manager).activity_feedback(
                ["mail.mail_activity_data_call"], user_id=self.manager.id, only_automated=False
            ),
            "planned and done at once": lambda: (
                self.env["mail.activity.schedule"]
                .with_user(self.manager)
                .with_context(active_model="res.partner", active_ids=self.client.ids)
                .create(schedule)
                .action_schedule_activities_done()
            ),
        }

    def test_every_route_asks(self):
        for name, route in self._routes().items():
            if name == "planned and done at once":
                continue
            with self.subTest(route=name), self.assertRaises(RedirectWarning) as refused, self.cr.savepoint():
                route()
            self.assertIn("Alpha", refused.exception.args[0])
            self.assertEqual(refused.exception.args[3]["default_activity_id"], self.activity.id)
            self.env.invalidate_all()
            self.assertTrue(self.activity.active)

    def test_company_of_the_request(self):
        """A manager of two companies: the client's company decides, not the one that the request names."""
        other = self.env["res.company"].create({"name": "The Other"})
        self.manager.company_ids += other
        mine = self.mine.with_context(allowed_company_ids=(other | self.company).ids)
        self.assertEqual(mine.env.company, other)
        with self.assertRaises(RedirectWarning):
            mine.action_feedback()
        self.client.company_id = self.company
        with self.assertRaises(RedirectWarning):
            mine.action_done()
        self.company.sales_next_step_required = False
        other.sales_next_step_required = True
        mine.action_feedback()
        self.assertEqual(self.activity.activity_state_final, "done")

    def test_planned_and_done_at_once(self):
        self.activity.action_cancel_with_reason("Twice")
        with self.assertRaises(UserError) as refused, self.cr.savepoint():
            self._routes()["planned and done at once"]()
        self.assertNotIsInstance(refused.exception, RedirectWarning, "its activity would be gone")
        self.assertIn("last open activity", str(refused.exception))

    def test_what_was_typed_is_kept(self):
        with self.assertRaises(RedirectWarning) as refused:
            self.mine.action_feedback(feedback="Wants a discount")
        context = refused.exception.args[3]
        wizard = Form(self.env["sales.activity.finish"].with_user(self.manager).with_context(**context))
        self.assertEqual(wizard.feedback, "Wants a discount")
        self.assertTrue(wizard.is_last and wizard.is_next_step_required)
        wizard.next_date = DAY + timedelta(days=3)
        wizard.save().action_apply()
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.client.next_step_date, date(2026, 11, 26))

    def test_another_open_activity_is_a_next_step(self):
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        other = self._plan(deal, DAY, self.colleague)
        self.mine.action_feedback()
        self.assertEqual(self.activity.activity_state_final, "done")
        with self.assertRaises(RedirectWarning):
            other.with_user(self.head).action_feedback()

    def test_dialog_of_the_last_one(self):
        """What "Done" in the chatter, the clock and on a kanban card opens, whether it is required or not."""
        for required in (True, False):
            self.company.sales_next_step_required = required
            action = self.mine.action_finish_last("Agreed")
            self.assertEqual(action["res_model"], "sales.activity.finish")
            expected = {"default_activity_id": self.activity.id, "default_feedback": "Agreed"}
            self.assertEqual(action["context"], expected)
        with self.assertRaises(AccessError):
            self.activity.with_user(self.colleague).action_finish_last()
        self._plan(self.client, DAY, self.colleague)
        self.assertFalse(self.mine.action_finish_last("Agreed"))
        private = self._plan(self.manager.partner_id, DAY)
        self.assertFalse(private.with_user(self.manager).action_finish_last())

    def test_both_at_once(self):
        both = self.mine | self._plan(self.client, DAY).with_user(self.manager)
        with self.assertRaises(RedirectWarning):
            both.action_feedback()

    def test_wizard_without_a_date(self):
        values = {"activity_id": self.activity.id, "has_next_step": False}
        wizard = self.env["sales.activity.finish"].with_user(self.manager).create(values)
        with self.assertRaisesRegex(UserError, "choose the date"):
            wizard.action_apply()
        wizard.no_further_contact = "Moved to another town"
        wizard.action_apply()
        self.assertEqual(self.client.no_further_contact_reason, "Moved to another town")

    def test_no_further_contact(self):
        with self._at("2026-11-23 10:00"):
            self.mine.action_finish(self.outcome.id, "Bye", no_further_contact=" The shop has closed ")
        self.assertEqual(self.activity.activity_state_final, "done")
        self.assertEqual(self.client.no_further_contact_reason, "The shop has closed")
        self.assertEqual(self.client.no_further_contact_date, DAY)
        self.assertEqual(self.client.no_further_contact_user_id, self.manager)
        self._plan(self.client, DAY)
        self.assertFalse(self.client.no_further_contact_reason)
        self.assertFalse(self.client.no_further_contact_date or self.client.no_further_contact_user_id)

    def test_no_further_contact_beside_an_open_activity(self):
        self._plan(self.client, DAY)
        with self.assertRaisesRegex(UserError, "still planned"):
            self.mine.action_finish(no_further_contact="Closed")
        self.assertTrue(self.activity.active)

    def test_next_step_outweighs_the_reason(self):
        self.mine.action_finish(next_step={"date_deadline": "2026-11-30"}, no_further_contact="Closed")
        self.assertFalse(self.client.no_further_contact_reason)

    def test_reason_written_on_the_card(self):
        client = self.client.with_user(self.manager)
        client.no_further_contact_reason = "Went bankrupt"
        self.assertEqual(client.no_further_contact_user_id, self.manager)
        with self.assertRaises(AccessError):
            client.no_further_contact_user_id = self.head
        with self.assertRaises(AccessError):
            client.no_further_contact_date = DAY
        with self.assertRaises(AccessError):
            self.client.with_user(self.colleague).no_further_contact_reason = "Mine now"
        self.mine.action_feedback()
        self.assertEqual(self.activity.activity_state_final, "done")

    def test_who_may_not_finish_ends_no_contact(self):
        with self.assertRaises(AccessError):
            self.activity.with_user(self.colleague).action_finish(no_further_contact="Closed")
        self.assertFalse(self.client.no_further_contact_reason)

    def test_a_type_that_brings_the_next_one(self):
        kind = self.env["mail.activity.type"].create(
            {"name": "First call", "chaining_type": "trigger", "triggered_next_type_id": self.call.id}
        )
        self.activity.activity_type_id = kind
        self.mine.action_feedback()
        self.assertTrue(self.client.next_step_date)

    def test_others_are_not_asked(self):
        private = self._plan(self.manager.partner_id, DAY)
        private.with_user(self.manager).action_feedback()
        self.assertFalse(private.active)
        self.mine.action_cancel_with_reason("Client is on leave")
        self.assertEqual(self.activity.activity_state_final, "cancelled")

    def test_only_where_the_company_wants_it(self):
        self.company.sales_next_step_required = False
        self.mine.action_feedback()
        self.assertEqual(self.activity.activity_state_final, "done")


@tagged("post_install", "-at_install")
class TestForgottenClients(SalesCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_silent_days = 20
        cls.today = cls.company._sales_today()
        cls.clients = cls.client | cls._create_client("Beta", cls.manager)
        cls.clients |= cls._create_client("Gamma", cls.manager) | cls._create_client("Delta", cls.colleague)
        cls.env.flush_all()
        old = fields.Datetime.now() - timedelta(days=90)
        cls.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id IN %s", (old, tuple(cls.clients.ids))
        )
        cls.env.invalidate_all()

    def _reached(self, client, days_ago, outcome=None):
        activity = self._plan(client, self.today)
        activity.write({"active": False, "outcome_id": (outcome or self.outcome).id})
        activity.datetime_done = fields.Datetime.now() - timedelta(days=days_ago)
        return activity

    def _found(self, value=True):
        """:return: what the search finds; the field says the same of each"""
        found = self.env["res.partner"].search([("is_silent", "=", value), ("id", "in", self.clients.ids)])
        self.assertEqual(found, self.clients.filtered(lambda client: client.is_silent == value))
        return found

    def test_silent(self):
        alpha, beta, gamma, delta = self.clients.sorted("name").sorted(
            lambda c: ["Alpha", "Beta", "Gamma", "Delta"].index(c.name)
        )
        self._reached(alpha, 20)
        self._reached(beta, 21)
        self._reached(gamma, 3, self.no_answer)
        self.assertEqual(self._found(), beta | gamma | delta, "who did not answer was not reached")
        beta.no_further_contact_reason = "Closed"
        self.assertEqual(self._found(), gamma | delta)
        self.assertEqual(self._found(False), alpha | beta)
        self.company.sales_silent_days = 19
        self.env.invalidate_all()
        self.assertEqual(self._found(), alpha | gamma | delta)

    def test_a_new_client_is_not_silent(self):
        self.assertFalse(self._create_client("New", self.manager).is_silent)

    def test_what_counts_as_a_contact_changes(self):
        self._reached(self.client, 3, self.no_answer)
        self.assertFalse(self.client.last_contact_date)
        self.no_answer.is_contact = True
        self.assertEqual(self.client.last_contact_date, self.today - timedelta(days=3))

    def test_tiles(self):
        self._plan(self.client, self.today)
        (self.clients - self.client)[0].no_further_contact_reason = "Closed"
        counts = self.env["sales.my.day"].with_user(self.manager).get_day()["clients"]
        self.assertEqual((counts["no_next_step"], counts["silent"]), (1, 2))
        self.assertEqual((counts["user_id"], counts["silent_days"]), (self.manager.id, 20))
        MyDay = self.env["sales.my.day"].with_user(self.head)
        self.assertEqual(MyDay.get_day(self.colleague.id)["clients"]["no_next_step"], 1)
        own = MyDay.get_day()["clients"]
        self.assertFalse(own["user_id"], "a head's own day counts everybody's clients")
        self.assertGreaterEqual(own["no_next_step"], 2)

    def test_filters_of_the_list(self):
        view = self.env.ref("sales_crm.res_partner_view_search_client")
        arch = self.env["res.partner"].get_view(view.id, "search")["arch"]
        for name in ("no_next_step", "silent", "no_further_contact", "do_not_call"):
            self.assertIn(f'name="{name}"', arch)

    def test_my_day_knows_the_last_one(self):
        self.company.sales_next_step_required = True
        alone = self._plan(self.client, self.today)
        for _n in range(2):
            self._plan(self.clients[1], self.today)
        day = self.env["sales.my.day"].with_user(self.manager).get_day()
        self.assertTrue(day["next_step_required"])
        self.assertEqual([row["id"] for row in day["rows"] if row["is_last"]], alone.ids)

    def test_list_and_kanban_in_a_constant_number_of_queries(self):
        names = [
            "client_class", "user_id", "next_step_date", "next_step_late", "last_contact_date", "is_silent",
            "credit_state", "call_refused", "no_further_contact_reason", "phone",
        ]  # fmt: skip
        specification = {name: {} for name in names} | {"user_id": {"fields": {"display_name": {}}}}
        many = self.env["res.partner"].create(
            [{"name": f"Client {n}", "is_client": True, "user_id": self.manager.id} for n in range(30)]
        )

        def count(clients):
            self.env.flush_all()
            self.env.invalidate_all()
            with Counted(self.env.cr) as counted:
                self.env["res.partner"].with_user(self.manager).web_search_read(
                    [("id", "in", clients.ids)], specification, limit=80
                )
            return counted.queries

        count(many)
        self.assertEqual(count(many[:2]), count(many))


@tagged("post_install", "-at_install")
class TestStoredDates(SalesCrmCommon):
    """Both dates beside a recount, after each single way of changing them."""

    def _recount(self, clients):
        """:return: dict client -> (next step, last contact), from the activities one by one"""
        found = {}
        for client in clients:
            family = self.env["res.partner"].with_context(active_test=False)
            family = family.search([("commercial_partner_id", "=", client.id)])
            deals = self.env["crm.lead"].with_context(active_test=False)
            deals = deals.search([("partner_id", "in", family.ids)])
            Activity = self.env["mail.activity"].with_context(active_test=False)
            of_client = Activity.search([("res_model", "=", "res.partner"), ("res_id", "in", family.ids)])
            of_client |= Activity.search([("res_model", "=", "crm.lead"), ("res_id", "in", deals.ids)])
            opened = of_client.filtered("active").mapped("date_deadline")
            reached = [
                a.datetime_done.date()
                for a in of_client
                if a.activity_state_final == "done" and (not a.outcome_id or a.outcome_id.is_contact)
            ]
            found[client] = (min(opened, default=False), max(reached, default=False))
        return found

    def _assert_true(self, clients):
        self.env.flush_all()
        self.env.invalidate_all()
        stored = {client: (client.next_step_date, client.last_contact_date) for client in clients}
        self.assertEqual(stored, self._recount(clients))

    def test_merge(self):
        twin = self._create_client("Alfa", self.manager)
        self._plan(self.client, DAY)
        self._plan(twin, DAY - timedelta(days=5))
        reached = self._plan(twin, DAY)
        reached.write({"active": False})
        self.env.flush_all()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.client | twin).ids, self.client)
        self.assertEqual(self.client.next_step_date, DAY - timedelta(days=5))
        self._assert_true(self.client)

    def test_merge_resumes_the_contact(self):
        twin = self._create_client("Alfa", self.manager)
        self._plan(twin, DAY)
        self.client.no_further_contact_reason = "Closed"
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.client | twin).ids, self.client)
        self.assertFalse(self.client.no_further_contact_reason)

    def test_import(self):
        model = self.env["ir.model"]._get_id("res.partner")
        importer = self.env["mail.activity"].with_user(self.manager)
        result = importer.load(
            ["res_model_id/.id", "res_id", "activity_type_id/.id", "date_deadline", "user_id/.id"],
            [[str(model), str(self.client.id), str(self.call.id), "2026-12-01", str(self.manager.id)]],
        )
        self.assertTrue(result["ids"], result["messages"])
        self.assertEqual(self.client.next_step_date, date(2026, 12, 1))
        self._assert_true(self.client)

    def test_the_deal_goes_to_another_client(self):
        other = self._create_client("Beta", self.manager)
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        self._plan(deal, DAY)
        self._plan(deal, DAY).write({"active": False})
        self._assert_true(self.client | other)
        deal.partner_id = other
        self._assert_true(self.client | other)
        self.assertFalse(self.client.next_step_date)
        deal.unlink()
        self._assert_true_of_kept(other)

    def _assert_true_of_kept(self, client):
        """What was planned for a deleted deal is cancelled, and hangs on the client."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(client.next_step_date)
        self.assertTrue(client.last_contact_date)

    def test_the_contact_changes_his_employer(self):
        other = self._create_client("Beta", self.manager)
        contact = self.env["res.partner"].create({"name": "Anna", "parent_id": self.client.id})
        self._plan(contact, DAY)
        self._plan(contact, DAY).write({"active": False})
        self._assert_true(self.client | other)
        contact.parent_id = other
        self._assert_true(self.client | other)
        self.assertEqual(other.next_step_date, DAY)
        self.assertFalse(self.client.next_step_date or self.client.last_contact_date)

    def test_copy_takes_nothing_along(self):
        self._plan(self.client, DAY)
        self.client.no_further_contact_reason = "Closed"
        twin = self.client.copy()
        self.assertFalse(twin.next_step_date or twin.no_further_contact_reason)
        self.client.write({"category_id": [Command.create({"name": "Tag"})]})
        self._assert_true(self.client | twin)
