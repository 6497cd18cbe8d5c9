from odoo import models


class ResPartner(models.Model):
    # Beside the card of the client, which is long enough by itself
    _inherit = "res.partner"

    def action_view_client_history(self):
        """:return: the list of all that happened with the client that this is or belongs to"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_client_history_action_one"),
            "domain": [("client_id", "=", self.client_id.id)],
            "context": {"one_client": True},
        }
