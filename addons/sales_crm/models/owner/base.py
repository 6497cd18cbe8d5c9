from odoo import api, models, tools
from odoo.exceptions import AccessError, MissingError


class Base(models.AbstractModel):
    """What hangs on a client goes to no other manager's client but by the head.

    Who may change a client's documents for a while (by a cover or a rule) would keep them otherwise: a deal
    of a covered client whose partner becomes one's own, a file that is hung on one's own card. And giving a
    document to a client is adding one for him, whatever route it takes.
    """

    # Beside what hangs on a client, which is long enough
    _inherit = "base"

    @api.model
    def _sales_pointing_fields(self):
        """:return: set of the names of the fields by which a record is given to a client"""
        path = self._sales_guard_path
        if not path or self._abstract or self._transient or path not in self._fields:
            return set()
        field = self._fields[path]
        return {path, field.model_field} if field.type == "many2one_reference" else {path}

    @api.model
    def _sales_owner_field(self):
        """:return: the field with the manager whose the record is where it hangs on no client, else None"""
        return None

    @api.model
    @tools.ormcache("self._name")
    def _sales_extra_pointing_fields(self):
        """:return: frozenset of the names of links by which the record is work for further clients: who pays,
        who gets the goods, documents of theirs, users who may be their people in the portal
        """
        path = self._sales_guard_path
        if not path or self._abstract or self._transient:
            return frozenset()
        return frozenset(
            name
            for name, field in self._fields.items()
            if field.store
            and name != path
            and name not in models.MAGIC_COLUMNS
            and not (field.related or (field.compute and field.readonly))
            and self._sales_points_at_clients(field)
        )

    @api.model
    def _sales_points_at_clients(self, field):
        """:return: whether the field may hold a client or what hangs on one; several people are those to whom
        it is written, and whoever is seen may be written to
        """
        if field.type not in ("many2one", "many2many"):
            return False
        if field.comodel_name == "res.partner":
            return field.type == "many2one"
        comodel = self.env[field.comodel_name]
        guarded = comodel._sales_guard_path and not comodel._transient
        return bool(guarded) and (field.type == "many2one" or field.comodel_name != "res.users")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self.env.su:
            return records
        properties = self._sales_properties_in(set().union(*vals_list))
        if (properties or self._sales_extra_pointing_fields()) and self._sales_checks_references():
            self._sales_check_may_add_for(records._sales_extra_clients())
            records._sales_check_properties(properties, {})
        return records

    @api.model
    def _sales_properties_in(self, names):
        """:return: list of those of ``names`` that are fields of properties"""
        return [n for n in names if n in self._fields and self._fields[n].type == "properties"]

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        pointing = self._sales_pointing_fields() | self._sales_extra_pointing_fields()
        pointing |= {self._sales_owner_field()} - {None}
        properties = self._sales_properties_in(vals)
        if not (properties or pointing & vals.keys()) or not self._sales_checks_references():
            return super().write(vals)
        links = self._sales_links_of_properties(properties)
        before = self._sales_holders_by_path()
        # Whoever is nobody's client yet becomes one of whoever works with him
        known = self._sales_extra_clients()
        newcomers = self._sales_named_partners(pointing, vals).filtered(lambda p: not p.client_id)
        res = super().write(vals)
        self._sales_check_changed_hands(before, newcomers)
        own = self.env["res.partner"].union(*(clients for clients, _owners in before.values()))
        self._sales_check_may_add_for(self._sales_extra_clients() - known - newcomers - own)
        self._sales_check_properties(properties, links)
        return res

    @api.model
    def _sales_named_partners(self, names, vals):
        """:return: partners, sudo-ed, that ``vals`` names in any of these fields"""
        ids = set()
        for name in names & vals.keys():
            field = self._fields[name]
            if field.relational and field.comodel_name == "res.partner":
                ids |= self._sales_referred_ids(vals[name])
        return self._sales_guard_env()["res.partner"].browse(ids).exists()

    @api.model
    def _sales_guard_env(self):
        """:return: environment of the guard's own: nothing of the caller's context decides about rights"""
        # sudo: whose client it is doesn't depend on who asks
        return self._sales_plain(lang=None, active_test=False).sudo().env

    def _sales_holders_by_path(self):
        """:return: dict record id -> (its clients, their managers), sudo-ed; the record's own manager where
        it hangs on none
        """
        owner_field, holders = self._sales_owner_field(), {}
        records = self.with_env(self._sales_guard_env())
        records._sales_read_documents()
        for record in records:
            clients = record._sales_path_clients()
            owners = clients.user_id
            if owner_field and not clients:
                owners = record[owner_field]
            holders[record.id] = (clients, owners)
        return holders

    def _sales_path_clients(self):
        """:return: the clients on whom this one record hangs"""
        Partner = self.env["res.partner"]
        path = self._sales_guard_path
        if not path or path not in self._fields or not self:
            return Partner
        field = self._fields[path]
        if field.type == "many2one_reference":
            return self._sales_clients_of_document(self[field.model_field], self[path])
        return Partner.union(*(document._sales_path_clients() for document in self[path]))

    @api.model
    def _sales_clients_of_document(self, model, res_id):
        """:return: the clients of a document named by its model and id"""
        if not model or not res_id or model not in self.env or model == self._name:
            return self.env["res.partner"]
        document = self.env[model].browse(res_id)
        try:
            return document._sales_path_clients()
        except MissingError:
            return self.env["res.partner"]

    @api.model
    def _sales_document_fields(self):
        """:return: pair of the names of the fields with the model and the id of the document on which a
        record hangs, None if it doesn't hang on one in this way
        """
        field = self._fields.get(self._sales_guard_path or "")
        if field and field.type == "many2one_reference":
            return field.model_field, field.name
        return None

    def _sales_read_documents(self):
        """Read at once whose the documents are on which these hang, before each is asked by itself"""
        names = self._sales_document_fields()
        if not names:
            return
        model_field, id_field = names
        for model, records in self.grouped(model_field).items():
            if not model or model not in self.env or model == self._name:
                continue
            documents = self.env[model].browse({id_ for id_ in records.mapped(id_field) if id_}).exists()
            if documents._sales_document_fields():
                documents._sales_read_documents()
            else:
                documents._sales_path_clients().mapped("user_id")

    def _sales_check_changed_hands(self, before, newcomers):
        """:param dict before: as :meth:`_sales_holders_by_path` returned it before the change
        :param newcomers: partners who were nobody's client then
        :raise AccessError: records went to another manager's client, or to one for whom nothing may be added
        """
        given = self._sales_guard_env()["res.partner"]
        for record, (clients, owners) in self._sales_holders_by_path().items():
            old, old_owners = before.get(record, (given.browse(), owners))
            # Of a free client, or of another manager
            foreign = old.filtered(lambda client: not client.user_id) - clients
            if foreign or any(owner.id != self.env.uid for owner in old_owners - owners):
                raise AccessError(
                    self.env._(
                        "This record (%s) belongs to a client of another manager and stays with his clients. "
                        "Ask the head of sales to move it.",
                        self.env["ir.model"]._get(self._name).name,
                    )
                )
            given |= clients - old
        self._sales_check_may_add_for(given.filtered(lambda client: client not in newcomers))

    def _sales_extra_clients(self):
        """:return: the clients, sudo-ed, to whom the further links of these records point"""
        records = self.with_env(self._sales_guard_env())
        links = [records[name] for name in self._sales_extra_pointing_fields()]
        partners = [
            link if link._name == "res.partner" else one._sales_path_clients()
            for link in links
            for one in link
        ]
        return records.env["res.partner"].union(*partners).client_id

    @api.model
    def _sales_check_may_add_for(self, clients):
        """:raise AccessError: the current user may not add work for one of these clients"""
        if not clients:
            return
        granted = self.env["sales.access.rule"]._granted_clients("create")
        if clients.filtered_domain(granted) != clients:
            raise AccessError(self.env["ir.rule"]._sales_access_message("create", self))

    # ------------------------------------------------------
    # Properties: links that a team has added to its deals
    # ------------------------------------------------------

    @api.model
    def _sales_references(self, vals):
        yield from super()._sales_references(vals)
        for name, value in vals.items():
            if name in self._fields and self._fields[name].type == "properties" and isinstance(value, list):
                for definition in value:
                    yield from self._sales_property_references(definition, definition.get("value"))

    @api.model
    def _sales_property_references(self, definition, value):
        """:param dict definition: of a property, with its type and model
        :return: iterator of (name of a guarded model, set of ids) to which the property's value points
        """
        model = definition.get("comodel")
        if definition.get("type") not in ("many2one", "many2many") or model not in self.env or not value:
            return
        if self.env[model]._sales_guard_path:
            yield model, self._sales_property_ids(value)

    @api.model
    def _sales_property_ids(self, value):
        """:return: set of the ids in a property's value: an id, a pair of id and name, or a list of these"""
        if isinstance(value, int) and not isinstance(value, bool):
            return {value}
        if isinstance(value, models.BaseModel):
            return set(value._ids)
        if isinstance(value, (list, tuple)):
            return set().union(*(self._sales_property_ids(part) for part in value))
        return set()

    def _sales_links_of_properties(self, names):
        """:return: dict (record id, field, property) -> (definition, set of ids) of the stored links"""
        links = {}
        for record in self.with_env(self._sales_guard_env()):
            for name in names:
                values = record[name] or {}
                for definition in self._fields[name]._get_properties_definition(record) or ():
                    if definition.get("type") in ("many2one", "many2many"):
                        ids = self._sales_property_ids(values.get(definition["name"]))
                        links[record.id, name, definition["name"]] = (definition, ids)
        return links

    def _sales_check_properties(self, names, before):
        """:param dict before: as :meth:`_sales_links_of_properties` returned it before the change
        :raise AccessError: a property has been pointed at what the user may not see
        """
        for key, (definition, ids) in self._sales_links_of_properties(names).items():
            added = list(ids - before.get(key, (None, set()))[1])
            for model, referred in self._sales_property_references(definition, added):
                self.env[model].browse(referred)._sales_check_readable()
