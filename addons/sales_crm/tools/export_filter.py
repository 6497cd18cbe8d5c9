from collections.abc import Iterable

from odoo.fields import Domain

MAX_TEXT = 10_000  # characters of one cell of the log
MAX_IDS = 1000  # of records that are named one by one
MAX_NAMES = 5  # of records that a filter names


def filter_text(domain):
    """:return: the domain as a programmer writes it, cut where it becomes a book"""
    domain = Domain(domain)
    ids = _chosen_ids(domain)
    if ids is None:
        return repr(list(domain))[:MAX_TEXT]
    text = repr([("id", "in", ids[:MAX_IDS])])
    return text if len(ids) <= MAX_IDS else f"{text} + {len(ids) - MAX_IDS}"


def describe_filter(model, domain):
    """:return: the domain in the words of the screen, as far as it has some

    :param model: the model that the domain filters
    :param domain: a valid domain
    """
    domain = Domain(domain)
    ids = _chosen_ids(domain)
    if ids is not None:
        return model.env._("%s chosen records", len(ids))
    if domain.is_true():
        return model.env._("All")
    conditions = [_describe_condition(model, condition) for condition in domain.iter_conditions()]
    return "; ".join(conditions)[:MAX_TEXT]


def _chosen_ids(domain):
    """:return: list of ids, if the domain names records one by one, else None"""
    conditions = list(domain.iter_conditions())
    if len(conditions) != 1 or conditions[0].field_expr != "id" or conditions[0].operator != "in":
        return None
    return sorted(conditions[0].value)


def _describe_condition(model, condition):
    name, dot, rest = condition.field_expr.partition(".")
    field = model._fields.get(name)
    label = field._description_string(model.env) if field else name
    operator = "=" if condition.operator == "in" else condition.operator
    return f"{label}{dot}{rest} {operator} {_describe_value(model, field, rest, condition.value)}"


def _describe_value(model, field, rest, value):
    if isinstance(value, (str, Domain)):
        return str(value)
    values = list(value) if isinstance(value, Iterable) else [value]
    if field and field.relational and not rest and all(type(item) is int for item in values):
        # sudo: names for those who control what was taken out
        records = model.env[field.comodel_name].sudo().browse(values[:MAX_NAMES]).exists()
        return ", ".join(records.mapped("display_name")) + (" …" if len(values) > MAX_NAMES else "")
    return ", ".join(map(str, values))
