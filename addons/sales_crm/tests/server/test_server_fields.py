from contextlib import suppress
from datetime import timedelta
from random import Random

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..chance import SEED, THOROUGH
from ..common_credit import CreditCase
from ..forging import value_unlike

# What somebody may say in the context of a request, hoping that a guard listens: core's keys and ours
CONTEXT_KEYS = {
    "active_test": False,
    "_force_unlink": True,
    "force_delete": True,
    "import_file": True,
    "install_mode": True,
    "mail_activity_quick_update": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "module": "sales_crm",
    "no_reset_password": True,
    "sales_crm_cleaning": True,
    "sales_handover": True,
    "sales_import": True,
    "sales_loaded": True,
    "sales_named_records": True,
    "sales_quiet": True,
    "skip_credit": True,
    "tracking_disable": True,
    "uid": 1,
    "su": True,
    "default_active": False,
    "default_state": "active",
}


@tagged("post_install", "-at_install")
class TestServerFields(CreditCase):
    """What the server records is not entered by hand: by nobody who works here, and by no route."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create({"name": "Deal", "partner_id": cls.client.id})
        cls.activity = cls._plan(cls.client, "2026-12-01")
        cls.promise = cls.env["sales.promise"].create(
            {"client_id": cls.client.id, "kind": "other", "date_due": cls.today + timedelta(days=5)}
        )
        cls.records = (
            cls.client,
            cls.lead,
            cls.activity,
            cls.promise,
            cls.contract,
        )

    def _forgeries(self, record, name, value):
        """:return: dict of route -> function of a user's record, that tries to have ``value`` in the field"""
        Model = record.browse()
        minimal = self._minimal_values()[record._name]

        def check_default(env):
            created = env[record._name].with_context(**{f"default_{name}": value}).create(dict(minimal))
            self.assertNotEqual(self._held(created, name), self._written(Model, name, value))

        def check_own_default(env):
            env["ir.default"].set(record._name, name, value, user_id=env.uid)
            created = env[record._name].create(dict(minimal))
            self.assertNotEqual(self._held(created, name), self._written(Model, name, value))

        changes = {
            "write": lambda env: record.with_env(env).write({name: value}),
            "web_save": lambda env: record.with_env(env).web_save({name: value}, {}),
        }
        if not value:
            return changes  # a new one is empty by itself
        return {
            **changes,
            "create": lambda env: env[record._name].create({**minimal, name: value}),
            "default": check_default,
            "own default": check_own_default,
        }

    def _minimal_values(self):
        return {
            "res.partner": {"name": "New"},
            "crm.lead": {"name": "New", "partner_id": self.client.id},
            "mail.activity": self._activity_values(),
            "sales.promise": {"client_id": self.client.id, "kind": "other", "date_due": self._day(10)},
            "sales.contract": {"client_id": self.client.id, "name": "New", "date_start": self._day(500)},
        }

    def _activity_values(self):
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.client.id,
            "activity_type_id": self.call.id,
            "date_deadline": self._day(1),
        }

    def _day(self, later):
        return fields.Date.to_string(self.today + timedelta(days=later))

    def _held(self, record, name):
        record.invalidate_recordset()
        return record._fields[name].convert_to_cache(record.sudo()[name], record.sudo(), validate=False)

    def _written(self, model, name, value):
        return model._fields[name].convert_to_cache(value, model, validate=False)

    def test_nobody_enters_what_the_server_records(self):
        dice = Random(SEED)
        for record in self.records:
            names = sorted(record._sales_names_without_default() - set(LOG_ACCESS_COLUMNS))
            self.assertTrue(names, record._name)
            for name in names if THOROUGH else dice.sample(names, min(4, len(names))):
                value = value_unlike(record, name)
                if value is None:
                    continue
                before = self._held(record, name)
                for route, forge in self._forgeries(record, name, value).items():
                    user = self.head if dice.random() < 0.5 else self.manager
                    with self.subTest(model=record._name, field=name, route=route, user=user.login):
                        self._try_to_forge(forge, user, route)
                        self.assertEqual(self._held(record, name), before)

    def _try_to_forge(self, forge, user, route):
        """A default is passed by without a word; everything else is refused with one."""
        with self.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
            env = self.env(user=user, context={"allowed_company_ids": self.company.ids})
            if "default" in route:
                with suppress(AccessError):  # of a field that he does not even see
                    forge(env)
            else:
                with self.assertRaises(UserError):
                    forge(env)
            savepoint.rollback()
        self.env.invalidate_all()

    def test_what_stands_there_may_be_imported_again(self):
        with self.with_user(self.manager.login):
            activity = self.activity.with_env(self.env)
            activity.write({"carry_count": 0, "date_planned": "2026-12-01", "summary": "Corrected"})
            lead = self.lead.with_env(self.env)
            lead.write({"date_closed": False, "name": "Renamed"})
        self.assertEqual((activity.summary, lead.name), ("Corrected", "Renamed"))

    def test_a_contract_is_not_born_in_force(self):
        values = {"client_id": self.client.id, "date_start": "2027-01-01", "name": "By default"}
        contract = (
            self.env["sales.contract"]
            .with_user(self.manager)
            .with_context(default_state="active")
            .create(values)
        )
        self.assertEqual(contract.state, "draft")

    def test_past_work_is_not_forged_by_defaults(self):
        forged = (
            self.env["mail.activity"]
            .with_user(self.manager)
            .with_context(
                default_activity_state_final="done",
                default_datetime_done="2025-12-01 10:00:00",
                default_done_user_id=self.colleague.id,
                default_date_planned="2025-12-01",
                default_carry_count=3,
            )
        )
        activity = forged.create(self._activity_values())
        self.assertEqual(activity.date_planned, activity.date_deadline)
        self.assertFalse(
            activity.activity_state_final
            or activity.datetime_done
            or activity.done_user_id
            or activity.carry_count
        )


@tagged("post_install", "-at_install")
class TestContextOfGuards(CreditCase):
    """The context of a request decides about no right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls.env.ref("base.user_admin")

    def test_an_archived_rule_grants_nothing(self):
        foreign = self._create_client("Foreign", self.colleague)
        rule = self._let_see(self.manager, foreign)
        rule.active = False
        self.env.flush_all()
        for context in ({"active_test": False}, {}, {"active_test": False, "lang": "en_US"}):
            self.env.registry.clear_cache()
            env = self.env(user=self.manager, context=context)
            self.assertFalse(env["res.partner"].search([("id", "=", foreign.id)]), context)
            # what that request left in the cache serves the next one
            plain = self.env(user=self.manager, context={})
            self.assertFalse(plain["res.partner"].search([("id", "=", foreign.id)]), context)
            self.assertFalse(foreign.with_env(plain)._filtered_access("write"), context)

    def test_an_archived_team_grants_nothing(self):
        foreign = self._create_client("Foreign", self.colleague)
        team = self.env["crm.team"].create({"name": "Old", "user_id": self.manager.id})
        self.env["sales.access.rule"].create(
            {"team_ids": [Command.set(team.ids)], "scope": "all", "reason": "Team"}
        )
        team.active = False
        self.env.flush_all()
        self.env.registry.clear_cache()
        env = self.env(user=self.manager, context={"active_test": False})
        self.assertFalse(env["res.partner"].search([("id", "=", foreign.id)]))

    def test_a_rule_by_a_translated_name_does_not_depend_on_the_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        tag = self.env["res.partner.category"].create({"name": "Wholesale"})
        tag.with_context(lang="ru_RU").name = "Опт"
        foreign = self._create_client("Foreign", self.colleague, category_id=[Command.set(tag.ids)])
        self.env["sales.access.rule"].create(
            {
                "user_ids": [Command.set(self.manager.ids)],
                "scope": "domain",
                "client_domain": "[('category_id.name', '=', 'Wholesale')]",
                "reason": "By tag",
            }
        )
        for first in ("ru_RU", "en_US"):
            self.env.registry.clear_cache()
            for lang in (first, "en_US", "ru_RU"):
                env = self.env(user=self.manager, context={"lang": lang})
                found = env["res.partner"].search([("id", "=", foreign.id)])
                self.assertEqual(found.ids, foreign.ids, (first, lang))

    def test_a_trace_is_kept_whatever_is_said_of_tracking(self):
        contract = self._contract(self._create_client("Beta", self.manager), activate=False)
        self.cr.flush()
        contract.with_user(self.manager).with_context(
            tracking_disable=True, mail_notrack=True
        ).credit_limit = 77
        self.cr.flush()
        traced = contract.sudo().message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "credit_limit"
        )
        self.assertEqual(traced.new_value_float, 77)

    def test_nobody_changes_without_a_trace(self):
        """Neither a head nor an accountant, whatever his request says; nor where we work for him as root."""
        invoice = self._invoice_posted()
        accountant = new_test_user(
            self.env,
            "accountant",
            "account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        contract = self._contract(self._create_client("Beta", self.manager), activate=False)
        order = self._order(100)
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": self.client.id})
        changes = {
            "limit": (self.head, contract, lambda record: record.write({"credit_limit": 77})),
            "class": (
                self.head,
                self.client,
                lambda record: record.write({"client_class": "A", "client_class_reason": "Because"}),
            ),
            "manager": (
                self.head,
                self.client,
                lambda record: record.web_save({"user_id": self.colleague.id}, {}),
            ),
            "in force": (self.head, contract, lambda record: record.action_activate()),
            "deal": (self.head, deal, lambda record: record.write({"expected_revenue": 77})),
            "stage": (self.head, deal, lambda record: record.action_set_won()),
            "order": (self.head, order, lambda record: record.write({"user_id": self.colleague.id})),
            "total of an order": (
                self.head,
                order,
                lambda record: record.order_line.write({"price_unit": 77}),
            ),
            "line of an order": (
                self.head,
                order,
                lambda record: record.order_line.create(
                    {"order_id": record.id, "product_id": self.goods.id, "price_unit": 77}
                ),
            ),
            "total, asked for at once": (
                self.head,
                order,
                lambda record: record.order_line.web_save(
                    {"price_unit": 77}, {"order_id": {"fields": {"amount_total": {}}}}
                ),
            ),
            "line taken away": (self.head, order, lambda record: record.order_line.unlink()),
            "discount": (self.head, order, lambda record: record.order_line.write({"discount": 50})),
            "total, with the order": (
                self.head,
                order,
                lambda record: record.web_save(
                    {"order_line": [Command.update(record.order_line.id, {"price_unit": 77})]}, {}
                ),
            ),
            "reference": (accountant, invoice, lambda record: record.write({"ref": "Other"})),
            "line": (
                accountant,
                invoice,
                lambda record: record.line_ids.filtered("product_id").write(
                    {"name": "Another name", "account_id": self.company_data["default_account_expense"].id}
                ),
            ),
        }
        for name, (user, record, change) in changes.items():
            for key in ("tracking_disable", "mail_notrack"):
                with self.subTest(change=name, key=key), self.cr.savepoint() as savepoint:
                    self.cr.flush()
                    before = record.message_ids
                    change(record.with_user(user).with_context(**{key: True, "sales_quiet": True}))
                    self.cr.flush()
                    record.invalidate_recordset()
                    self.assertTrue((record.message_ids - before).sudo().tracking_value_ids)
                    savepoint.rollback()
                self.env.invalidate_all()

    def _invoice_posted(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_line_ids": [Command.create({"product_id": self.goods.id, "price_unit": 100})],
            }
        )
        invoice.action_post()
        return invoice

    def test_a_class_by_hand_wants_its_reason(self):
        for key in ("import_file", "sales_import", "sales_loaded"):
            client = self.client.with_user(self.head).with_context(**{key: True})
            with self.subTest(key), self.assertRaises(UserError), self.cr.savepoint():
                client.write({"client_class": "A"})

    def test_a_meeting_given_away_takes_its_activity_along(self):
        start = fields.Datetime.now() + timedelta(days=3)
        colleague = self.colleague.partner_id
        self._let_see(self.colleague, self.client)
        for context in ({}, {"sales_handover": True}):
            event = self.env["calendar.event"].create(
                {
                    "name": "Talks",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "user_id": self.manager.id,
                    "partner_ids": [Command.set([self.manager.partner_id.id, self.client.id])],
                }
            )
            activity = self._plan(self.client, start.date(), calendar_event_id=event.id)
            event.with_user(self.manager).with_context(**context).write(
                {
                    "user_id": self.colleague.id,
                    "partner_ids": [Command.unlink(self.manager.partner_id.id), Command.link(colleague.id)],
                }
            )
            with self.subTest(context):
                self.assertEqual(activity.user_id, self.colleague)
                self.assertNotIn(self.manager.partner_id, event.message_partner_ids)

    def test_moments_of_a_deal(self):
        """Core's own moments come with what happens, not by themselves."""
        Lead = self.env["crm.lead"].with_user(self.manager)
        deal = Lead.create({"name": "Open", "partner_id": self.client.id, "user_id": self.manager.id})
        won_stage = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        opened, now = deal.date_open, fields.Datetime.now()
        self.assertTrue(opened)
        refused = [
            {"date_closed": now},
            {"date_open": False},
            {"date_open": now + timedelta(seconds=30)},
            {"date_last_stage_update": now + timedelta(seconds=30)},
            {"user_id": self.manager.id, "date_open": False},
            {"active": True, "date_closed": now},
        ]
        for vals in refused:
            for route in (deal.write, lambda v: deal.web_save(v, {})):
                with self.subTest(vals), self.assertRaises(UserError), self.cr.savepoint():
                    route(dict(vals))
        for vals in ({"date_closed": now}, {"date_last_stage_update": now}):
            with self.subTest(created=vals), self.assertRaises(UserError), self.cr.savepoint():
                Lead.create({"name": "New", "partner_id": self.client.id, **vals})
        deal.action_set_won()
        self.assertTrue(deal.date_closed)
        with self.assertRaises(UserError), self.cr.savepoint():
            deal.write({"date_closed": now + timedelta(seconds=30)})
        born_won = Lead.create({"name": "Won", "partner_id": self.client.id, "stage_id": won_stage.id})
        self.assertTrue(born_won.date_closed)
        self.assertTrue(deal.copy().date_open)

    def test_no_key_opens_a_guard(self):
        foreign = self._create_client("Foreign", self.colleague)
        active = self.contract
        running = self._let_see(self.colleague, self.client)
        deal = self.env["crm.lead"].create({"name": "Deal", "partner_id": foreign.id})
        refused = {
            "a foreign client is read": (self.manager, lambda env: foreign.with_env(env).read(["name"])),
            "a foreign client is changed": (
                self.manager,
                lambda env: foreign.with_env(env).write({"ref": "x"}),
            ),
            "a foreign deal is read": (self.manager, lambda env: deal.with_env(env).read(["name"])),
            "a client is given away": (
                self.manager,
                lambda env: self.client.with_env(env).write({"user_id": self.colleague.id}),
            ),
            "a client leaves the base": (
                self.manager,
                lambda env: self.client.with_env(env).write({"is_client": False}),
            ),
            "a contract is changed": (
                self.manager,
                lambda env: active.with_env(env).write({"credit_limit": 9e9}),
            ),
            "a contract is put in force": (
                self.manager,
                lambda env: active.with_env(env).write({"state": "expired"}),
            ),
            "a contract in force is deleted": (self.head, lambda env: active.with_env(env).unlink()),
            "a rule in force is deleted": (
                self.administrator,
                lambda env: running.with_env(env).unlink(),
            ),
            "a client with a history is deleted": (
                self.administrator,
                lambda env: self.client.with_env(env).unlink(),
            ),
        }
        self._plan(self.client, "2026-12-01")
        self.env.flush_all()
        dice = Random(SEED)
        for name, (user, route) in refused.items():
            keys = list(CONTEXT_KEYS) if THOROUGH else dice.sample(list(CONTEXT_KEYS), 5)
            contexts = [{}, dict(CONTEXT_KEYS), *({key: CONTEXT_KEYS[key]} for key in keys)]
            for context in contexts:
                with self.subTest(refused=name, context=context):
                    self.env.registry.clear_cache()
                    with self.assertRaises(UserError), self.cr.savepoint():
                        route(self.env(user=user, context=context))
                        self.env.flush_all()
                    self.env.invalidate_all()
