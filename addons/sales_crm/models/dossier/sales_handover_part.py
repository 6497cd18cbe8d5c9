import json
from datetime import date, datetime

from odoo import Command, api, models
from odoo.fields import Domain


class SalesHandoverPart(models.AbstractModel):
    """A model whose records hang on a user and are handed over when he leaves.

    Inherit it beside the model's own name, that is all: hand-overs, their counts and report, the undo and the
    refusal to archive a user find the model by itself. Where the answers below do not fit, override
    the one that does not:

    * :meth:`_handover_domain`: what hangs on a user;
    * :meth:`_handover_roots`: which client (or document) each record goes with;
    * :meth:`_handover_receive`, :meth:`_handover_give_back`: how the records change hands;
    * :meth:`_handover_kinds`, :meth:`_handover_kind`, :meth:`_handover_details`: how they are shown.

    All of them are called with all rights, archived records included, by a server that has checked
    the head's right to hand over.
    """

    _name = "sales.handover.part"
    _description = "Part of a Hand-Over"

    _handover_sequence = 50  # the order in which parts are shown and handed over
    _handover_field = "user_id"

    @api.model
    def _handover_parts(self):
        """:return: names of the models that can be handed over, in their order"""
        names = [
            name
            for name in self.pool.descendants(["sales.handover.part"], "_inherit")
            if not self.env[name]._abstract
        ]
        return sorted(names, key=lambda name: (self.env[name]._handover_sequence, name))

    # ------------------------------------------------------
    # What hangs on a user
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        """:return: Domain of the records that hang on ``user``; name ``active`` where only active ones do"""
        return Domain(self._handover_field, "=", user.id)

    @api.model
    def _handover_company_domain(self, company):
        """:return: Domain of the records that ``company`` may hand over: its own and shared ones"""
        if "company_id" in self._fields:
            return Domain("company_id", "in", [False, company.id])
        return Domain.TRUE

    @api.model
    def _handover_found(self, user, company=None):
        """:param company: only what this company may hand over; everything, if not given
        :return: the records that hang on ``user``
        """
        domain = self._handover_domain(user)
        if company:
            domain &= self._handover_company_domain(company)
        return self.search(domain, order="id")

    def _handover_roots(self):
        """:return: dict record id -> (model, id) of what the record goes with: its client, else itself"""
        clients = self._handover_clients()
        return {
            record.id: ("res.partner", clients[record.id].id)
            if clients.get(record.id)
            else (record._name, record.id)
            for record in self
        }

    def _handover_clients(self):
        """:return: dict record id -> client, without the records that belong to none"""
        field = self._fields.get("client_id")
        if field and field.comodel_name == "res.partner":
            return {record.id: record.client_id for record in self if record.client_id}
        return self.env["mail.activity"]._clients_of_documents(self)

    # ------------------------------------------------------
    # How it is shown
    # ------------------------------------------------------

    @api.model
    def _handover_kinds(self):
        """:return: dict kind -> label, in the order in which they are shown and counted"""
        return {"": self.env["ir.model"]._get(self._name).name}

    def _handover_kind(self):
        """:return: dict record id -> one of :meth:`_handover_kinds`"""
        return dict.fromkeys(self.ids, "")

    def _handover_title(self):
        """:return: name of one record that goes without a client, in the list of what goes to whom"""
        self.ensure_one()
        return self.display_name

    def _handover_details(self):
        """:return: a few words about these records, like the stages of deals"""
        return ""

    # ------------------------------------------------------
    # How it changes hands
    # ------------------------------------------------------

    @api.model
    def _handover_remembered(self):
        """:return: names of the fields that change with the user and come back with an undo"""
        return set()

    def _handover_receive(self, giver, receiver):
        """Give the records to ``receiver``, all in a constant number of queries.

        :return: dict record id -> what :meth:`_handover_give_back` will need, as JSON
        """
        before = self._handover_snapshot()
        self.write({self._handover_field: receiver.id})
        # What follows from it is stored by the same statement
        self._recompute_recordset()
        after = self._handover_snapshot() if before else {}
        return {
            record: {name: [value, after[record][name]] for name, value in values.items()}
            for record, values in before.items()
        }

    @api.model
    def _handover_handed_domain(self, giver, receiver):
        """:return: Domain of the records that are still as :meth:`_handover_receive` has left them"""
        return self._handover_domain(receiver)

    def _handover_give_back(self, giver, receiver, memories):
        """Give the records back to ``giver``; what somebody has changed meanwhile stays changed.

        :param dict memories: record id -> what :meth:`_handover_receive` has returned
        """
        links, others = self._handover_to_restore(memories)
        for values, ids in links.items():
            self.browse(ids).write({self._handover_field: giver.id, **json.loads(values)})
        for record, values in others.items():
            self.browse(record).write(values)

    def _handover_to_restore(self, memories):
        """:return: dict values as JSON -> record ids for what many records have in common, the links;
        dict record id -> values for the rest, like dates
        """
        now = self._handover_snapshot()
        links, others = {}, {}
        for record in self.ids:
            link = {}
            for name, (before, after) in (memories.get(record) or {}).items():
                if now.get(record, {}).get(name) != after:
                    continue
                if self._fields[name].type == "many2one":
                    link[name] = before
                elif before != after:
                    others.setdefault(record, {})[name] = self._handover_value(name, before)
            links.setdefault(json.dumps(link, sort_keys=True), []).append(record)
        return links, others

    def _handover_snapshot(self):
        """:return: dict record id -> dict of the remembered fields, as JSON"""
        names = self._handover_remembered()
        if not names:
            return {}
        return {record.id: {name: record._handover_plain(name) for name in names} for record in self}

    def _handover_plain(self, name):
        value = self[name]
        if isinstance(value, models.BaseModel):
            return value.id if self._fields[name].type == "many2one" else value.ids
        return value.isoformat() if isinstance(value, date) else value

    @api.model
    def _handover_value(self, name, plain):
        """:return: the value to write for what :meth:`_handover_plain` has given"""
        field_type = self._fields[name].type
        if plain and field_type == "datetime":
            return datetime.fromisoformat(plain)
        if field_type in ("one2many", "many2many"):
            return [Command.set(plain)]
        return plain
