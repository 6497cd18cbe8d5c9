import json
import logging
import os
from collections import Counter, defaultdict
from random import Random
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..chance import SEED, THOROUGH, how_many
from .sweep_attempts import UNLIKE, Attempt, SweepAttempts
from .sweep_dossier import RELATIONS
from .sweep_models import ADDRESSEES, COMMON, NO_RECORD, partners_of

_logger = logging.getLogger(__name__)

CHANGEABLE = {"own", "covered"}
# What happened stays, also on one's own client
KEPT = {
    "sales.activity.change",
    "sales.carry.log",
    "sales.credit.release",
    "sales.plan.line",
    "sales.receivable.snapshot",
    "sales.stage.move",
    "sales.visit",
}
# Whoever may be seen may be spoken with, and a file that may be read may be sent on
TAKEN_IN = {"discuss.channel.member"}
SENT_ON = {"ir.attachment"}
# The time of a change is no change
NOISE = SQL("'{write_date,write_uid,message_main_attachment_id,calendar_last_notif_ack}'::text[]")
# Which part of the whole sweep this run tries, as "3/20"; with CRM_THOROUGH=1
PART = os.environ.get("CRM_SWEEP_PART", "1/1")


@tagged("post_install", "-at_install")
class TestWriteSweep(SweepAttempts):
    """A manager tries every field of every model that hangs on a client, by every route, on his own clients,
    those of a colleague whom he covers, those that he may only see, and foreign ones.

    The model in Python is short: what hangs on his own and the covered clients may change, or be refused; a
    covered client stays his manager's, what happened stays; of all others not one row of any table is
    changed, added or gone. Whatever a route does beside that, the snapshot of the tables tells.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tables, cls.links = cls._tables_of_models()
        cls.before = cls._snapshot(cls.tables.keys() | cls.links.keys())
        cls.env.invalidate_all()

    # ------------------------------------------------------
    # What the tables hold
    # ------------------------------------------------------

    @classmethod
    def _tables_of_models(cls):
        """:return: dict table -> model, dict table of a many2many -> (column, model, column, model)"""
        tables = {cls.env[name]._table: name for name in cls.models}
        links = {}
        for name in cls.models:
            for field in cls.env[name]._fields.values():
                if field.type == "many2many" and field.store and (name, field.name) not in ADDRESSEES:
                    links[field.relation] = (field.column1, name, field.column2, field.comodel_name)
        return tables, links

    @classmethod
    def _snapshot(cls, tables):
        """:return: dict of (table, id or ids) -> its row as text, without what says when it was touched"""
        parts = [
            SQL(
                "SELECT %s AS name, t.id AS one, 0 AS two, (to_jsonb(t) - %s)::text FROM %s t WHERE %s",
                table,
                NOISE,
                SQL.identifier(table),
                SQL("t.module = '__export__'") if table == "ir_model_data" else SQL("TRUE"),
            )
            for table in tables & cls.tables.keys()
        ] + [
            SQL(
                "SELECT %s AS name, t.%s AS one, t.%s AS two, '{}' FROM %s t",
                table,
                SQL.identifier(cls.links[table][0]),
                SQL.identifier(cls.links[table][2]),
                SQL.identifier(table),
            )
            for table in tables & cls.links.keys()
        ]
        if not parts:
            return {}
        rows = cls.env.execute_query(SQL(" UNION ALL ").join(parts))
        return {(table, one, two): row for table, one, two, row in rows}

    def _written(self):
        """:return: dict table -> how many rows this transaction has written in it until now"""
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT relname, n_tup_ins + n_tup_upd + n_tup_del
                      FROM pg_stat_xact_user_tables
                     WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
                    """
                )
            )
        )

    def _relations_of(self, key):
        """:return: set of the relations of the clients on which a row hangs, without the one that is seen
        where nothing more is asked for
        """
        table, *ids = key
        if table in self.tables:
            names = [self.tables[table]]
            seen = TAKEN_IN if key not in self.before else set()
        else:
            _column, one, _column, two = self.links[table]
            names, seen = [one, two], SENT_ON
        found = set()
        for name, id_ in zip(names, ids, strict=False):
            if name in self.models:
                record = self.env[name].sudo().with_context(active_test=False).browse(id_).exists()
                relations = {self.relation_of.get(partner) for partner in partners_of(record)} - {None}
                found |= relations - {"read_only"} if name in seen else relations
        return found

    def _difference(self, key, before, after):
        """:return: what has become of the row, column by column"""
        old, new = (json.loads(rows.get(key, "{}")) for rows in (before, after))
        columns = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        changes = ", ".join(f"{name}: {old.get(name)} → {new.get(name)}" for name in columns[:10])
        return f"{key}: {'gone, ' * (key not in after)}{'new, ' * (key not in before)}{changes}"

    # ------------------------------------------------------
    # The sweep
    # ------------------------------------------------------

    def setUp(self):
        super().setUp()
        family = self.env["res.partner"].with_context(active_test=False)
        self.relation_of = {
            id_: relation
            for relation, client in self.clients.items()
            for id_ in family.search([("id", "child_of", client.id)]).ids
        }

    def test_every_model_has_its_records(self):
        """A model that hangs on clients is in the sweep, or it is said why not."""
        Partner = self.env["res.partner"]
        self.assertFalse(self.without_record)
        for relation, dossier in self.documents.items():
            self.assertEqual({name for name in self.models if name not in NO_RECORD}, set(dossier))
            for name, record in dossier.items():
                if name in COMMON:
                    continue
                with self.subTest(model=name, relation=relation):
                    self.assertTrue(record)
                    partners = Partner.browse(partners_of(record.sudo()))
                    self.assertIn(self.clients[relation], partners.commercial_partner_id)

    def test_every_guarded_model_is_found(self):
        guarded = {
            name
            for name in self.env.registry
            if self.env[name]._auto and not self.env[name]._transient and self.env[name]._sales_guard_path
        }
        self.assertLessEqual(guarded, set(self.models))

    def test_what_changes_is_seen(self):
        """Else the sweep would look at nothing."""
        for relation in RELATIONS:
            attempt = Attempt("crm.lead", relation, "write", "name", UNLIKE)
            changed = self._try(lambda env, attempt=attempt: self._do(env, attempt))
            self.assertEqual({key[0] for key in changed}, {"crm_lead"} if relation in CHANGEABLE else set())
        with self.assertRaisesRegex(AssertionError, "forged"):
            # with all rights
            self._try(lambda env: self._do(env(user=self.env.uid), attempt))

    def test_nothing_of_others_changes(self):
        self._sweep(how_many(60, 0))

    def test_nothing_of_others_changes_by_who_invoices_and_packs(self):
        """What the rights of core open to a manager beside his work."""
        groups = "account.group_account_invoice", "stock.group_stock_user", "base.group_partner_manager"
        for group in groups:
            self.manager.group_ids |= self.env.ref(group, raise_if_not_found=False) or self.env["res.groups"]
        self.env.flush_all()
        self.before = self._snapshot(self.tables.keys() | self.links.keys())
        self._sweep(how_many(60, 0))

    def _sweep(self, count):
        attempts = self._attempts()
        tried = self._chosen(attempts, count)
        _logger.info("%s of %s attempts, rows %s", len(tried), len(attempts), len(self.before))
        went_through = Counter()
        for number, attempt in enumerate(tried):
            if number % 500 == 499:
                _logger.info("%s of %s tried", number + 1, len(tried))
            with self.subTest(attempt=str(attempt)):
                changed = self._try(lambda env, attempt=attempt: self._do(env, attempt))
                went_through[attempt.relation, attempt.route] += bool(changed)
        _logger.info("went through: %s", went_through)

    def _chosen(self, attempts, count):
        """:return: list: the part of this run, or some of each model by the dice of the day"""
        dice = Random(SEED)
        if THOROUGH:
            Random(0).shuffle(attempts)
            part, parts = map(int, PART.split("/"))
            return attempts[part - 1 :: parts]
        of_model = defaultdict(list)
        for attempt in attempts:
            of_model[attempt.model].append(attempt)
        models = dice.sample(sorted(of_model), len(of_model))
        # each model has one turn before another has two; and any of all: the most of what is not refused
        turns = [dice.choice(of_model[models[turn % len(models)]]) for turn in range(count // 2)]
        return turns + dice.sample(attempts, count - len(turns))

    def test_a_client_is_not_linked_under_another(self):
        """By a command of the one whom he may change, the other is written all the same."""
        for relation in ("read_only", "foreign"):
            for command in (Command.link, lambda id_: Command.set([id_])):
                value = [command(self.clients[relation].id)]
                with self.subTest(client=relation, value=value):
                    self._try(
                        lambda env, value=value: self.clients["own"].with_env(env).write({"child_ids": value})
                    )

    def _try(self, attempt):
        """:return: set of the keys of the rows that an attempt has changed"""
        env = self.env(user=self.manager, context={"allowed_company_ids": self.company.ids})
        written = self._written()
        changed, after, now, faults = set(), {}, {}, []
        with (
            self.cr.savepoint() as savepoint,
            mute_logger(
                "odoo.sql_db", "odoo.models.unlink", "odoo.registry", "odoo.addons.base.models.ir_rule"
            ),
            # whose request it is: core goes back to him where commands must not be written with all rights
            patch.object(self.env.transaction, "default_env", env),
        ):
            try:
                attempt(env)
                self.env.flush_all()
            except Exception:  # pylint: disable=broad-exception-caught
                # refused, in whatever words; what counts is what the tables hold where nothing is refused
                refused = True
            else:
                refused = False
            if not refused:
                touched = {name for name, count in self._written().items() if count != written.get(name)}
                after = self._snapshot(touched)
                before = {key: row for key, row in self.before.items() if key[0] in touched}
                changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
                if changed:
                    self.env.invalidate_all()
                    now = {key: self._relations_of(key) for key in changed}
                    faults = self._faults_of_clients(changed - after.keys())
            self.env.invalidate_all(flush=False)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        if self.env.registry.cache_invalidated:
            self.env.registry.clear_all_caches()
            self.env.registry.cache_invalidated.clear()
        for key in sorted(changed):
            then = self._relations_of(key) if key in self.before else set()
            if (then | now[key]) - CHANGEABLE:
                faults.append(self._difference(key, self.before, after))
        self.assertFalse(faults, "\n".join(faults))
        return changed

    def _faults_of_clients(self, gone):
        """:return: list of what must not be, also with one's own clients"""
        faults = [f"{key} is gone" for key in gone if self.tables.get(key[0]) in KEPT]
        for relation, user in (("own", self.manager), ("covered", self.away)):
            client = self.clients[relation]
            if client.exists() and client.user_id != user:
                faults.append(f"{relation} has changed hands")
            if client.exists() and client.client_id != client:
                faults.append(f"{relation} belongs to another")
        return faults
