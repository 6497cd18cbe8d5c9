from odoo.tools import SQL

FEW = 100  # rows that are written before it is worth counting
FACTOR = 4  # by which a table may have grown since it was counted


class Filling:
    """Keeps what PostgreSQL believes about some tables true while a bulk load fills them.

    It plans by the numbers of rows that it counted last. If autovacuum passes while the first batch is not
    committed yet, it finds no row at all in tables of many pages, and joins them from then on row by row,
    however many there are: a load then takes the square of its time.

    :param env: an Environment
    :param model_names: the models whose tables are filled
    """

    def __init__(self, env, *model_names):
        self.env = env
        self.tables = [env[name]._table for name in model_names if name in env]
        self.rows = 0
        self.next = FEW

    def add(self, count):
        """So many rows more have been written; where they are many, the tables are counted anew.

        In the transaction that wrote them, soon before its end: until then others wait to count these tables.
        """
        self.rows += count
        if self.rows < self.next:
            return
        self.next = self.rows * FACTOR
        self.env.cr.execute(SQL("ANALYZE (SKIP_LOCKED) %s", SQL(", ").join(map(SQL.identifier, self.tables))))
