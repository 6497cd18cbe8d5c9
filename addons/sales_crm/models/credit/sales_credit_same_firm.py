from odoo import api, models
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
        for client, twins in self._cards_of_one_number(clients).items():
            # sudo: what stops a document does not depend on who asks
            if not self._is_tax_number(clients.sudo().browse(client), company):
                continue
            cards = {client, *twins}
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

    @api.model
    def _cards_of_one_number(self, clients):
        """In all companies, archived or not: what is owed is owed.

        :return: dict partner id -> ids of other commercial partners with his tax number; without those of
            whom there is none
        """
        if not clients.ids:
            return {}
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT key.partner_id, ARRAY_AGG(DISTINCT partner.commercial_partner_id)
                  FROM sales_partner_key key
                  JOIN sales_partner_key twin ON twin.kind = key.kind AND twin.value = key.value
                  JOIN res_partner partner ON partner.id = twin.partner_id
                 WHERE key.kind = 'vat' AND key.partner_id = ANY(%s)
                   AND partner.commercial_partner_id != key.partner_id
                 GROUP BY key.partner_id
                """,
                clients.ids,
            )
        )
        return dict(rows)

    @api.model
    def _is_tax_number(self, client, company):
        """:return: whether the client's number is a real one by the rules of its country"""
        client = client.with_company(company)
        country = client.country_id or company.sudo().country_id
        number, _code = client._run_vat_checks(country, client.vat, validation="setnull")
        return bool(number)
