from odoo import api, models
from odoo.exceptions import AccessError


class ResPartner(models.Model):
    """A card that owes together with others, by its tax number, stays with them until all is paid: with
    another number it would have a limit of its own, or none.
    """

    # Beside whose client it is, which is another question
    _inherit = "res.partner"

    @api.model
    def _sales_firm_fields(self):
        """:return: set of the names of the fields by which a card may leave its firm"""
        return {"company_type", "country_id", "is_company", "parent_id", "vat"}

    def write(self, vals):
        if not self._sales_firm_fields() & vals.keys():
            return super().write(vals)
        # sudo: who owes together does not depend on who asks
        cards = self._sales_plain().sudo()
        before = cards._sales_owing_together()
        numbers = {card: card.vat for card in cards.browse(before)}
        res = super().write(vals)
        for card, number in numbers.items():
            left = card._sales_no_longer_with(before[card.id])
            if left:
                self._sales_check_may_separate(card)
                card._sales_trace_separated(number, left)
        return res

    def _sales_owing_together(self):
        """:return: dict id of a card -> ids of the other cards with which it owes anything; none, if nothing
        is open
        """
        Credit = self.env["sales.credit"]
        clients = self | self.commercial_partner_id
        owing = {}
        if not Credit._cards_of_one_number(clients):
            return owing
        for company in self.env["res.company"].search([("parent_id", "=", False)]):
            standings = Credit._standings_of_firms(clients, company)
            debtors = {card: set(Credit._debtor(card, standings)) for card in standings}
            for client in clients:
                others = debtors[client.id] | {c for c, owers in debtors.items() if client.id in owers}
                owes = [card for card in others | {client.id} if standings[card].owes_anything]
                if owes and others - {client.id}:
                    owing.setdefault(client.id, set()).update(others - {client.id})
        return owing

    def _sales_no_longer_with(self, cards):
        """:param cards: ids of the cards with which it owed
        :return: those of them with which it no longer does
        """
        companies = self.env["res.company"].search([("parent_id", "=", False)])
        own, left = self.commercial_partner_id, self.browse()
        for company in companies:
            mates = {own.id, *self.env["sales.credit"]._same_firm(own, company)[own.id]}
            left |= self.browse(cards).filtered(
                lambda card, mates=mates: card.commercial_partner_id.id not in mates
            )
        return left

    def _sales_check_may_separate(self, card):
        """:raise AccessError: the current user may not let the card leave its firm"""
        user = self.env.user
        may = ("sales_crm.group_head", "sales_crm.group_credit_controller")
        if not self.env.su and not any(user.has_group(group) for group in may):
            raise AccessError(
                self.env._(
                    "%(card)s owes together with other cards by its tax number, and not all is paid. Ask the "
                    "head of sales or a credit controller to change it, or wait for the payment.",
                    card=card.display_name,
                )
            )

    def _sales_trace_separated(self, number, left):
        """Without the names of the others: whoever sees this card need not see them."""
        self._message_log(
            body=self.env._(
                "Left the firm with the tax number %(number)s while not all was paid: it no longer owes "
                "together with its other cards (%(count)s).",
                number=number,
                count=len(left),
            )
        )
