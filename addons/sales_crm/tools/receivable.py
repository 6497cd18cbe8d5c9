"""What a receivable is, in SQL: which entry lines are open, since when they are due, what is left of them.

Functions return an ``SQL`` over an alias of ``account_move_line``, ``line`` if no other is given. What is
left is in the currency of the line's company.

One rule in every figure of debt: what a client has paid, or was credited, and nobody has matched yet covers
his oldest debts first, in the ledger of a company and its branches (:func:`covered`). So what is overdue is
never more than what he owes.
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
    """:return: SQL of the day on which the line is to be paid at the latest; an entry made by hand without
    one is due on its own date, as in core's aged receivables
    """
    return SQL("COALESCE(%s, %s)", SQL.identifier(line, "date_maturity"), SQL.identifier(line, "date"))


def is_paid_out(line="line"):
    """:return: SQL of whether the line is of a payment or a bank statement: with something left to pay it is
    money that went to the client, mostly for a credit note that it isn't matched with yet
    """
    return SQL(
        "(%s IS NOT NULL OR %s IS NOT NULL)",
        SQL.identifier(line, "payment_id"),
        SQL.identifier(line, "statement_line_id"),
    )


def is_overdue(today, due, left):
    """:param today: SQL or date of the day in the company
    :param SQL due: see :func:`due_date`
    :param SQL left: what is left of the line when unmatched money has covered its part, see :func:`covered`
    :return: SQL of whether something of the line should have been paid before ``today``
    """
    return SQL("(%s > 0 AND %s < %s)", left, due, today)


def days_overdue(today, due):
    """:return: SQL of the days since ``due``"""
    return SQL("(%s - %s)", today, due)


def root_company(company="company"):
    """:param str company: alias of ``res_company``
    :return: SQL of the id of the company that keeps one ledger with it, as text
    """
    return SQL("split_part(%s, '/', 1)", SQL.identifier(company, "parent_path"))


def covered(lines):
    """What a client's unmatched money covers, and of what he owes: what he got back first (a credit note
    that was paid out), then his oldest debts; of the money the oldest first.

    Lines of nobody, and of clients who have nothing unmatched, have no row.

    :param SQL lines: a table, or a query in brackets, with id, root (of the company), client_id, residual,
        due, paid_out
    :return: SQL of a row per line: id, amount; of a debt what of it is covered, of money (negative) what of
        it is used up by that. The amounts of a client add up to 0
    """
    return SQL(
        """
        SELECT part.id,
               CASE WHEN part.residual > 0 THEN LEAST(part.residual, GREATEST(part.money - part.before, 0))
                    ELSE -LEAST(-part.residual, GREATEST(part.debts - part.before, 0)) END AS amount
          FROM (
                SELECT line.id, line.residual,
                       SUM(GREATEST(-line.residual, 0)) OVER whole AS money,
                       SUM(GREATEST(line.residual, 0)) OVER whole AS debts,
                       SUM(ABS(line.residual)) OVER (
                           PARTITION BY line.root, line.client_id, line.residual > 0
                               ORDER BY NOT line.paid_out, line.due, line.id
                                ROWS UNBOUNDED PRECEDING) - ABS(line.residual) AS before
                  FROM %(lines)s line
                 WHERE line.client_id IN (
                        SELECT money.client_id FROM %(lines)s money WHERE money.residual < 0)
                WINDOW whole AS (PARTITION BY line.root, line.client_id)
               ) part
        """,
        lines=lines,
    )


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
