"""The levels of the way from a cold client to a deal, in their order."""

from odoo.tools import SQL

LEVELS = [
    ("cold", "Cold base"),
    ("informed", "Informed"),
    ("interest", "Interest"),
    ("offer", "Offer"),
    ("negotiation", "Negotiation"),
    ("deal", "Deal"),
    ("repeat", "Repeat"),
]
CODES = [code for code, _label in LEVELS]


def rank(level):
    """:return: place of a level in the order, from 0; None for no level"""
    return CODES.index(level) if level else None


def rank_sql(level):
    """:param SQL level: expression that gives a level
    :return: SQL of its place in the order, from 0; NULL for no level
    """
    return SQL("array_position(%s::varchar[], %s::varchar) - 1", CODES, level)
