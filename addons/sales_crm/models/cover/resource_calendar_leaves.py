from odoo import fields, models
from odoo.exceptions import UserError


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    sales_absent_id = fields.Many2one(related="resource_id.user_id", string="Manager Away", help="")

    def action_sales_cover(self):
        """:return: the form of a new cover for the manager and the dates of this leave
        :raise UserError: the leave is nobody's, like a holiday of the whole company
        """
        self.ensure_one()
        if not self.sales_absent_id:
            raise UserError(
                self.env._("“%s” is nobody's own leave: there is nothing to cover.", self.name or "")
            )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_crm.sales_cover_action_new"),
            "context": {
                "default_is_cover": True,
                "default_scope": "managers",
                **self._prepare_cover_defaults(),
            },
        }

    def _prepare_cover_defaults(self):
        """:return: dict of defaults for the form of a cover"""
        absent = self.sales_absent_id.sudo()  # sudo: a time zone is no secret
        first, last = (absent._sales_local(moment).date() for moment in (self.date_from, self.date_to))
        return {
            "default_manager_ids": self.sales_absent_id.ids,
            "default_date_from": fields.Date.to_string(first),
            "default_date_to": fields.Date.to_string(last),
            "default_reason": self.name or False,
        }
