from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def write(self, vals):
        if "partner_id" in vals:
            # sudo: compared only
            partner = self.env["res.partner"].sudo().browse(vals["partner_id"] or [])
            self.env["calendar.event"]._sales_of_deals(self)._sales_keep_client(partner.client_id)
        return super().write(vals)

    def unlink(self):
        self.check_access("unlink")
        self.env["calendar.event"]._sales_of_deals(self)._sales_keep_client(self.env["res.partner"])
        return super().unlink()
