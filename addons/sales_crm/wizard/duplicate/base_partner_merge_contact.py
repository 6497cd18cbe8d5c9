from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """What both were reached by is kept once; who asked not to be called is not called."""
        partners = self.env["res.partner"].browse(partner_ids).exists()
        # sudo: the result is the same whoever merges
        refused = partners.sudo().filtered("do_not_call")
        values = {"do_not_call": bool(refused), "do_not_call_reason": refused[:1].do_not_call_reason}
        firsts = {name: [p[name] for p in partners.sudo() if p[name]] for name in ("phone", "email")}
        years = partners.sudo().mapped("birthday_activity_year")
        res = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        merged = partners.sudo().exists()
        if not merged:
            return res
        if values["do_not_call"] and not merged[0].do_not_call:
            merged[0].write(values)
        merged[0].birthday_activity_year = max(years, default=0)
        merged[0]._keep_as_channels(firsts)
        self.env["sales.contact.channel"]._drop_twins(merged)
        return res
