"""What a receivable is, in SQL: which entry lines are open, since when they are due, what is left of them.

Functions return an ``SQL`` over an alias of ``account_move_line``, ``line`` if no other is given. What is
left is in the currency of the line's company.
"""

from odoo.tools import SQL

RECEIVABLE = "asset_receivable"  # the type of clients' accounts


def is_receivable(line="line"):
    """:return: SQL of whether the line stands on a client's account, whatever became of it"""
    return SQL(
        "%s = ANY(ARRAY(SELECT id FROM account_account WHERE account_type = %s))",
        SQL.identifier(line, "account_id"),
        RECEIVABLE,
    )


def is_posted_receivable(line="line"):
    """:return: SQL of whether the line is a receivable of a posted entry, settled or not"""
    return SQL("(%s = 'posted' AND %s)", SQL.identifier(line, "parent_state"), is_receivable(line))


def is_unsettled(line="line"):
    """:return: SQL of whether something of the line isn't matched yet"""
    return SQL("%s IS NOT TRUE", SQL.identifier(line, "reconciled"))


def is_open_receivable(line="line"):
    """:return: SQL of whether the line is a receivable that is open now"""
    return SQL("(%s AND %s)", is_unsettled(line), is_posted_receivable(line))


def residual(line="line"):
    """:return: SQL of what is left of the line; negative: money or a credit note that isn't applied"""
    return SQL.identifier(line, "amount_residual")


def due_date(line="line"):
    """:return: SQL of the day on which the line is to be paid at the latest. An entry made by hand may have
    none: it is never overdue
    """
    return SQL.identifier(line, "date_maturity")


def is_overdue(today, line="line", left=None):
    """:param today: SQL or date of the day in the company
    :param SQL left: what is left of the line, if it isn't its residual of now
    :return: SQL of whether something of the line should have been paid before ``today``
    """
    return SQL("(%s > 0 AND %s < %s)", left or residual(line), due_date(line), today)


def days_overdue(today, line="line"):
    """:return: SQL of the days since the line was due"""
    return SQL("(%s - %s)", today, due_date(line))


def shortest(amounts, is_green):
    """The fewest invoices whose payment makes a figure green: the largest ones, one by one, until it is.

    Why no shorter list exists: both figures depend on the invoices paid through one number only, the
    sum ``x`` that is paid.

    * debt / shipments is green if ``D - x <= a * S``: the more is paid, the less is left of the debt, and
      shipments don't change;
    * overdue / debt is green if ``O - x <= b * (D - x)``, that is ``x >= (O - b * D) / (1 - b)``, or if
      nothing is overdue, ``x >= O``. Paying what is overdue takes the same amount from both sides, and as
      ``b < 1`` the left one falls faster.

    So once it is green, more money keeps it green. Of all sets of k invoices the k largest bring
    most money. If any k of them were enough, the k largest are; and if the k - 1 largest are not
    enough, no k - 1 are.

    :param dict amounts: invoice -> positive amount that its payment brings
    :param is_green: function of the sum that is paid; once true it stays true for larger sums
    :return: list of invoices, the largest amount first; all of them if even that is not enough
    """
    chosen, paid = [], 0.0
    for invoice, amount in sorted(amounts.items(), key=lambda item: item[1], reverse=True):
        if is_green(paid):
            break
        chosen.append(invoice)
        paid += amount
    return chosen
