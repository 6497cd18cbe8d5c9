from odoo import models


class SalesCreditDocument(models.AbstractModel):
    """Whoever is to believe a client reads how often he kept his word."""

    _inherit = "sales.credit.document"

    def _credit_reasons_of(self, standing, standings, excused=()):
        reasons = super()._credit_reasons_of(standing, standings, excused=excused)
        if not reasons:
            return reasons
        company = self._credit_company()
        # sudo: who is told what the client on the document owes may know whether he pays as promised
        client = self.env["res.partner"].sudo().browse(standing.client_id)
        kept = client.with_context(allowed_company_ids=company.ids).promise_summary
        if not kept:
            return reasons
        text = self.env._(
            "%(reason)s Promises to pay kept in 12 months: %(kept)s.", reason=reasons[0].text, kept=kept
        )
        return [reasons[0]._replace(text=text), *reasons[1:]]
