from odoo import models
from odoo.tools import float_compare

from ...tools.credit import CreditReason, CreditStanding


class SaleOrder(models.Model):
    """A deferral longer than the contract's is credit that nobody gave."""

    # Beside the limit, another matter
    _inherit = "sale.order"

    def write(self, vals):
        if "payment_term_id" not in vals:
            return super().write(vals)
        # sudo: what is asked of an order does not depend on who writes
        before = {order: order._credit_deferral() for order in self.sudo() if order.state == "sale"}
        res = super().write(vals)
        longer = [order for order, days in before.items() if order._credit_deferral() > days]
        self.sudo().browse().union(*longer)._credit_enforce()
        return res

    def _credit_reasons(self, amount, standings):
        reasons = super()._credit_reasons(amount, standings)
        standing = standings.get(amount[0]) or CreditStanding(amount[0])
        if float_compare(amount[2], 0, precision_digits=6) <= 0 or self._credit_is_prepaid(standing):
            return reasons
        paying = self.env["sales.credit"]._together(standing, standings)
        # sudo: the contract stands on the order, or is the payer's
        contract = self._credit_contract() or self.env["sales.contract"].sudo().browse(paying.contract_id)
        days, agreed = self._credit_deferral(), self._credit_days_of(contract.payment_term_id)
        if contract and days > agreed:
            reasons = [*reasons, self._reason_deferral(standing, contract, days, agreed)]
        return reasons

    def _credit_deferral(self):
        """:return: days from today until the order's last instalment would be due"""
        return self._credit_days_of(self.payment_term_id)

    def _credit_days_of(self, term):
        today = (self._credit_company() if self.company_id else self.env.company)._sales_today()
        # sudo: terms are accounting's
        return max(((line._get_due_date(today) - today).days for line in term.sudo().line_ids), default=0)

    def _reason_deferral(self, standing, contract, days, agreed):
        text = self.env._(
            "%(client)s: the order gives %(days)s days to pay, the contract %(contract)s %(agreed)s.",
            client=self._credit_name(standing),
            days=days,
            contract=self._credit_contract_name(standing, contract),
            agreed=agreed,
        )
        return CreditReason("deferral", standing.client_id, days=days - agreed, text=text)

    def _credit_contract_name(self, standing, contract):
        """:param contract: with all rights
        :return: what a user reads of it; that of another card of the firm may be none of his business
        """
        own = contract == self._credit_contract() or contract.client_id.id == standing.client_id
        seen = own or contract.sudo(False)._filtered_access("read")
        return contract.display_name if seen else "…"
