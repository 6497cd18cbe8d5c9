from odoo import models

from ..tools.credit import CreditReason
from ..tools.partner_keys import vat_keys


class SalesCreditDocument(models.AbstractModel):
    """A new card of a firm that has a contract, or owes, would begin without limit and debt."""

    # Beside the gate itself
    _inherit = "sales.credit.document"  # pylint: disable=consider-merging-classes-inherited

    def _reasons_of(self, standing, contract):
        reasons = super()._reasons_of(standing, contract)
        if not standing.contract_id and not standing.had_contract:
            twin = self._credit_twin(standing.client_id)
            if twin:
                reasons.append(self._reason_same_firm(standing, twin))
        return reasons

    def _credit_twin(self, client_id):
        """:return: another card with the client's tax number that has a contract with the company, or an
        overdue debt; at most one, with all rights
        """
        company = self._credit_company()
        # sudo: what stops a document does not depend on who asks
        client = self.env["res.partner"].sudo().with_company(company).browse(client_id)
        keys = {("vat", key) for key in vat_keys(client.vat)}
        if not keys:
            return client.browse()
        owners = client.env["sales.partner.key"]._owners(keys)
        twins = client.browse({partner for _kind, _value, partner, _owner in owners}).commercial_partner_id
        twins -= client
        if not twins or not self._credit_is_tax_number(client):
            return client.browse()
        standings = self.env["sales.credit"].sudo()._standings(twins, company)
        return twins.filtered(lambda twin: self._credit_counts_for_twins(standings[twin.id]))[:1]

    def _credit_is_tax_number(self, client):
        """:return: whether the number is a real one by the rules of its country"""
        country = client.country_id or self._credit_company().sudo().country_id
        number, _code = client._run_vat_checks(country, client.vat, validation="setnull")
        return bool(number)

    def _credit_counts_for_twins(self, standing):
        """:return: whether another card of the same firm may not buy beside this one"""
        overdue = standing.overdue_counting - standing.tolerance_amount
        return (
            standing.contract_id
            or standing.had_contract
            or self._credit_company().currency_id.compare_amounts(overdue, 0) > 0
        )

    def _reason_same_firm(self, standing, twin):
        """Whoever may not see the other card hears what he hears when he types a client in twice."""
        if twin.sudo(False)._filtered_access("read"):
            text = self.env._(
                "%(client)s is the same firm as %(twin)s by its tax number, and the contract or the debt is "
                "there. Sell to %(twin)s, or ask the head of sales to merge the cards.",
                client=self._credit_name(standing),
                twin=twin.display_name,
            )
        elif twin.user_id:
            text = self.env._(
                "%(client)s has the tax number of a client with a contract or a debt, served by %(manager)s. "
                "Ask the head of sales which card to sell to.",
                client=self._credit_name(standing),
                manager=twin.user_id.name,
            )
        else:
            text = self.env._(
                "%(client)s has the tax number of a client with a contract or a debt. Ask the head of sales "
                "which card to sell to.",
                client=self._credit_name(standing),
            )
        return CreditReason("same_firm", standing.client_id, text=text)
