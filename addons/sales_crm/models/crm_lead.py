from odoo import api, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "sales.client.document"]

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads.partner_id._make_client()
        return leads

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self.partner_id._make_client()
        return res

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        if not parent_id:
            values["is_client"] = True
        return values
