from odoo.orm.domains import (
    Domain,
    DomainAnd,
    DomainCondition,
    DomainCustom,
    DomainOr,
    OptimizationLevel,
)
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import SQL

# Up to so many clients PostgreSQL starts from them; beyond it looks at the records one by one
FEW_CLIENTS = 1000
# Up to so many records that are named are looked at one by one
NAMED_RECORDS = 100


def ensure_statistics(cr, table, index):
    """Let PostgreSQL look at a table unless it has done so since an index on an expression was made. Until
    then it knows nothing of the expression and rather reads the whole table; by itself it only looks after
    many changes.
    """
    cr.execute(
        SQL("SELECT FROM pg_stats WHERE schemaname = current_schema AND tablename = %s LIMIT 1", index)
    )
    if not cr.rowcount:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def named_values(domain, field_name):
    """:return: list of the values of a field to which a domain holds all its records; None: it doesn't"""
    conditions = domain.children if isinstance(domain, DomainAnd) else [domain]
    for condition in conditions:
        if isinstance(condition, DomainCondition) and condition.field_expr == field_name:
            if condition.operator == "=" and condition.value:
                return [condition.value]
            if condition.operator == "in" and isinstance(condition.value, COLLECTION_TYPES):
                return list(condition.value)
    return None


def names_records(domain, field_names):
    """:return: whether a domain holds its records to those that some values of these fields name, so few
    that each is looked at by itself
    """
    conditions = domain.children if isinstance(domain, DomainAnd) else [domain]
    return any(
        isinstance(condition, DomainCondition)
        and condition.field_expr in field_names
        and (
            (condition.operator == "=" and condition.value)
            or (
                condition.operator in ("in", "child_of")
                and isinstance(condition.value, COLLECTION_TYPES)
                and len(condition.value) <= NAMED_RECORDS
            )
        )
        for condition in conditions
    )


def naming_documents(records, model_name, names):
    """:return: ``records`` in whose context a search of ``model_name`` looks at documents of the models
    ``names`` only
    """
    return records.with_context(sales_document_models=[model_name, *names])


def named_documents(model):
    """:return: list of the names that :func:`naming_documents` was given for this very model, or None"""
    named = model.env.context.get("sales_document_models")
    if isinstance(named, (list, tuple)) and named and named[0] == model._name:
        return named[1:]
    return None


class GrantedClients(DomainCustom):
    """Records whose client is among the granted ones.

    For the database it is one subquery on indexed columns; for records at hand it is the plain domain,
    which needs no query when they are in the cache. It holds neither records nor ids of clients, so it
    may stay in the cache of the record rules.

    The big tables, those of the clients and of their activities, ask with ``lone`` and get the same
    question in the form that suits the number of clients, which is looked up once:

    * few: PostgreSQL starts from the clients, by the index on ``COALESCE(client, 0)``, or, where all the
      records that are asked for have a client, by the column's own: see :func:`with_client`;
    * many: a condition on each record, so that a list in some order stops when it is full.

    :param str field_name: the many2one to the client on the filtered model
    :param Domain clients: which clients are granted, a domain on ``res.partner``
    :param bool lone: records without a client pass, too; the table has the index named above
    :param bool bulk: the records are mostly counted and grouped, seldom looked at one by one; with
        ``sales_named_records`` in the context they are, as on a card
    """

    __slots__ = ("_alternatives", "_few", "_granted", "bulk", "clients", "field_name", "lone")

    def __new__(cls, field_name, clients, lone=False, bulk=False):
        self = object.__new__(cls)
        object.__setattr__(self, "field_name", field_name)
        object.__setattr__(self, "clients", Domain(clients))
        object.__setattr__(self, "lone", lone)
        object.__setattr__(self, "bulk", bulk)
        object.__setattr__(self, "_granted", None)
        object.__setattr__(self, "_alternatives", None)
        object.__setattr__(self, "_few", False)
        object.__setattr__(self, "_opt_level", OptimizationLevel.FULL)
        return self

    def _key(self):
        return self.field_name, self.clients, self.lone, self.bulk

    def __eq__(self, other):
        return isinstance(other, GrantedClients) and self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def _as_predicate(self, records):
        granted = Domain(self.field_name, "any!", self.clients)
        if self.lone:
            granted |= Domain(self.field_name, "=", False)
        return granted._as_predicate(records)

    def _to_sql(self, model, alias, query):
        sql_client = model._field_to_sql(alias, self.field_name, query)
        if not self.lone:
            return self._sql_exists(self._sql_granted(model.env), sql_client)
        if alias != model._table:
            granted = self._sql_exists(self._sql_granted(model.env), sql_client)
            return SQL("(%s IS NULL OR %s)", sql_client, granted)
        alternatives = self._sql_alternatives(model.env)
        named = model.env.context.get("sales_named_records")
        if self._few:
            # no OR, which no index answers: those without a client are the client 0
            return SQL("COALESCE(%s, 0) = ANY(ARRAY(SELECT 0 UNION ALL %s))", sql_client, alternatives)
        if self.bulk and not named:
            return SQL("(%s IS NULL OR %s IN (%s))", sql_client, sql_client, alternatives)
        if named and not self.bulk:
            # a client looked up by his id needs no index of each alternative: fifty take long to be planned
            alternatives = self._sql_granted(model.env)
        return SQL("(%s IS NULL OR %s)", sql_client, self._sql_exists(alternatives, sql_client))

    def _named_to_sql(self, model, alias, query):
        """:return: SQL, as :meth:`_to_sql`, for records that all have a client"""
        if alias == model._table:
            alternatives = self._sql_alternatives(model.env)
            if self._few:
                # PostgreSQL knows how many records a client has, even if the table wasn't analyzed since
                # the other index was made
                sql_client = model._field_to_sql(alias, self.field_name, query)
                return SQL("%s = ANY(ARRAY(%s))", sql_client, alternatives)
        return self._to_sql(model, alias, query)

    def _sql_exists(self, granted, sql_client):
        """EXISTS: PostgreSQL looks a few clients up by their id, and hashes all of them for many."""
        return SQL("EXISTS (SELECT FROM (%s) AS granted(id) WHERE granted.id = %s)", granted, sql_client)

    # The record rules keep this object until the rules, the day or the companies change

    def _sql_granted(self, env):
        """:return: the granted clients as one SELECT, which is soon planned for a record or two"""
        if self._granted is None:
            [query] = self._queries(env, [self.clients])
            object.__setattr__(self, "_granted", query.select())
        return self._granted

    def _sql_alternatives(self, env):
        """:return: the granted clients, each alternative by itself: each finds its own index"""
        if self._alternatives is None:
            clients = self.clients.optimize_full(self._partners(env))
            domains = clients.children if isinstance(clients, DomainOr) else [clients]
            queries = self._queries(env, domains)
            granted = SQL(" UNION ALL ").join(query.select() for query in queries)
            counted = SQL("SELECT FROM (%s) AS granted LIMIT %s", granted, FEW_CLIENTS + 1)
            [[count]] = env.execute_query(SQL("SELECT COUNT(*) FROM (%s) AS few", counted))
            object.__setattr__(self, "_few", count <= FEW_CLIENTS)
            object.__setattr__(self, "_alternatives", granted)
        return self._alternatives

    def _queries(self, env, domains):
        client = Domain("is_client", "=", True)
        return [self._partners(env)._search(client & domain) for domain in domains]

    def _partners(self, env):
        # sudo: the rules decide, whoever asks and in whatever context; archived clients count as well
        context = env["sales.access.rule"]._kept_context()
        return env["res.partner"]._sales_plain(**context, active_test=False).sudo()


class GrantedOfNamed(DomainCustom):
    """A :class:`GrantedClients` as it is asked of records that all have a client."""

    __slots__ = ("granted",)

    def __new__(cls, granted):
        self = object.__new__(cls)
        object.__setattr__(self, "granted", granted)
        object.__setattr__(self, "_opt_level", OptimizationLevel.FULL)
        return self

    def __eq__(self, other):
        return isinstance(other, GrantedOfNamed) and self.granted == other.granted

    def __hash__(self):
        return hash((GrantedOfNamed, self.granted))

    def _as_predicate(self, records):
        return self.granted._as_predicate(records)

    def _to_sql(self, model, alias, query):
        return self.granted._named_to_sql(model, alias, query)


def with_client(domain, field_name):
    """:return: Domain that finds the same as ``domain`` among the records that have a client in
    ``field_name``; it is to be joined to that condition
    """
    if isinstance(domain, GrantedClients) and domain.field_name == field_name:
        return GrantedOfNamed(domain)
    if isinstance(domain, DomainAnd):
        return Domain.AND(with_client(child, field_name) for child in domain.children)
    return domain


class GrantedDocuments(DomainCustom):
    """Records that hang on a document by a model's name and an id: messages, meetings.

    Those of documents that are no client's business pass. Each model costs PostgreSQL some planning: a
    search that knows of which models its records are goes by :func:`naming_documents`. Records of the
    others are then hidden, never shown.

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
                # sudo: whether the documents may be seen is what is asked here
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
        named = named_documents(model)
        # sudo: the domains are the guard
        env = model.sudo().with_context(active_test=False).env
        for name, domain in self.documents.items():
            if named is not None and name not in named:
                continue
            documents = env[name]._search(domain)
            if not documents.is_empty():
                documents.add_where(SQL("%s = %s", SQL.identifier(documents.table, "id"), sql_id))
                alternatives.append(
                    SQL("(%s = %s AND EXISTS %s)", sql_model, name, documents.subselect(SQL("1")))
                )
        return SQL("(%s)", SQL(" OR ").join(alternatives))
