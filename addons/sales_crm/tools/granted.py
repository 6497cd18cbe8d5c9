from odoo.orm.domains import Domain, DomainCustom, OptimizationLevel
from odoo.tools import SQL


class GrantedClients(DomainCustom):
    """Records whose client is among the granted ones.

    For the database it is one subquery on indexed columns, which PostgreSQL can start from; for
    records at hand it is the plain domain, which needs no query when they are in the cache. It holds
    neither records nor ids of clients, so it may stay in the cache of the record rules.

    :param str field_name: the many2one to the client on the filtered model
    :param Domain clients: which clients are granted, a domain on ``res.partner``
    """

    __slots__ = ("_granted", "clients", "field_name")

    def __new__(cls, field_name, clients):
        self = object.__new__(cls)
        object.__setattr__(self, "field_name", field_name)
        object.__setattr__(self, "clients", Domain(clients))
        object.__setattr__(self, "_granted", None)
        object.__setattr__(self, "_opt_level", OptimizationLevel.FULL)
        return self

    def __eq__(self, other):
        return (
            isinstance(other, GrantedClients)
            and self.field_name == other.field_name
            and self.clients == other.clients
        )

    def __hash__(self):
        return hash((self.field_name, self.clients))

    def _as_predicate(self, records):
        return Domain(self.field_name, "any!", self.clients)._as_predicate(records)

    def _to_sql(self, model, alias, query):
        if self._granted is None:
            # the record rules keep this object until the rules, the day or the companies change
            Partner = model.env["res.partner"].sudo().with_context(active_test=False)
            granted = Partner._search(Domain("is_client", "=", True) & self.clients)
            object.__setattr__(self, "_granted", granted.subselect())
        # EXISTS: PostgreSQL looks a few clients up by their id, and hashes all of them for many
        return SQL(
            "EXISTS (SELECT FROM %s AS granted(id) WHERE granted.id = %s)",
            self._granted,
            model._field_to_sql(alias, self.field_name, query),
        )


class GrantedDocuments(DomainCustom):
    """Records that hang on a document by a model's name and an id: messages, meetings.

    Those of documents that are no client's business pass.

    :param str model_field: the field with the document's model
    :param str id_field: the field with the document's id
    :param dict documents: model name -> Domain of the documents whose client is granted
    """

    __slots__ = ("documents", "id_field", "model_field")

    def __new__(cls, model_field, id_field, documents):
        self = object.__new__(cls)
        object.__setattr__(self, "model_field", model_field)
        object.__setattr__(self, "id_field", id_field)
        object.__setattr__(self, "documents", documents)
        object.__setattr__(self, "_opt_level", OptimizationLevel.FULL)
        return self

    def __eq__(self, other):
        return (
            isinstance(other, GrantedDocuments)
            and (self.model_field, self.id_field) == (other.model_field, other.id_field)
            and self.documents == other.documents
        )

    def __hash__(self):
        return hash((self.model_field, self.id_field, tuple(self.documents)))

    def _as_predicate(self, records):
        hidden = set()
        for name, hanging in records.grouped(self.model_field).items():
            if name in self.documents:
                hanging = hanging.filtered(self.id_field)
                documents = records.env[name].sudo().with_context(active_test=False)
                documents = documents.browse(set(hanging.mapped(self.id_field))).exists()
                seen = set(documents.filtered_domain(self.documents[name])._ids)
                hidden.update(hang.id for hang in hanging if hang[self.id_field] not in seen)
        return lambda record: record.id not in hidden

    def _to_sql(self, model, alias, query):
        sql_model = model._field_to_sql(alias, self.model_field, query)
        sql_id = model._field_to_sql(alias, self.id_field, query)
        alternatives = [
            SQL("%s IS NULL", sql_model),
            SQL("%s NOT IN %s", sql_model, tuple(self.documents)),
            SQL("COALESCE(%s, 0) = 0", sql_id),
        ]
        for name, domain in self.documents.items():
            Document = model.env[name].sudo().with_context(active_test=False)
            documents = Document._search(domain)
            if not documents.is_empty():
                documents.add_where(SQL("%s = %s", SQL.identifier(documents.table, "id"), sql_id))
                alternatives.append(
                    SQL("(%s = %s AND EXISTS %s)", sql_model, name, documents.subselect(SQL("1")))
                )
        return SQL("(%s)", SQL(" OR ").join(alternatives))
