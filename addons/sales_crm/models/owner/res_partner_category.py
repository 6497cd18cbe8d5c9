from odoo import api, models


class ResPartnerCategory(models.Model):
    """A tag is put on clients, and taken off, by who may change these; from its own side as well."""

    _inherit = "res.partner.category"

    @api.model_create_multi
    def create(self, vals_list):
        tags = super().create(vals_list)
        tags._check_may_tag(tags._tagged())
        return tags

    def write(self, vals):
        if "partner_ids" not in vals:
            return super().write(vals)
        before = {tag: tag._tagged() for tag in self}
        res = super().write(vals)
        for tag, partners in before.items():
            now = tag._tagged()
            self._check_may_tag((now - partners) | (partners - now))
        return res

    def unlink(self):
        self._check_may_tag(self._tagged())
        return super().unlink()

    def _tagged(self):
        """:return: the partners with one of these tags, whoever may see them"""
        # sudo: only asked about
        return self.sudo().with_context(active_test=False).partner_ids.sudo(self.env.su)

    def _check_may_tag(self, partners):
        """:raise AccessError: a restricted manager may not change one of ``partners``"""
        if partners and self._sales_checks_references():
            partners.check_access("write")
