from odoo import api, fields, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    sales_day_capacity = fields.Integer(
        "Activities a Day",
        compute="_compute_sales_day_capacity",
        inverse="_inverse_sales_day_capacity",
        groups="sales_crm.group_head",
        help="So many activities fit into his day. 0: as many as the company's settings say.",
    )

    @api.depends("user_id.sales_day_capacity")
    def _compute_sales_day_capacity(self):
        for resource in self:
            # sudo: how much fits into a colleague's day is no secret, his record is
            resource.sales_day_capacity = resource.user_id.sudo().sales_day_capacity

    def _inverse_sales_day_capacity(self):
        for resource in self:
            # sudo: a head says how much fits into his managers' days, nothing else of the user
            resource.user_id.sudo().sales_day_capacity = resource.sales_day_capacity
