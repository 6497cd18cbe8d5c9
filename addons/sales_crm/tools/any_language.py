"""A condition that is met in whatever language a name stands."""

from odoo.orm.domains import Domain, DomainCondition, DomainCustom, OptimizationLevel
from odoo.orm.utils import COLLECTION_TYPES
from odoo.tools import SQL

NO = ("!=", "not in", "not any", "not like", "not ilike", "not =like", "not =ilike")


def in_any_language(domain, model):
    """:return: Domain as ``domain``, in which a condition on a translated text is met by its value in any
    of the languages that are installed, whoever asks
    """
    return Domain(domain).map_conditions(
        lambda condition: InAnyLanguage(condition) if _is_translated(condition, model) else condition
    )


def _is_translated(condition, model):
    """:return: whether what a condition finds depends on the language it is asked in"""
    if condition.operator in ("any", "not any"):
        field = model._fields.get(condition.field_expr)
        if field is None or not field.comodel_name or not isinstance(condition.value, (Domain, list, tuple)):
            return False
        below = model.env[field.comodel_name]
        return any(_is_translated(leaf, below) for leaf in Domain(condition.value).iter_conditions())
    values = condition.value if isinstance(condition.value, COLLECTION_TYPES) else [condition.value]
    if not any(value and isinstance(value, str) for value in values):
        return False
    field = None
    for name in condition.field_expr.split("."):
        if model is None or name not in model._fields:
            return False
        field = model._fields[name]
        model = model.env[field.comodel_name] if field.comodel_name else None
    # by a text, other records are found by their names
    return bool(field.translate or field.relational or field.name == "display_name")


class InAnyLanguage(DomainCustom):
    """A condition, asked once in each language.

    :param DomainCondition condition: says no to a record if it does so in all languages
    """

    __slots__ = ("condition",)

    def __new__(cls, condition: DomainCondition):
        self = object.__new__(cls)
        object.__setattr__(self, "condition", condition)
        object.__setattr__(self, "_opt_level", OptimizationLevel.FULL)
        return self

    def __eq__(self, other):
        return isinstance(other, InAnyLanguage) and self.condition == other.condition

    def __hash__(self):
        return hash((InAnyLanguage, self.condition))

    def _each(self, records):
        """:return: iterator over the condition as a Domain, and ``records``, in each language"""
        installed = [code for code, _name in records.env["res.lang"].get_installed() if code != "en_US"]
        for lang in (None, *installed):  # without a language it is the text that others are translated from
            spoken = records.with_context(lang=lang)
            yield self.condition.optimize_full(spoken), spoken

    def _as_predicate(self, records):
        met = [(domain._as_predicate(spoken), spoken.env) for domain, spoken in self._each(records)]
        every = all if self.condition.operator in NO else any
        return lambda record: every(is_met(record.with_env(env)) for is_met, env in met)

    def _to_sql(self, model, alias, query):
        parts = [domain._to_sql(spoken, alias, query) for domain, spoken in self._each(model)]
        joined = SQL(" AND ") if self.condition.operator in NO else SQL(" OR ")
        return SQL("(%s)", joined.join(parts))
