"""What a manager tries on a record that hangs on a client, by every route on which something is written."""

from typing import NamedTuple

from odoo import Command
from odoo.models import MAGIC_COLUMNS

from ..forging import value_unlike
from .sweep_dossier import RELATIONS, SweepDossier
from .sweep_models import POLYMORPHIC, is_stored

NOTHING = "nothing"
UNLIKE = "unlike"
# Routes that core refuses at once to who has no such right on the model, whatever the field
RIGHTS = {
    "write": "write",
    "web_save": "write",
    "load": "write",
    "load_by_id": "write",
    "nested": "write",
    "create": "create",
    "default": "create",
}


class Attempt(NamedTuple):
    """``route``: the method that does it; ``value``: a kind of value, see ``_value``; ``detail``: what the
    route has to know beside.
    """

    model: str
    relation: str
    route: str
    field: str = ""
    value: str = ""
    detail: tuple = ()

    def __str__(self):
        detail = f" {self.detail}" if self.detail else ""
        return f"{self.route} {self.model}.{self.field} = {self.value}{detail}, of {self.relation}"


class SweepAttempts(SweepDossier):
    """The list of attempts is made without a look into the database; values are found as they are tried."""

    def _attempts(self):
        """:return: list of :class:`Attempt`"""
        parents = {model: self._parents(model) for model in self.models}
        Access = self.env["ir.model.access"].with_user(self.manager)
        refused = {
            (model, route)
            for model in self.models
            for route, right in RIGHTS.items()
            if not Access.check(model, right, False)
        }
        return [
            attempt
            for relation, dossier in self.documents.items()
            for model in dossier
            for attempt in (
                *self._attempts_as_a_whole(model, relation, parents[model]),
                *(
                    attempt
                    for number, field in enumerate(self._fields_to_try(model))
                    for attempt in self._attempts_with(model, relation, field, parents[model])
                    # of what is refused for every field alike one is tried
                    if not number or (model, attempt.route) not in refused
                ),
            )
        ]

    def _fields_to_try(self, model):
        return [
            field
            for name, field in self.env[model]._fields.items()
            if field.store and not field.inherited and name not in (*MAGIC_COLUMNS, "parent_path")
        ]

    def _kinds_of_values(self, field):
        """:return: list: nothing, another value; of a field to what hangs on clients also the others'"""
        others = [*RELATIONS, *(f"client {relation}" for relation in RELATIONS)]
        if field.type in POLYMORPHIC or field.comodel_name == "res.partner":
            return [NOTHING, *others]
        if field.relational and field.comodel_name in self.documents["own"]:
            return [NOTHING, *RELATIONS]
        return [NOTHING, UNLIKE] if not field.relational or field.type == "many2one" else [NOTHING]

    def _parents(self, model):
        """:return: list of (field of the model, model of its parent, one2many of the parent), one for each
        parent that it can have
        """
        found = {}
        for name in sorted(self.env.registry):
            if not is_stored(self.env[name]):
                continue
            for field in self.env[name]._fields.values():
                if field.type == "one2many" and field.comodel_name == model and field.inverse_name:
                    inverse = self.env[model]._fields.get(field.inverse_name)
                    if inverse is not None and inverse.store:
                        found.setdefault((inverse.name, name), field.name)
        return [(inverse, name, field) for (inverse, name), field in sorted(found.items())]

    def _attempts_as_a_whole(self, model, relation, parents):
        yield Attempt(model, relation, "unlink")
        yield Attempt(model, relation, "copy")
        if "active" in self.env[model]._fields:
            yield Attempt(model, relation, "archive")
            yield Attempt(model, relation, "unarchive")
        for parent in parents:
            for route in ("nested_unlink", "nested_cut", "nested_create"):
                yield Attempt(model, relation, route, detail=parent)
        if model in ("res.partner", "crm.lead"):
            for other in RELATIONS:
                yield Attempt(model, relation, "merge", detail=(other, "into it"))
                yield Attempt(model, relation, "merge", detail=(other, "into the other"))

    def _attempts_with(self, model, relation, field, parents):
        routes = ["write", "web_save", "create", "default"]
        if field.type not in ("one2many", "many2many"):
            routes += ["load", "load_by_id"]
        routes = [(route, ()) for route in routes] + [("nested", parent) for parent in parents]
        for value in self._kinds_of_values(field):
            for route, detail in routes:
                yield Attempt(model, relation, route, field.name, value, detail)

    # ------------------------------------------------------
    # Values
    # ------------------------------------------------------

    def _value(self, record, field, kind):
        """:return: value as for ``write`` of that kind, None if there is none"""
        several = field.type in ("one2many", "many2many")
        if kind == NOTHING:
            return [Command.clear()] if several else False
        if kind == UNLIKE:
            return value_unlike(record.sudo(), field.name)
        other = self._other(record, field, kind)
        if not other:
            return None
        if field.type == "reference":
            return f"{other._name},{other.id}"
        return [Command.link(other.id)] if several else other.id

    def _other(self, record, field, kind):
        """:return: record of the field's model that hangs on the client of that relation"""
        if kind.startswith("client "):
            return self.clients[kind.removeprefix("client ")]
        if field.type in POLYMORPHIC:
            # of the model that the record names already
            model = record.sudo()[field.model_field] if field.type == "many2one_reference" else "crm.lead"
            return self.documents[kind].get(model)
        return self.documents[kind].get(field.comodel_name)

    def _values_of_new(self, record):
        """:return: dict of the values of a new record like this one, on the same client"""
        [values] = record.sudo().with_context(active_test=False).copy_data()
        return {**self.beside.get(record._name, {}), **values}

    # ------------------------------------------------------
    # Routes
    # ------------------------------------------------------

    def _do(self, env, attempt):
        """Try it in ``env``, the manager's."""
        record = self.documents[attempt.relation][attempt.model].with_env(env)
        vals = {}
        if attempt.field:
            value = self._value(record, record._fields[attempt.field], attempt.value)
            if value is None:
                return
            vals = {attempt.field: value}
        getattr(self, f"_route_{attempt.route}")(record, vals, *attempt.detail)

    def _route_write(self, record, vals):
        record.write(vals)

    def _route_web_save(self, record, vals):
        record.web_save(vals, {"display_name": {}, **{name: {} for name in vals}})

    def _route_create(self, record, vals):
        record.browse().create({**self._values_of_new(record), **vals})

    def _route_default(self, record, vals):
        defaults = {f"default_{name}": value for name, value in vals.items()}
        values = {name: value for name, value in self._values_of_new(record).items() if name not in vals}
        record.browse().with_context(**defaults).create(values)

    def _route_load(self, record, vals):
        self._load(record, "id", self.xmlids[record], vals)

    def _route_load_by_id(self, record, vals):
        self._load(record, ".id", str(record.id), vals)

    def _load(self, record, header, id_, vals):
        [(name, value)] = vals.items()
        column = f"{name}/.id" if record._fields[name].type == "many2one" else name
        record.browse().load([header, column], [[id_, str(value or "")]])

    def _route_nested(self, record, vals, inverse, model, field):
        self._write_parent(record, inverse, model, field, Command.update(record.id, vals))

    def _route_nested_unlink(self, record, _vals, inverse, model, field):
        self._write_parent(record, inverse, model, field, Command.delete(record.id))

    def _route_nested_cut(self, record, _vals, inverse, model, field):
        self._write_parent(record, inverse, model, field, Command.unlink(record.id))

    def _route_nested_create(self, record, _vals, inverse, model, field):
        values = {name: value for name, value in self._values_of_new(record).items() if name != inverse}
        self._write_parent(record, inverse, model, field, Command.create(values))

    def _write_parent(self, record, inverse, model, field, command):
        link = record._fields[inverse]
        held = record.sudo()[inverse]
        if link.type == "many2one":
            parent = record.env[model].browse(held.id)
        else:
            named = record.sudo()[link.model_field] if link.type == "many2one_reference" else model
            parent = record.env[model].browse(held if named == model else ())
        if parent:
            parent.write({field: [command]})

    def _route_archive(self, record, _vals):
        record.action_archive()

    def _route_unarchive(self, record, _vals):
        record.action_unarchive()

    def _route_copy(self, record, _vals):
        record.copy()

    def _route_unlink(self, record, _vals):
        record.unlink()

    def _route_merge(self, record, _vals, relation, direction):
        if record._name == "crm.lead":
            other = self.documents[relation]["crm.lead"].copy().with_env(record.env)
            pair = other + record if direction == "into it" else record + other
            wizard = record.env["crm.merge.opportunity"].create({"opportunity_ids": [Command.set(pair.ids)]})
        else:
            other = self.clients[relation].with_env(record.env)
            into = record if direction == "into it" else other
            wizard = record.env["base.partner.merge.automatic.wizard"].create(
                {"partner_ids": [Command.set((record | other).ids)], "dst_partner_id": into.id}
            )
        wizard.action_merge()
