from odoo import models

from ..tools.credit import CreditReason


class SalesCreditDocument(models.AbstractModel):
    """The cards of one firm, by its tax number, are one debtor: they owe together, up to one limit. A branch
    whose goods fit in is not held up, and nobody gets a fresh limit by a second card.

    A card that shall have a limit of its own gets a contract of its own, which the head of sales activates.
    Whoever has none buys by the contract of the oldest card that has one in force.
    """

    # Beside the gate itself
    _inherit = "sales.credit.document"  # pylint: disable=consider-merging-classes-inherited

    def _credit_reasons_of(self, standing, standings, excused=()):
        """:param standing: of who shall pay or get the goods
        :param excused: codes of what is no reason here
        :return: list of CreditReason, of him with the other cards of his firm
        """
        Credit, contract = self.env["sales.credit"], self._credit_contract()
        together = Credit._together(standing, standings)
        reasons = [reason for reason in self._reasons_of(together, contract) if reason.code not in excused]
        others = Credit._debtor(standing.client_id, standings)[1:]
        if not reasons or not others:
            return reasons
        # sudo: whether he may see them is asked below
        cards = self.env["res.partner"].sudo().browse(others)
        seen = cards.sudo(False)._filtered_access("read")
        if seen != cards:
            codes = {reason.code for reason in reasons}
            reasons = [reason for reason in self._reasons_of(standing, contract) if reason.code in codes]
        return [*reasons, self._reason_same_firm(standing, (cards - seen or cards)[0])]

    def _reason_same_firm(self, standing, twin):
        """Whoever may not see the other card hears what he hears when he types a client in twice, and no
        figures of it.
        """
        values = {
            "client": self._credit_name(standing),
            "twin": twin.display_name,
            "manager": twin.user_id.name,
        }
        if twin.sudo(False)._filtered_access("read"):
            text = self.env._(
                "%(client)s is the same firm as %(twin)s by its tax number: they owe together, up to one "
                "limit. For a limit of its own, the head of sales activates a contract with %(client)s.",
                **values,
            )
        elif twin.user_id:
            text = self.env._(
                "%(client)s has the tax number of a client served by %(manager)s: they owe together, up to "
                "one limit, and it is used up or not in force now. Ask the head of sales.",
                **values,
            )
        else:
            text = self.env._(
                "%(client)s has the tax number of another client: they owe together, up to one limit, and it "
                "is used up or not in force now. Ask the head of sales.",
                **values,
            )
        return CreditReason("same_firm", standing.client_id, text=text)
