from odoo import api, models


class SaleReport(models.Model):
    _inherit = "sale.report"

    _sales_guard_path = "partner_id"

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("partner_id", "user_id", mode)


class AccountInvoiceReport(models.Model):
    _inherit = "account.invoice.report"

    _sales_guard_path = "partner_id"

    @api.model
    def _sales_guard_domain(self, mode):
        return self._sales_guard_by_owner("partner_id", "invoice_user_id", mode)


class CrmActivityReport(models.Model):
    _inherit = "crm.activity.report"

    _sales_guard_path = "lead_id"
