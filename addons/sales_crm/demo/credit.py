"""Orders that the credit gate has stopped, and what the controllers have said about them."""

from datetime import timedelta
from itertools import cycle

from .part import Part

# What becomes of the requests, in turn
DECISIONS = {
    "overdue": ("requested", "refused", "used", "refused"),
    "over_limit": ("approved", "requested", "used"),
}


class Credit(Part):
    """After the contracts. Asked and decided as managers and controllers do it, then dated back."""

    def load(self):
        if not self.env["sales.contract"].search_count([("state", "=", "active")], limit=1):
            return
        self.env.flush_all()
        # Read anew: how they stand depends on no field that the ORM would know of
        self.env["sales.contract"]._forget_credit()
        stopped, decisions = [], []
        turns = {state: cycle(decisions) for state, decisions in DECISIONS.items()}
        for client in self.company.clients:
            if client.partner.credit_state in turns:
                stopped.append(client)
                decisions.append(next(turns[client.partner.credit_state]))
        orders = self.env["sale.order"].create(
            [
                self.company.prepare_order(client, client.manager, len(self.days.past) - 1)
                for client in stopped
            ]
        )
        releases = self.env["sales.credit.release"]
        for number, (order, decision) in enumerate(zip(orders, decisions, strict=True)):
            releases |= self._decide(self._ask(order, number), decision)
        self._date_back(orders, releases)
        self._quote()

    def _as(self, user):
        return self.env(user=user.id, su=False)

    def _ask(self, order, number):
        reasons = self.book["release_reasons"]
        order = order.with_env(self._as(order.user_id))
        return order.env["sales.credit.release"]._ask(
            order, reasons[number % len(reasons)], self.days.today + timedelta(days=7)
        )

    def _decide(self, release, decision):
        """:return: the release, sudo-ed"""
        asked = release.with_env(self._as(self.company.controller))
        if decision == "refused":
            asked.action_refuse(self.book["release_refused"])
        elif decision != "requested" and asked.may_decide:
            asked.action_approve(self.book["release_granted"])
            if decision == "used":
                release.order_id.action_confirm()
        return release.sudo()

    def _date_back(self, orders, releases):
        """What is decided is of the last days, what is open of yesterday."""
        moments = []
        for number, release in enumerate(releases):
            day = self.days.past[-1] if release.state == "requested" else self.days.past[-3 - number % 6]
            moments.append(self.days.moment(day, 60 + 17 * number))
            if release.date_decided:
                release.date_decided = moments[-1] + timedelta(hours=2)
            if release.date_used:
                release.date_used = moments[-1] + timedelta(hours=3)
        users = [order.user_id for order in orders]
        self.company.backdate(releases, moments, users)
        moments = [moment - timedelta(minutes=15) for moment in moments]
        self.company.date_orders(orders, moments)
        self.company.backdate(orders, moments, users)

    def _quote(self):
        """Quotations of open deals, sent in the last days."""
        clients = [client for client in self.company.clients if client.deals][::4]
        last = len(self.days.past) - 1
        orders = self.env["sale.order"].create(
            [
                {
                    **self.company.prepare_order(client, client.manager, last),
                    "opportunity_id": client.deals[0].id,
                    "state": "sent" if number % 3 else "draft",
                }
                for number, client in enumerate(clients)
            ]
        )
        moments = [self.days.moment(self.days.past[-1 - number % 8], 200) for number in range(len(orders))]
        self.company.date_orders(orders, moments)
        self.company.backdate(orders, moments, [client.manager for client in clients])
