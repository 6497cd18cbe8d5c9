from odoo import api, models, tools
from odoo.tools import SQL


class SalesCredit(models.AbstractModel):
    """Cards with one tax number are one legal person, whatever branches it has: it owes what all of them
    owe. See ``sales.credit.document`` for how they are counted together.
    """

    # Beside the standing of the clients
    _inherit = "sales.credit"

    @api.model
    def _lock(self, clients):
        """Whoever uses up the limit of a firm by one of its cards keeps all of them."""
        twins = self._cards_of_one_number(clients)
        return super()._lock(
            clients.browse({*clients.ids, *twins, *(id_ for ids in twins.values() for id_ in ids)})
        )

    @api.model
    def _same_firm(self, clients, company):
        """:param clients: commercial partners
        :param company: the company that sells
        :return: dict partner id -> sorted tuple of the ids of the other cards of the same firm, for each of
            ``clients`` and of those other cards
        """
        firms = dict.fromkeys(clients.ids, ())
        numbers = self._cards_of_one_number(clients)
        # sudo: what stops a document does not depend on who asks
        for client in clients.sudo().browse(numbers):
            if not self._is_tax_number(client, company):
                continue
            cards = {client.id, *numbers[client.id]}
            for card in cards:
                firms[card] = tuple(sorted((cards | set(firms.get(card, ()))) - {card}))
        return firms

    @api.model
    def _standings_of_firms(self, clients, company, **others):
        """:param others: see :meth:`_standings`
        :return: dict partner id -> CreditStanding, of ``clients`` and of the other cards of their firms
        """
        firms = self._same_firm(clients, company)
        standings = self._standings(clients.browse(firms), company, **others)
        return {client: standing._replace(same_firm=firms[client]) for client, standing in standings.items()}

    @api.model
    def _debtor(self, client_id, standings):
        """:param dict standings: of all cards of the firm
        :return: list of the ids of the cards that owe together with the client's: his own first, then the one
            with the contract
        """
        own = standings.get(client_id)
        others = [card for card in own.same_firm if card in standings] if own else []
        holders = [
            card for card in sorted([client_id, *others]) if card in standings and standings[card].contract_id
        ]
        main = holders[:1]
        if own and own.contract_id and main != [client_id]:
            return [client_id]
        owing = [card for card in others if card not in holders]
        return list(dict.fromkeys([client_id, *main, *owing]))

    @api.model
    def _together(self, standing, standings):
        """:param standing: of a client, as it is looked at; ``standings`` has the others'
        :return: CreditStanding of the debtor that he is with the other cards of his firm
        """
        _client, *others = self._debtor(standing.client_id, standings)
        if not others:
            return standing
        cards = [standing, *(standings[card] for card in others)]
        main = next((card for card in cards if card.contract_id), None)
        # sudo: the terms by which the firm buys
        contract = self.env["sales.contract"].sudo().browse(main.contract_id if main else None)
        days = contract.overdue_tolerance_days
        own, *rest = [card if card.contract_id else card.within(days) for card in cards]
        return own.together(rest, main)

    # ------------------------------------------------------
    # What a card shows
    # ------------------------------------------------------

    @api.model
    def _figures_sql(self, company, client_ids=None):
        """:param client_ids: None for all clients
        :return: SQL of a row per client with what cards and lists show of him: the figures of
            :meth:`_standing_sql`, but what is available, and the state, of the whole firm
        """
        standing = self._standing_sql(company, client_ids)
        rows = self._figures_of_firms(company, client_ids)
        if not rows:
            return standing
        clients, available, states = zip(*rows, strict=True)
        return SQL(
            """
            SELECT standing.client_id, standing.receivable, standing.overdue, standing.overdue_days,
                   standing.contract_id, COALESCE(firm.state, standing.state) AS state,
                   CASE WHEN firm.client_id IS NULL THEN standing.available ELSE firm.available END
                       AS available
              FROM (%s) standing
              LEFT JOIN unnest(%s::int[], %s::float[], %s::varchar[]) AS firm(client_id, available, state)
                     ON firm.client_id = standing.client_id
            """,
            standing,
            list(clients),
            list(available),
            list(states),
        )

    @api.model
    def _figures_of_firms(self, company, client_ids):
        """Whether goods leave is said of the whole firm; amounts only of those cards that the user may see.

        :return: list of (client id, what is available or None, state), of clients who owe with others
        """
        clients = self.env["res.partner"].browse(client_ids or [])
        numbers = self._cards_of_one_number(None if client_ids is None else clients)
        if not numbers:
            return []
        standings = self._standings_of_firms(clients.browse(numbers), company)
        seen = set(clients.browse(standings)._filtered_access("read")._ids)
        self._fetch_terms(standings)
        rows = []
        for client in numbers:
            standing = standings.get(client)
            if not standing or not standing.same_firm:
                continue
            cards = [card for card in standing.same_firm if card in seen]
            shown = {card: standings[card] for card in (client, *cards) if card in standings}
            rows.append((client, *self._figures_of_firm(company, standing, standings, shown)))
        return rows

    @api.model
    def _figures_of_firm(self, company, standing, standings, shown):
        available = self._together(standing, shown).available
        state = self._together(standing, standings).state(company.currency_id.decimal_places)
        return available if available is None else company.currency_id.round(available), state

    @api.model
    def _fetch_terms(self, standings):
        """All at once, for :meth:`_together`."""
        # sudo: the terms by which the firms buy
        contracts = self.env["sales.contract"].sudo()
        ids = {standing.contract_id for standing in standings.values() if standing.contract_id}
        contracts.browse(ids).fetch(["overdue_tolerance_days"])

    @api.model
    def _counted_with(self, clients, company):
        """:return: dict partner id -> ids of the other cards that owe together with his"""
        firms = self._same_firm(clients, company)
        together = clients.filtered(lambda client: firms[client.id])
        # Most clients are alone, and standings are what takes long
        standings = self._standings_of_firms(together, company) if together else {}
        return {client.id: self._debtor(client.id, standings)[1:] for client in clients}

    @api.model
    def _cards_of_one_number(self, clients):
        """In all companies, archived or not: what is owed is owed.

        :param clients: None for all
        :return: dict partner id -> ids of other commercial partners with his tax number; without those of
            whom there is none
        """
        if clients is not None and not clients.ids:
            return {}
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT key.partner_id, ARRAY_AGG(DISTINCT partner.commercial_partner_id)
                  FROM sales_partner_key key
                  JOIN sales_partner_key twin ON twin.kind = key.kind AND twin.value = key.value
                  JOIN res_partner partner ON partner.id = twin.partner_id
                 WHERE key.kind = 'vat' AND %s
                   AND partner.commercial_partner_id != key.partner_id
                 GROUP BY key.partner_id
                """,
                self._of_clients_sql("key", "partner_id", None if clients is None else clients.ids),
            )
        )
        return dict(rows)

    @api.model
    def _is_tax_number(self, client, company):
        """:return: whether the client's number is a real one by the rules of its country"""
        # sudo: where a company sits is no secret
        country = client.country_id or company.sudo().country_id
        return self._is_number_of(country.id, client.vat)

    @api.model
    @tools.ormcache("country_id", "number")
    def _is_number_of(self, country_id, number):
        """Core asks the database for each number anew; whether one is real never changes."""
        # sudo: rules of countries, whoever asks
        partners = self.env["res.partner"]._sales_plain().sudo()
        country = partners.env["res.country"].browse(country_id)
        real, _code = partners._run_vat_checks(country, number, validation="setnull")
        return bool(real)
