import json
import logging
from collections import Counter
from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import SQL, groupby, mute_logger

from .chance import SEED, how_many
from .common_credit import CreditCase
from .forging import value_unlike

_logger = logging.getLogger(__name__)

# Whose the client is to the manager who tries; what he may do with what hangs on him
RELATIONS = ("own", "covered", "read_only", "foreign")
CHANGEABLE = {"own", "covered"}

# The time of a change is no change
NOISE = SQL("'{write_date,write_uid,message_main_attachment_id,calendar_last_notif_ack}'::text[]")


@tagged("post_install", "-at_install")
class TestWriteSweep(CreditCase):
    """A manager tries every field of every model that hangs on a client, by every route, on his own clients,
    those of a colleague whom he covers, those that he may only see, and foreign ones.

    The model in Python is short: what hangs on his own and the covered clients may change, or be refused; a
    covered client stays his manager's; of all others not one row of any table is changed, added or gone.
    Whatever a route does beside that, the snapshot of the tables tells.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.away = cls._create_manager("away")
        cls.shown = cls._create_manager("shown")
        owners = dict(zip(RELATIONS, (cls.manager, cls.away, cls.shown, cls.colleague), strict=True))
        cls.clients = {
            relation: cls._create_client(f"Client {relation}", owner) for relation, owner in owners.items()
        }
        cls.env["sales.access.rule"].create(
            {
                "is_cover": True,
                "user_ids": [Command.set(cls.manager.ids)],
                "manager_ids": [Command.set(cls.away.ids)],
                "date_from": cls.today - timedelta(days=1),
                "date_to": cls.today + timedelta(days=1),
                "reason": "Leave",
            }
        )
        cls._let_see(cls.manager, cls.clients["read_only"], perm_write=False)
        cls.documents = {
            relation: cls._create_dossier(client, owners[relation])
            for relation, client in cls.clients.items()
        }
        cls.env.flush_all()
        cls.tables = cls._guarded_tables()
        cls.env.invalidate_all()

    @classmethod
    def _create_manager(cls, name):
        return cls.manager.copy({"name": name, "login": name})

    @classmethod
    def _create_dossier(cls, client, owner):
        """:return: list of records, one of each model, that hang on the client"""
        env = cls.env
        contact = env["res.partner"].create({"name": f"Contact of {client.name}", "parent_id": client.id})
        lead = env["crm.lead"].create({"name": "Deal", "partner_id": contact.id, "user_id": owner.id})
        order = cls._order(1, client, user_id=owner.id)
        invoice = cls._owe(50, client=client)
        activity = cls._plan(client, cls.today + timedelta(days=3), owner)
        promise = env["sales.promise"].create(
            {"client_id": client.id, "kind": "other", "date_due": cls.today + timedelta(days=5)}
        )
        contract = cls._contract(client, activate=False)
        meeting = env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": f"{cls.today} 10:00:00",
                "stop": f"{cls.today} 11:00:00",
                "user_id": owner.id,
                "partner_ids": [Command.set((contact | owner.partner_id).ids)],
            }
        )
        message = client.message_post(
            body="Note", subtype_xmlid="mail.mt_comment", author_id=owner.partner_id.id
        )
        attachment = env["ir.attachment"].create(
            {"name": "note.txt", "raw": b"x", "res_model": "res.partner", "res_id": client.id}
        )
        channel = env["sales.contact.channel"].create(
            {"partner_id": contact.id, "kind": "phone", "value": f"+7 495 111-22-{client.id % 90 + 10}"}
        )
        bank = env["res.partner.bank"].create({"partner_id": client.id, "acc_number": f"A{client.id}"})
        line = order.order_line
        return [
            client, contact, lead, order, line, invoice, activity, promise, contract, meeting, message,
            attachment, channel, bank,
        ]  # fmt: skip

    # ------------------------------------------------------
    # What the tables hold
    # ------------------------------------------------------

    @classmethod
    def _guarded_tables(cls):
        """:return: dict of table name -> model, of all stored models that hang on clients"""
        tables = {}
        for name in cls.env.registry:
            model = cls.env[name]
            if model._auto and not model._abstract and not model._transient and model._sales_guard_path:
                tables[model._table] = name
        return {**tables, "ir_attachment": "ir.attachment", "sales_access_rule": "sales.access.rule"}

    def _snapshot(self):
        """:return: dict of (model, id) -> its row as text, without what says when it was touched"""
        self.env.flush_all()
        parts = [
            SQL(
                "SELECT %s AS model, t.id, (to_jsonb(t) - %s)::text FROM %s t",
                model,
                NOISE,
                SQL.identifier(table),
            )
            for table, model in self.tables.items()
        ]
        return {
            (model, id_): row for model, id_, row in self.env.execute_query(SQL(" UNION ALL ").join(parts))
        }

    def _difference(self, key, before, after):
        """:return: what has become of the row, column by column"""
        old, new = (json.loads(rows.get(key, "{}")) for rows in (before, after))
        columns = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        changes = ", ".join(f"{name}: {old.get(name)} → {new.get(name)}" for name in columns[:10])
        return f"{key[0]} {key[1]}: {changes}"

    def _relations_of(self, keys):
        """:return: dict of (model, id) -> the relations of the clients on which these records hang"""
        owner_of = {}
        for relation, client in self.clients.items():
            family = (
                self.env["res.partner"]
                .with_context(active_test=False)
                .search([("id", "child_of", client.id)])
            )
            owner_of.update(dict.fromkeys(family.ids, relation))
        relations = {}
        for model, pairs in groupby(keys, key=lambda key: key[0]):
            for record in self.env[model].sudo().browse(id_ for _model, id_ in pairs).exists():
                partners = self._partners_of(record)
                relations[model, record.id] = {owner_of[id_] for id_ in partners if id_ in owner_of}
        return relations

    def _partners_of(self, record):
        """:return: set of the ids of the partners that a record hangs on, by its path or its document"""
        if record._name == "res.partner":
            return {record.id}
        if record._name in ("mail.message", "ir.attachment", "mail.followers", "mail.activity"):
            model_field = {"mail.message": "model"}.get(record._name, "res_model")
            document = self._document(record[model_field], record["res_id"])
            return self._partners_of(document) if document else set()
        if record._name == "sales.access.rule":
            return set(record.client_ids.ids)
        linked = record[record._sales_guard_path]
        if linked._name == "res.partner":
            return set(linked.ids)
        return set().union(*(self._partners_of(one) for one in linked)) if linked else set()

    def _document(self, model, id_):
        if not model or model not in self.env or not id_ or not self.env[model]._sales_guard_path:
            return None
        return self.env[model].sudo().browse(id_).exists()

    # ------------------------------------------------------
    # What is tried
    # ------------------------------------------------------

    def _fields_to_try(self, record):
        for name, field in record._fields.items():
            if field.store and name not in (*MAGIC_COLUMNS, "parent_path"):
                yield name, field

    def _values_to_try(self, record, field):
        """:return: list of values: of a field to a guarded model also the same of the others"""
        if field.type in ("one2many", "many2many"):
            return [[Command.link(other.id)] for other in self._others(field.comodel_name)] + [
                [Command.clear()]
            ]
        values = [False]
        if field.type == "many2one":
            values += [other.id for other in self._others(field.comodel_name)]
        unlike = value_unlike(record.sudo(), field.name)
        return [*values, unlike] if unlike is not None else values

    def _others(self, model):
        return [
            document
            for documents in self.documents.values()
            for document in documents[1:]  # contacts for partners: clients themselves follow below
            if document._name == model
        ] + (list(self.clients.values()) if model == "res.partner" else [])

    def _attempts(self):
        """:return: list of (name, relation, function of an environment)"""
        attempts = []
        for relation, documents in self.documents.items():
            for record in documents:
                attempts += self._attempts_as_a_whole(relation, record)
                for name, field in self._fields_to_try(record):
                    for value in self._values_to_try(record, field):
                        attempts += self._attempts_with(relation, record, name, value)
        return attempts

    def _attempts_as_a_whole(self, relation, record):
        def attempt(route, function):
            return (f"{route} {record._name}", relation, lambda env: function(record.with_env(env)))

        whole = [
            attempt("unlink", lambda record: record.unlink()),
            attempt("copy", lambda record: record.copy()),
        ]
        if "active" in record._fields:
            whole.append(attempt("archive", lambda record: record.action_archive()))
        if record._name == "res.partner":
            whole += [
                attempt(
                    f"merge with {other}",
                    lambda record, other=other: self._merge(record, self.clients[other]),
                )
                for other in RELATIONS
            ]
        return whole

    def _merge(self, record, other):
        wizard = record.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [Command.set((record | other).ids)], "dst_partner_id": record.id}
        )
        return wizard.action_merge()

    def _attempts_with(self, relation, record, name, value):
        def attempt(route, function):
            return (
                f"{route} {record._name}.{name} = {value}",
                relation,
                lambda env: function(record.with_env(env)),
            )

        def load(record):
            # an id as a file has it: by the external name that an export gives
            [[xmlid]] = record.sudo().export_data(["id"])["datas"]
            return record.load(["id", name], [[xmlid, str(value or "")]])

        attempts = [
            attempt("write", lambda record: record.write({name: value})),
            attempt("web_save", lambda record: record.web_save({name: value}, {})),
            attempt("create by default", lambda record: self._create_by_default(record, name, value)),
        ]
        if not isinstance(value, list):
            attempts.append(attempt("load", load))
        for parent, field in self._parents(record):
            attempts.append(
                attempt(
                    f"nested in {parent._name}.{field}",
                    lambda record, parent=parent, field=field: parent.with_env(record.env).write(
                        {field: [Command.update(record.id, {name: value})]}
                    ),
                )
            )
        return attempts

    def _create_by_default(self, record, name, value):
        values = {
            "res.partner": {"name": "New"},
            "crm.lead": {"name": "New"},
            "mail.activity": {
                "res_model_id": record.env["ir.model"]._get_id("res.partner"),
                "res_id": self.clients["own"].id,
            },
            "sales.promise": {"client_id": self.clients["own"].id, "date_due": self.today},
            "sales.contract": {"client_id": self.clients["own"].id, "name": "New"},
            "sale.order": {"partner_id": self.clients["own"].id},
        }.get(record._name, {})
        return record.browse().with_context(**{f"default_{name}": value}).create(values)

    def _parents(self, record):
        """:return: list of (parent, field) by whose commands the record can be changed"""
        if record._name == "sale.order.line":
            return [(record.order_id, "order_line")]
        if record._name == "res.partner" and record.parent_id:
            return [(record.parent_id, "child_ids")]
        return []

    # ------------------------------------------------------
    # The sweep
    # ------------------------------------------------------

    def test_nothing_of_others_changes(self):
        before = self._snapshot()
        relations = self._relations_of(before)
        attempts = self._attempts()
        _logger.info("%s attempts, rows %s", len(attempts), len(before))
        tried = Random(SEED).sample(attempts, min(how_many(200, len(attempts)), len(attempts)))
        went_through = Counter()
        for name, relation, attempt in tried:
            with self.subTest(attempt=name, client=relation):
                went_through[relation] += self._try(attempt, before, relations)
        _logger.info("went through: %s", went_through)
        # else the sweep would look at nothing
        self.assertGreater(went_through["own"], len(tried) / 20)

    def test_a_client_is_not_linked_under_another(self):
        """By a command of the one whom he may change, the other is written all the same."""
        before = self._snapshot()
        relations = self._relations_of(before)
        for relation in ("read_only", "foreign"):
            for command in (Command.link, lambda id_: Command.set([id_])):
                value = [command(self.clients[relation].id)]
                with self.subTest(client=relation, value=value):
                    self._try(
                        lambda env, value=value: (
                            self.clients["own"].with_env(env).write({"child_ids": value})
                        ),
                        before,
                        relations,
                    )

    def _try(self, attempt, before, relations):
        """:return: whether the attempt went through"""
        env = self.env(user=self.manager, context={"allowed_company_ids": self.company.ids})
        with (
            self.cr.savepoint() as savepoint,
            mute_logger("odoo.sql_db", "odoo.models.unlink"),
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
                self.env.invalidate_all()
                self._assert_untouched(before, relations)
            savepoint.rollback()
        self.env.invalidate_all()
        if not refused:
            self.env.registry.clear_cache()
        return not refused

    def _assert_untouched(self, before, relations):
        after = self._snapshot()
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        now = self._relations_of(changed)
        wrong = [
            self._difference(key, before, after)
            for key in sorted(changed)
            if (relations.get(key, set()) | now.get(key, set())) - CHANGEABLE
        ]
        self.assertFalse(wrong, "\n".join(wrong))
        for relation, client in self.clients.items():
            user = {"own": self.manager, "covered": self.away}.get(relation)
            if user:
                self.assertEqual(client.user_id, user, f"{relation} has changed hands")
                self.assertEqual(client.client_id, client, f"{relation} belongs to another")
