from odoo.tools.sql import column_exists, create_column, table_exists


def add_column(cr, table, column, kind, fill=None):
    """Add the column of a stored field in ``_auto_init``, before the ORM does and computes it row by row.

    :param kind: its type in the database
    :param fill: function that returns the one statement which gives the rows that are there their value;
        without it they stay empty, or get it later
    :return: whether it was added: not where it is there already, nor with a table that is new
    """
    if not table_exists(cr, table) or column_exists(cr, table, column):
        return False
    create_column(cr, table, column, kind)
    if fill:
        cr.execute(fill())
    return True
