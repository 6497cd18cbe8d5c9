from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        # A user writes his own preferences as the superuser: who asks is who counts
        own = self.env.user.partner_id & self if "tz" in vals else self.browse()
        if not own or not self.env.user._is_measured():
            return super().write(vals)
        # sudo: his own time zone. As his it may be in the cache already
        user, partner = self.env.user.sudo(), own.sudo()
        default = user.company_id._sales_timezone().zone
        before = partner.tz or default
        res = super().write(vals)
        after = partner.tz or default
        if before != after:
            user._tell_own_time_zone(before, after)
        return res
