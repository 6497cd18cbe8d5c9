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
