from odoo import api, models
from odoo.fields import Domain


class UtmCampaign(models.Model):
    """What a campaign has brought is counted over the documents that one may see."""

    _inherit = "utm.campaign"

    @api.depends_context("uid")
    def _compute_quotation_count(self):
        res = super()._compute_quotation_count()
        if self.env["sales.access.rule"]._is_restricted():
            # Core counts as the server
            rows = (
                self.env["sale.order"]
                .sudo(False)
                ._read_group([("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"])
            )
            counts = {campaign.id: count for campaign, count in rows}
            for campaign in self:
                campaign.quotation_count = counts.get(campaign.id, 0)
        return res

    @api.depends_context("uid")
    def _compute_sale_invoiced_amount(self):
        res = super()._compute_sale_invoiced_amount()
        if self.env["sales.access.rule"]._is_restricted():
            guard = self.env["account.move.line"].sudo(False)._sales_guard_domain("read")
            # sudo: managers may not read entries; those of their clients are summed up
            rows = (
                self.env["account.move.line"]
                .sudo()
                ._read_group(guard & self._sales_campaign_lines(), ["move_id"], ["balance:sum"])
            )
            amounts = {}
            for move, balance in rows:
                amounts[move.campaign_id.id] = amounts.get(move.campaign_id.id, 0) - balance
            for campaign in self:
                campaign.invoiced_amount = amounts.get(campaign.id, 0)
        return res

    def _sales_campaign_lines(self):
        """:return: Domain of the lines that core sums up"""
        return (
            Domain("move_id.campaign_id", "in", self.ids)
            & Domain("move_id.state", "not in", ["draft", "cancel"])
            & Domain("move_id.move_type", "in", self.env["account.move"].get_invoice_types(True))
            & Domain("account_id", "!=", False)
            & Domain("display_type", "=", "product")
        )
