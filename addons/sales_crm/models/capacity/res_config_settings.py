from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_day_capacity = fields.Integer(related="company_id.sales_day_capacity", readonly=False)
    sales_day_is_limited = fields.Boolean(
        "Limit of a Manager's Day", default=lambda self: bool(self.env.company.sales_day_capacity)
    )

    @api.onchange("sales_day_is_limited")
    def _onchange_sales_day_is_limited(self):
        if self.sales_day_is_limited and not self.sales_day_capacity:
            # sudo: a default, whoever asks
            defaults = self.env["res.company"].sudo().default_get(["sales_day_capacity"])
            self.sales_day_capacity = defaults["sales_day_capacity"]

    def set_values(self):
        """:raise ValidationError: a limit of no activities"""
        res = super().set_values()
        for settings in self:
            if not settings.sales_day_is_limited:
                settings.company_id.sales_day_capacity = 0
            elif settings.sales_day_capacity < 1:
                raise ValidationError(
                    self.env._(
                        "A manager's day must hold one activity at least, or nothing would be planned. If "
                        "there is to be no limit, switch it off."
                    )
                )
        return res
