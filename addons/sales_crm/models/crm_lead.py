from odoo import api, models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "sales.client.document"]

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._make_clients()
        return leads

    def _make_clients(self):
        """Whoever works on the deal is the manager of a client that has none yet."""
        for manager, leads in self.grouped("user_id").items():
            leads.partner_id._make_client(manager)

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._make_clients()
        return res

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        if not parent_id:
            values["is_client"] = True
        return values
