from odoo.fields import Domain
from odoo.tools import SQL


class Picked:
    """Which pieces of somebody's work a batch of the morning takes: every one, some, or all but some.

    :param only: ids of those that are taken, None for every one
    :param without: ids of those that are left out
    """

    def __init__(self, only=None, without=()):
        self.only = None if only is None else list(only)
        self.without = list(without)

    def sql(self, column):
        """:return: SQL of the condition on ``column``, an SQL"""
        if self.only is not None:
            return SQL("%s = ANY(%s)", column, self.only)
        if self.without:
            return SQL("NOT %s = ANY(%s)", column, self.without)
        return SQL("TRUE")

    def domain(self):
        """:return: the same condition on the id"""
        if self.only is not None:
            return Domain("id", "in", self.only)
        return Domain("id", "not in", self.without) if self.without else Domain.TRUE


EVERY = Picked()
