from typing import NamedTuple

# What the cards of one firm owe together
SUMMED = ("receivable", "unapplied", "overdue", "overdue_counting", "open_orders", "open_commission")


class CreditStanding(NamedTuple):
    """How a client stands with a company and its branches; amounts in the company's currency."""

    client_id: int
    receivable: float = 0.0  # open instalments less what is not yet matched
    unapplied: float = 0.0  # payments and credit notes that are not yet matched
    overdue: float = 0.0  # open instalments past their due date, less what the unapplied covers of them
    overdue_days: int = 0  # how long the oldest that isn't covered is past it
    overdue_counting: float = 0.0  # overdue beyond the tolerated days
    open_orders: float = 0.0  # confirmed and not yet invoiced, without goods on commission
    open_commission: float = 0.0  # confirmed and not yet invoiced, on commission
    contract_id: int | None = None  # the one in force: supply, else commission
    had_contract: bool = False
    credit_limit: float | None = None  # None: no limit
    commission_limit: float | None = None  # of a commission contract beside the supply contract
    tolerance_amount: float = 0.0
    contract_required: bool = False
    same_firm: tuple = ()  # ids of the other cards with the same tax number

    @property
    def exposure(self):
        """Posted unpaid invoices − unapplied payments and credit notes + confirmed and not yet invoiced."""
        return self.receivable + self.open_orders

    @property
    def owes_anything(self):
        return max(self.exposure, self.open_commission) > 0

    @property
    def available(self):
        return None if self.credit_limit is None else self.credit_limit - self.exposure

    def state(self, digits):
        """:param int digits: of the currency
        :return: what stops the client's next order, or ``ok``; as in ``sales.credit._standing_sql``
        """
        if round(self.overdue_counting - self.tolerance_amount, digits) > 0:
            return "overdue"
        limits = ((self.exposure, self.credit_limit), (self.open_commission, self.commission_limit))
        if any(limit is not None and round(owed - limit, digits) > 0 for owed, limit in limits):
            return "over_limit"
        if not self.contract_id and (self.had_contract or self.contract_required):
            return "no_contract"
        return "ok"

    def within(self, tolerance_days):
        """:return: the standing if debt that is overdue for so many days stops nothing yet"""
        return self if self.overdue_days > tolerance_days else self._replace(overdue_counting=0.0)

    def together(self, others, main):
        """:param others: standings of other cards of the same firm
        :param main: the one of all these by whose contract they buy; None: nobody has a contract in force
        :return: this standing with what all of them owe, beside one limit
        """
        cards = [self, *others]
        limits = [card.credit_limit for card in cards if card.credit_limit is not None]
        return self._replace(
            **{name: sum(getattr(card, name) for card in cards) for name in SUMMED},
            overdue_days=max(card.overdue_days for card in cards),
            had_contract=any(card.had_contract for card in cards),
            contract_id=main and main.contract_id,
            credit_limit=main.credit_limit if main else max(limits, default=None),
            commission_limit=main and main.commission_limit,
            tolerance_amount=main.tolerance_amount if main else 0.0,
        )

    def with_order(self, amount, commission=False):
        """:return: the standing with one more confirmed order"""
        if not commission:
            return self._replace(open_orders=self.open_orders + amount)
        # without a supply contract the goods on commission use up the only limit there is
        only_limit = self.commission_limit is None
        return self._replace(
            open_commission=self.open_commission + amount,
            open_orders=self.open_orders + (amount if only_limit else 0.0),
        )

    def worse(self, other):
        """:return: the standing with whatever is worse of both"""
        return self._replace(
            **{
                name: max(getattr(self, name), getattr(other, name))
                for name in (
                    "receivable",
                    "overdue",
                    "overdue_days",
                    "overdue_counting",
                    "open_orders",
                    "open_commission",
                )
            },
            unapplied=min(self.unapplied, other.unapplied),
        )


class CreditReason(NamedTuple):
    """Why a client may not get an amount now."""

    code: str  # over_limit, over_commission, overdue, no_contract, contract_expired
    client_id: int
    amount: float = 0.0  # by which the limit is exceeded, or that is overdue; the company's currency
    days: int = 0  # overdue
    limit: float = 0.0
    text: str = ""
