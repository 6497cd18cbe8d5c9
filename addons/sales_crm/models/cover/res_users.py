from datetime import timedelta

from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _action_my_absences(self):
        """:return: the list of the current user's own days off, in which he may enter more"""
        user = self.env.user
        # sudo: the working time of a user who has none yet is made as the company works
        user.sudo()._sales_create_resources()
        resource = user.sudo()._sales_resource()
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_absence_action")
        tomorrow = user.sudo()._sales_today() + timedelta(days=1)
        action["context"] = {
            "default_resource_id": resource.id,
            "default_calendar_id": resource.calendar_id.id,
            "default_time_type": "leave",
            "default_sales_date_first": tomorrow,
            "default_sales_date_last": tomorrow,
        }
        return action
