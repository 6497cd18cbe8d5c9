from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Two clients of one entry, both in a plan: core would delete one activity, as its key is taken."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        self._release_second_debts(self.env["res.partner"].browse(partner_ids).exists())
        return super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)

    @api.model
    def _release_second_debts(self, partners):
        """Of several open activities to get one entry paid by these partners only the first goes on naming
        it; the others stay in the plans.
        """
        # sudo: whoever's plan it is in
        Activity = self.env["mail.activity"].sudo()
        activities = Activity.search([("unpaid_client_id", "in", partners.ids)], order="date_deadline, id")
        for of_entry in activities.filtered("unpaid_move_id").grouped("unpaid_move_id").values():
            of_entry[1:].write({"unpaid_move_id": False})
