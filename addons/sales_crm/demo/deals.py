"""Deals of the example company: open, won and lost ones, and the orders of the won."""

from datetime import timedelta
from itertools import pairwise

from odoo.tools import SQL

from .part import Part

OPEN_DEALS = (1, 1, 2, 0, 0, 1, 2, 0, 1, 0, 2, 0, 1, 0, 0)  # of clients in turn
# How far the open ones are, of the open stages
STAGES = (0.05, 0.1, 0.25, 0.3, 0.45, 0.5, 0.5, 0.65, 0.7, 0.75, 0.85, 0.9)
WON = (4, 7, 12)  # of each 15 clients
AGAIN = (4, 7)  # of them, who has bought once more since
LOST = (2, 9, 13)
ORDERED = (4, 7)
PATIENCE = (15, 12, 10, 10, 8)  # working days until a deal on an open stage is stuck


class Deals(Part):
    """Creates the deals; the open ones are remembered with their clients."""

    def load(self):
        stages = self.env["crm.stage"].search([("team_ids", "in", [False, self.company.team.id])])
        self.open_stages = stages.filtered(lambda stage: not stage.is_won)
        self.won_stage = stages.filtered("is_won")[:1]
        self.repeat_stage = stages.filtered("is_won")[-1:]
        for stage, level in stages._propose_levels().items():
            if not stage.funnel_level:
                stage.funnel_level = level
        for stage, days in zip(self.open_stages, PATIENCE, strict=False):
            stage.max_days = stage.max_days or days
        self._create_open()
        self.first_won = {}
        won = self._create_closed(WON, self._won_values)
        self.first_won = {client.partner: deal for client, deal in won}
        won += self._create_closed(AGAIN, self._repeat_values)
        self._create_closed(LOST, self._lost_values)
        self._create_orders([(client, deal) for client, deal in won if self._turn(client) in ORDERED])

    def _turn(self, client):
        return self.company.clients.index(client) % len(OPEN_DEALS)

    def _create(self, clients, prepare):
        """:param prepare: method that gives a client's deal its own values and its first day
        :return: list of (client, deal)
        """
        prepared = [self._prepare_deal(client, *prepare(client)) for client in clients]
        deals = self.env["crm.lead"].create([values for values, _moment in prepared])
        self.company.backdate(
            deals, [moment for _values, moment in prepared], [deal.user_id for deal in deals]
        )
        self._tell_moves(deals)
        return list(zip(clients, deals, strict=True))

    def _tell_moves(self, deals):
        """How the deals came to their stages, in place of the one row that says that they are there."""
        Move = self.env["sales.stage.move"]
        Move.search([("lead_id", "in", deals.ids)]).unlink()
        moves = Move.create([values for deal in deals for values in self._prepare_moves(deal)])
        self.company.backdate(moves, moves.mapped("date"), [move.user_id for move in moves])
        Move._count_ranks(SQL("lead_key = ANY(%s)", deals.ids))

    def _prepare_moves(self, deal):
        """:return: list of values, from the first stage to the last, spread over the deal's life"""
        way = [stage for stage in self.open_stages if stage.sequence <= deal.stage_id.sequence]
        events = [("created", way[0], way[0])]
        events += [("moved", before, after) for before, after in pairwise(way)]
        if deal.won_status == "won":
            events.append(("won", way[-1], deal.stage_id))
        elif deal.won_status == "lost":
            events.append(("lost", deal.stage_id, deal.stage_id))
        begin = deal.create_date
        end = max(deal.date_closed or deal.date_last_stage_update, begin)
        pace = (end - begin) / max(len(events) - 1, 1)
        return [
            {
                "lead_id": deal.id,
                "lead_key": deal.id,
                "lead_name": deal.name,
                "user_id": deal.user_id.id,
                "team_id": deal.team_id.id,
                "company_id": self.env.company.id,
                "currency_id": self.env.company.currency_id.id,
                "stage_from_id": before.id if outcome != "created" else False,
                "stage_to_id": after.id,
                "level_from": before.funnel_level if outcome != "created" else False,
                "level_to": after.funnel_level,
                "outcome": outcome,
                "date": begin + number * pace,
                "days_in_stage": pace / timedelta(days=1) if number else 0,
                "amount": deal.expected_revenue,
                "lost_reason_id": deal.lost_reason_id.id if outcome == "lost" else False,
            }
            for number, (outcome, before, after) in enumerate(events)
        ]

    def _prepare_deal(self, client, values, first_day):
        moment = self.days.moment(self.days.past[first_day], self.book.random.randrange(480))
        manager = values.pop("user", client.manager_on(first_day))
        return {
            "name": self.book.choice("deals"),
            "type": "opportunity",
            "partner_id": client.partner.id,
            "user_id": manager.id,
            "team_id": self.company.team.id,
            "expected_revenue": self._amount(),
            "priority": self.book.random.choice("00112"),
            "date_open": moment,
            **values,
        }, moment

    def _amount(self):
        """:return: what a deal may bring, a round figure"""
        prices = [price for _code, _name, price, _unit in self.book["products"]]
        mean = sum(prices) / len(prices) * self.company.price_rate
        return round(mean * self.book.random.randrange(200, 4000), -2) or 100

    # ------------------------------------------------------
    # Open and closed
    # ------------------------------------------------------

    def _create_open(self):
        clients = [c for c in self.company.clients for _n in range(OPEN_DEALS[self._turn(c)])]
        for client, deal in self._create(clients, self._open_values):
            client.deals.append(deal)

    def _open_values(self, _client):
        first_day = self.book.random.randrange(len(self.days.past) - 45, len(self.days.past) - 8)
        last_move = self.book.random.randrange(first_day, len(self.days.past))
        stage = self.book.random.choice(STAGES)
        return {
            "stage_id": self.open_stages[int(stage * len(self.open_stages))].id,
            "date_deadline": self.days.today + timedelta(days=self.book.random.randrange(3, 60)),
            "date_last_stage_update": self.days.moment(self.days.past[last_move], 420),
        }, first_day

    def _create_closed(self, turns, prepare):
        clients = [c for c in self.company.clients if self._turn(c) in turns]
        return self._create(clients, prepare)

    def _won_values(self, client):
        values, first_day = self._closed_values(client)
        return {**values, "stage_id": self.won_stage.id, "probability": 100}, first_day

    def _repeat_values(self, client):
        """Some weeks after the first deal of the client."""
        first = self.first_won[client.partner]
        day = self.days.index_of(first.date_closed.date())
        last_day = min(day + self.book.random.randrange(25, 90), len(self.days.past) - 3)
        values, first_day = self._closed_on(client, last_day)
        return {**values, "stage_id": self.repeat_stage.id, "probability": 100}, max(first_day, day)

    def _lost_values(self, client):
        values, first_day = self._closed_values(client)
        reasons = self.env["crm.lost.reason"].search([])
        stage = self.book.random.choice(self.open_stages)
        reason = self.book.random.choice(reasons) if reasons else reasons
        return {
            **values,
            "active": False,
            "probability": 0,
            "stage_id": stage.id,
            "lost_reason_id": reason.id,
        }, first_day

    def _closed_values(self, client):
        return self._closed_on(client, self.book.random.randrange(25, len(self.days.past) - 5))

    def _closed_on(self, client, last_day):
        """:return: who closed it and when, and its first day"""
        first_day = last_day - self.book.random.randrange(8, 25)
        closed = self.days.moment(self.days.past[last_day], self.book.random.randrange(480))
        return {
            "user": client.manager_on(last_day),
            "date_closed": closed,
            "date_last_stage_update": closed,
            "date_deadline": self.days.past[last_day],
        }, first_day

    # ------------------------------------------------------
    # Orders
    # ------------------------------------------------------

    def _create_orders(self, won):
        """Confirmed orders that the won deals brought; money says what became of them.

        :param won: list of (client, deal)
        """
        orders = self.env["sale.order"].create([self._prepare_order(client, deal) for client, deal in won])
        orders.action_confirm()
        moments = [deal.date_closed for _client, deal in won]
        self.company.date_orders(orders, moments)
        for (client, deal), order in zip(won, orders, strict=True):
            deal.expected_revenue = order.amount_untaxed
            self.company.orders.append((client, order, self.days.index_of(deal.date_closed.date())))
        self.company.backdate(orders, moments, [deal.user_id for _client, deal in won])

    def _prepare_order(self, client, deal):
        return {
            **self.company.prepare_order(client, deal.user_id, self.days.index_of(deal.date_closed.date())),
            "opportunity_id": deal.id,
        }
