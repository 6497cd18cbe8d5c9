from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _action_managers_working_time(self):
        """:return: the list of managers with calendar and time zone, complete and editable"""
        managers = self.env["sales.morning"]._managers()
        managers._sales_create_resources()
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.resource_resource_action_managers")
        action["domain"] = [("user_id", "in", managers.ids)]
        return action
