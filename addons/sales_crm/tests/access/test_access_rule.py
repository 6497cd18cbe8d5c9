from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...tools import granted
from ..common import SalesCrmCommon


class AccessCase(SalesCrmCommon):
    """A client of the colleague, with a contact, a deal and an order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._create_client(
            "Foreign",
            cls.colleague,
            phone="+7 495 000-00-00",
            vat="7707083893",
            country_id=cls.env.ref("base.ru").id,
        )
        cls.contact = cls.env["res.partner"].create({"name": "Petrov", "parent_id": cls.foreign.id})
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Secret deal", "partner_id": cls.contact.id, "user_id": cls.colleague.id}
        )
        cls.order = cls.env["sale.order"].create({"partner_id": cls.foreign.id, "user_id": cls.colleague.id})

    def _seen(self, record, user=None, mode="read"):
        record = record.with_user(user or self.manager)
        record.env.invalidate_all()
        return record.has_access(mode) and (
            mode != "read" or record.search([("id", "=", record.id)]) == record
        )

    def _rule(self, **values):
        return self.env["sales.access.rule"].create(
            {"user_ids": [Command.set(self.manager.ids)], "reason": "Test", **values}
        )


@tagged("post_install", "-at_install")
class TestAccessRule(AccessCase):
    """What a manager sees without rules, and what rules add."""

    def test_without_rules_own_clients_only(self):
        self.assertTrue(self._seen(self.client))
        self.assertTrue(self._seen(self.client, mode="write"))
        self.assertFalse(self._seen(self.client, mode="unlink"))
        for record in (self.foreign, self.contact, self.lead, self.order):
            self.assertFalse(self._seen(record), record)
            self.assertTrue(self._seen(record, self.colleague), record)
            self.assertTrue(self._seen(record, self.head), record)

    def test_every_scope(self):
        state = self.env.ref("base.state_ru_77", raise_if_not_found=False) or self.env[
            "res.country.state"
        ].search([("country_id", "=", self.env.ref("base.ru").id)], limit=1)
        self.foreign.state_id = state
        for values in (
            {"scope": "all"},
            {"scope": "team"},
            {"scope": "managers", "manager_ids": [Command.set(self.colleague.ids)]},
            {"scope": "domain", "client_domain": f"[('state_id', '=', {state.id})]"},
            {"scope": "clients", "client_ids": [Command.set(self.foreign.ids)]},
        ):
            with self.subTest(scope=values["scope"]):
                rule = self._rule(**values)
                for record in (self.foreign, self.contact, self.lead, self.order):
                    self.assertTrue(self._seen(record), record)
                    self.assertFalse(self._seen(record, mode="write"), record)
                rule.perm_write = True
                self.assertTrue(self._seen(self.contact, mode="write"))
                rule.active = False
                self.assertFalse(self._seen(self.foreign))

    def test_activities_of_clients_that_one_may_only_see(self):
        activities = self._plan(self.foreign, date(2026, 12, 1), self.colleague)
        activities |= self._plan(self.lead, date(2026, 12, 1), self.colleague)
        mine = self._plan(self.client, date(2026, 12, 1))
        Activity = self.env["mail.activity"].with_user(self.manager)
        domain = [("id", "in", (activities | mine).ids)]
        self.assertEqual(Activity.search(domain), mine)
        self._rule(scope="managers", manager_ids=[Command.set(self.colleague.ids)])
        self.assertEqual(Activity.search(domain), activities | mine)
        self.assertEqual(Activity.search([*domain, ("client_id", "!=", False)]), activities | mine)
        self.assertTrue(Activity.browse(activities.ids).mapped("res_name"))
        self.assertEqual(self.foreign.with_user(self.manager).activity_ids, activities[:1])
        self.assertFalse(activities.with_user(self.manager).has_access("unlink"))

    def test_a_team_gets_the_access(self):
        self._rule(user_ids=False, team_ids=[Command.set(self.team.ids)], scope="all")
        self.assertTrue(self._seen(self.foreign))
        self.team.member_ids = self.colleague
        self.assertFalse(self._seen(self.foreign))

    def test_begins_and_ends_at_midnight_of_the_company(self):
        self.calendar.tz = "Asia/Vladivostok"  # UTC+10
        self._rule(scope="all", is_cover=False, date_from=date(2026, 12, 1), date_to=date(2026, 12, 2))
        for moment, seen in (
            ("2026-11-30 13:59", False),
            ("2026-11-30 14:01", True),
            ("2026-12-02 13:59", True),
            ("2026-12-02 14:01", False),
        ):
            with self._at(moment):
                self.assertEqual(self._seen(self.foreign), seen, moment)

    def test_free_clients(self):
        self.foreign.user_id = False
        self.assertFalse(self._seen(self.foreign))
        self.company.sales_free_visible = True
        self.assertTrue(self._seen(self.foreign))
        self.assertFalse(self._seen(self.foreign, mode="write"))
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.manager).action_take_client()
        self.company.sales_free_take = True
        self.foreign.with_user(self.manager).action_take_client()
        self.assertEqual((self.foreign | self.contact).user_id, self.manager)
        with self.assertRaises(UserError):
            self.foreign.with_user(self.head).action_take_client()

    def test_a_manager_gives_no_client_away(self):
        client = self.client.with_user(self.manager)
        for values in ({"user_id": self.colleague.id}, {"user_id": False}, {"is_client": False}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                client.write(values)
        contact = self.env["res.partner"].create({"name": "Sidorov", "parent_id": self.client.id})
        with self.assertRaises(AccessError), self.cr.savepoint():
            contact.with_user(self.manager).parent_id = False

    def test_a_new_client_and_a_new_deal_are_his_own(self):
        Partner = self.env["res.partner"].with_user(self.manager)
        self.assertEqual(Partner.create({"name": "New", "is_client": True}).user_id, self.manager)
        partner = Partner.browse(Partner.name_create("Walk-in")[0])
        order = self.env["sale.order"].with_user(self.manager).create({"partner_id": partner.id})
        self.assertEqual(
            (partner.is_client, partner.user_id, order.user_id), (True, self.manager, self.manager)
        )

    def test_bad_rules(self):
        for values in (
            {"scope": "managers"},
            {"scope": "domain", "client_domain": "[]"},
            {"scope": "domain", "client_domain": "[('no_such_field', '=', 1)]"},
            {"scope": "domain", "client_domain": "__import__('os')"},
            {"scope": "all", "user_ids": False},
        ):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._rule(**values)

    def test_who_sets_rules(self):
        admin = self.env.ref("base.user_admin")
        values = {"user_ids": [Command.set(self.manager.ids)], "scope": "all", "reason": "Test"}
        Rule = self.env["sales.access.rule"]
        for user in (self.manager, self.head):
            with self.assertRaises(AccessError), self.cr.savepoint():
                Rule.with_user(user).create(values)
        self.assertTrue(Rule.with_user(admin).create(values))

    def test_what_a_rule_brings_is_shown_before_it_is_saved(self):
        admin = self.env.ref("base.user_admin")
        form = Form(self.env["sales.access.rule"].with_user(admin))
        form.user_ids.add(self.manager)
        form.scope = "managers"
        form.manager_ids.add(self.colleague)
        self.assertIn("+1", form.effect)

    def test_few_and_many_clients_are_the_same_question(self):
        """Clients, their contacts and work, and what is nobody's: whichever form the database gets."""
        Partner = self.env["res.partner"]
        contact = Partner.create({"name": "Ivanov", "parent_id": self.client.id})
        supplier = Partner.create({"name": "Supplier"})
        archived = self._create_client("Archived", self.manager, active=False)
        ticked = self.colleague.partner_id
        ticked.is_client = True
        own, foreign = self._plan(self.client, "2026-12-01"), self._plan(self.foreign, "2026-12-01")
        of_ticked = self._plan(ticked, "2026-12-01")
        self._rule(scope="domain", client_domain="[('client_class', '=', 'C'), ('ref', '=', 'none')]")
        partners = self.client | contact | supplier | archived | ticked | self.foreign | self.contact
        activities = own | foreign | of_ticked
        for few in (1000, -1):
            self.env.registry.clear_cache()
            self.env.invalidate_all()
            with self.subTest(few=few), patch.object(granted, "FEW_CLIENTS", few):
                env = self.env(user=self.manager, context={"active_test": False})
                found = env["res.partner"].search([("id", "in", partners.ids)])
                self.assertEqual(found, partners.with_env(env) - self.foreign - self.contact)
                for domain in ([("id", "in", activities.ids)], [("create_uid", "!=", False)]):
                    found = env["mail.activity"].search(domain) & activities
                    self.assertEqual(found.with_env(self.env), own | of_ticked)
                    rows = env["mail.activity"].formatted_read_group(domain, ["client_id"], [])
                    shown = {row["client_id"] and row["client_id"][0] for row in rows}
                    self.assertIn(self.client.id, shown)
                    self.assertNotIn(self.foreign.id, shown)

    def test_users_to_whom_no_rule_applies_are_named(self):
        user = new_test_user(self.env, "core_salesman", "sales_team.group_sale_salesman", name="Core Sidorov")
        Check = self.env["sales.access.check"].with_user(self.head)
        rule = self._rule(scope="all")
        note = Check.create({"kind": "user"}).unrestricted_note
        self.assertIn("Core Sidorov", note)
        self.assertIn("Core Sidorov", rule.with_user(self.head).unrestricted_note)
        self.assertNotIn(self.manager.name, note)
        self.assertNotIn(self.head.name, note)
        user.group_ids = [Command.link(self.env.ref("sales_crm.group_manager").id)]
        self.assertNotIn("Core Sidorov", Check.create({"kind": "user"}).unrestricted_note or "")

    def test_who_sees_what(self):
        rule = self._rule(
            scope="clients", client_ids=[Command.set(self.foreign.ids)], date_from=date(2030, 1, 1)
        )
        Check = self.env["sales.access.check"].with_user(self.head)
        check = Check.create({"kind": "user", "user_id": self.manager.id})
        self.assertEqual(check.client_count, 1)
        later = Check.create({"kind": "user", "user_id": self.manager.id, "date": date(2030, 1, 1)})
        self.assertEqual((later.client_count, later.line_ids.rule_id), (2, rule))
        lines = Check.create(
            {"kind": "client", "client_id": self.foreign.id, "date": date(2030, 1, 1)}
        ).line_ids
        self.assertLessEqual({self.manager, self.colleague, self.head}, set(lines.user_id))


@tagged("post_install", "-at_install")
class TestAccessLeaks(AccessCase):
    """Nothing of a foreign client by other routes than the screens."""

    def test_reading_and_grouping(self):
        as_manager = self.env(user=self.manager)
        self.assertFalse(as_manager["res.partner"].name_search("Foreign"))
        self.assertFalse(as_manager["res.partner"].search([("parent_id", "=", self.foreign.id)]))
        groups = as_manager["sale.report"].formatted_read_group([], ["partner_id"], ["__count"])
        self.assertNotIn(
            self.foreign.id, [group["partner_id"] and group["partner_id"][0] for group in groups]
        )
        for record in (self.foreign, self.contact, self.lead, self.order):
            with self.assertRaises(AccessError) as caught:
                record.with_env(as_manager).web_read({"display_name": {}})
            self.assertNotIn("Foreign", str(caught.exception))

    def test_messages_that_he_wrote_himself(self):
        self.foreign.user_id = self.manager
        message = self.foreign.with_user(self.manager).message_post(body="Their price is 100")
        self.assertTrue(self._seen(message))
        self.foreign.user_id = self.colleague
        self.assertFalse(self._seen(message))

    def test_activities_and_meetings(self):
        activity = self._plan(self.foreign, "2026-12-01", self.manager)
        event = self.env["calendar.event"].create(
            {
                "name": "Secret meeting",
                "start": "2026-12-01 10:00:00",
                "stop": "2026-12-01 11:00:00",
                "partner_ids": [Command.set((self.contact | self.manager.partner_id).ids)],
            }
        )
        for record in (activity, event, event.attendee_ids[:1]):
            self.assertFalse(self._seen(record), record)
            self.assertTrue(self._seen(record, self.head), record)

    def test_pointing_at_what_one_cannot_see(self):
        as_manager = self.env(user=self.manager)
        order = as_manager["sale.order"].create({"partner_id": self.client.id})
        Lead = as_manager["crm.lead"]
        routes = (
            lambda: order.write({"partner_invoice_id": self.foreign.id}),
            lambda: Lead.create({"name": "Mine now", "partner_id": self.contact.id}),
            lambda: Lead.onchange({"partner_id": self.foreign.id}, ["partner_id"], {"phone": {}}),
            lambda: Lead.with_context(default_partner_id=self.foreign.id).onchange({}, [], {"phone": {}}),
            lambda: as_manager["res.partner"].create({"name": "Mole", "parent_id": self.foreign.id}),
        )
        for route in routes:
            with self.assertRaises(AccessError), self.cr.savepoint():
                route()

    def test_twins_are_not_named(self):
        self.client.write({"country_id": self.foreign.country_id.id, "vat": self.foreign.vat})
        self.assertEqual(self.client.with_user(self.head).same_vat_partner_id, self.foreign)
        self.assertFalse(self.client.with_user(self.manager).same_vat_partner_id)

    def test_merging_with_what_one_cannot_see(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard._merge((self.client | self.foreign).ids, self.client)

    def test_what_goes_on_working(self):
        as_manager = self.env(user=self.manager)
        for partner in (self.manager.partner_id, self.colleague.partner_id, self.company.partner_id):
            self.assertTrue(self._seen(partner), partner)
        self.assertTrue(self._seen(self.colleague))
        self.assertTrue(
            as_manager["sale.order"].create({"partner_id": self.client.id}).user_id == self.manager
        )
