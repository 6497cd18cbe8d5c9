from odoo import models
from odoo.tools import formatLang

from ..tools.credit import CreditReason


class SalesCreditDocument(models.AbstractModel):
    """Why a client can't get a document's goods, in words."""

    # Beside the gate itself
    _inherit = "sales.credit.document"  # pylint: disable=consider-merging-classes-inherited

    def _reasons_of(self, standing, contract):
        """:return: list of CreditReason of a client who stands like this, with the document's contract"""
        currency = self._credit_company().currency_id
        reasons = []
        if standing.credit_limit is not None:
            over = standing.exposure - standing.credit_limit
            if currency.compare_amounts(over, 0) > 0:
                reasons.append(self._reason_over_limit(standing, over))
        if standing.commission_limit is not None:
            over = standing.open_commission - standing.commission_limit
            if currency.compare_amounts(over, 0) > 0:
                reasons.append(self._reason_over_commission(standing, over))
        if currency.compare_amounts(standing.overdue_counting, standing.tolerance_amount) > 0:
            reasons.append(self._reason_overdue(standing))
        if contract and contract.state != "draft" and not contract.is_in_force:
            reasons.append(self._reason_contract_expired(standing, contract))
        elif not standing.contract_id and (standing.had_contract or standing.contract_required):
            reasons.append(self._reason_no_contract(standing))
        return reasons

    def _reason_over_limit(self, standing, over):
        text = self.env._(
            "%(client)s: the credit limit of %(limit)s is exceeded by %(over)s (debt %(debt)s, orders not "
            "yet invoiced %(orders)s).",
            client=self._credit_name(standing),
            limit=self._credit_money(standing.credit_limit),
            over=self._credit_money(over),
            debt=self._credit_money(standing.receivable),
            orders=self._credit_money(standing.open_orders),
        )
        return CreditReason("over_limit", standing.client_id, over, limit=standing.credit_limit, text=text)

    def _reason_over_commission(self, standing, over):
        text = self.env._(
            "%(client)s: the limit of %(limit)s for goods on commission is exceeded by %(over)s.",
            client=self._credit_name(standing),
            limit=self._credit_money(standing.commission_limit),
            over=self._credit_money(over),
        )
        return CreditReason(
            "over_commission", standing.client_id, over, limit=standing.commission_limit, text=text
        )

    def _reason_overdue(self, standing):
        text = self.env._(
            "%(client)s: %(amount)s are overdue, the oldest for %(days)s days.",
            client=self._credit_name(standing),
            amount=self._credit_money(standing.overdue),
            days=standing.overdue_days,
        )
        return CreditReason("overdue", standing.client_id, standing.overdue, standing.overdue_days, text=text)

    def _reason_contract_expired(self, standing, contract):
        text = self.env._(
            "%(client)s: the contract %(contract)s isn't in force (%(state)s).",
            client=self._credit_name(standing),
            # sudo: the contract stands on the document
            contract=contract.sudo().display_name,
            state=contract._state_in_words(),
        )
        return CreditReason("contract_expired", standing.client_id, text=text)

    def _reason_no_contract(self, standing):
        text = self.env._(
            "%s has no contract in force; without one he gets goods for payment in advance only.",
            self._credit_name(standing),
        )
        return CreditReason("no_contract", standing.client_id, text=text)

    def _credit_name(self, standing):
        # sudo: the client stands on the document
        return self.env["res.partner"].sudo().browse(standing.client_id).display_name

    def _credit_money(self, amount):
        return formatLang(self.env, amount, currency_obj=self._credit_company().currency_id)

    def _credit_message(self, reasons):
        """:return: what a user reads when he presses the button"""
        return self.env._(
            "%(document)s can't go through:\n%(reasons)s\n%(way_out)s",
            document=self.display_name,
            reasons="\n".join(f"• {reason.text}" for reason in reasons),
            way_out=self._credit_way_out(reasons),
        )

    def _credit_way_out(self, reasons):
        """:return: what who is stopped can do: in the warehouse nobody asks for a release"""
        if not self.sudo(False).env["sales.credit.ask"].has_access("create"):
            return self.env._("Tell the client's manager: he can ask a credit controller for a release.")
        if all(reason.code == "deferral" for reason in reasons):
            return self.env._(
                "Choose the payment terms of the contract, or ask a credit controller for a release."
            )
        return self.env._("Wait for the payment, make it smaller, or ask a credit controller for a release.")
