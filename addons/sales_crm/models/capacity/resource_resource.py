from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    sales_day_capacity = fields.Integer(
        "Activities a Day",
        compute="_compute_sales_day_capacity",
        inverse="_inverse_sales_day_capacity",
        groups="sales_crm.group_head",
        help="So many activities fit into his day. It follows the company's settings until another number is "
        "entered here.",
    )

    @api.depends("user_id.sales_day_capacity", "user_id.company_id.sales_day_capacity")
    def _compute_sales_day_capacity(self):
        # sudo: how much fits into a colleague's day is no secret, his record is
        capacities = self.user_id.sudo()._sales_day_capacities()
        for resource in self:
            resource.sales_day_capacity = capacities.get(resource.user_id.id, 0)

    def _inverse_sales_day_capacity(self):
        for resource in self:
            # sudo: a head says how much fits into his managers' days, nothing else of the user
            user = resource.user_id.sudo()
            usual = user.company_id.sales_day_capacity
            if resource.sales_day_capacity < 1 and usual:
                raise ValidationError(
                    self.env._(
                        "A day of %(user)s must hold one activity at least, or nothing would be planned for "
                        "him. Usual in the company are %(usual)s.",
                        user=user.name,
                        usual=usual,
                    )
                )
            own = resource.sales_day_capacity
            user.sales_day_capacity = own if own != usual else 0
