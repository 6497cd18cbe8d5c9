from dataclasses import dataclass, field


@dataclass
class Payment:
    """Money that came from a client: one credit line of his receivable account."""

    date: object
    company: int
    left: float  # in ``currency``: what has settled no promise yet
    currency: object  # res.currency
    parts: dict = field(default_factory=dict)  # invoice id -> what is matched with it, in ``currency``
    rates: dict = field(default_factory=dict)  # res.currency -> worth of one unit of ``currency``
    free: float = 0.0  # of what is left: matched with no invoice

    def __post_init__(self):
        self.free = max(self.currency.round(self.left - sum(self.parts.values())), 0.0)


@dataclass
class Promised:
    """What a client has promised to pay."""

    id: int
    amount: float
    currency: object
    date_from: object
    date_due: object
    date_last: object  # on which a payment still counts
    companies: frozenset  # ids of the company and its branches
    invoice: int = 0
    paid: float = 0.0
    date_paid: object = None  # of the last payment that went into it

    def missing(self):
        return self.currency.round(self.amount - self.paid)

    def accepts(self, payment):
        return (
            payment.left > 0
            and payment.company in self.companies
            and self.date_from <= payment.date <= self.date_last
        )

    def take(self, payment, most):
        """Take up to ``most`` of the payment's currency, and no more than is missing and left."""
        rate = payment.rates[self.currency]
        offered = min(most, payment.left)
        worth = self.currency.round(offered * rate)
        taken = min(self.missing(), worth)
        if taken <= 0:
            return 0.0
        used = offered if taken == worth else min(offered, payment.currency.round(taken / rate))
        payment.left = payment.currency.round(payment.left - used)
        self.paid = self.currency.round(self.paid + taken)
        self.date_paid = max(self.date_paid or payment.date, payment.date)
        return used


def settle(promises, payments):
    """Which payments settle which promises of one client; fills ``paid`` and ``date_paid``.

    A payment counts for a promise from the day it was made to the last day it is waited for. A promise that
    names an invoice is settled by what is matched with that invoice, then by what is matched with none; one
    that names no invoice by any money, what is matched first. What names its invoice and is matched with it
    comes before all, then the promise that is due earlier; and the earlier payment. What one has taken is
    gone for the others.

    :param promises: list of Promised
    :param payments: list of Payment, with a rate into the currency of every promise
    """
    promises = sorted(promises, key=lambda promise: (promise.date_due, promise.id))
    payments = sorted(payments, key=lambda payment: payment.date)
    for promise in promises:
        for payment in payments:
            part = payment.parts.get(promise.invoice) if promise.invoice else None
            if part and promise.accepts(payment):
                used = promise.take(payment, part)
                payment.parts[promise.invoice] = payment.currency.round(part - used)
                payment.free = min(payment.free, payment.left)
    for promise in promises:
        for payment in payments:
            if promise.accepts(payment):
                _take_of_the_rest(promise, payment)


def _take_of_the_rest(promise, payment):
    if promise.invoice:
        used = promise.take(payment, payment.free) if payment.free > 0 else 0.0
        payment.free = payment.currency.round(payment.free - used)
    else:
        promise.take(payment, payment.left)
        payment.free = min(payment.free, payment.left)
