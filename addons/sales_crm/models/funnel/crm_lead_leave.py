from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError


class CrmLead(models.Model):
    """A deal leaves the funnel as won or as lost, and a lost one says why.

    Core lets deals be archived without being lost, so that they were neither in the funnel nor among its
    results. Here what is archived is lost, by whatever route, and where the company wants it so (it does
    unless told otherwise), nobody loses a deal without a reason.
    """

    _inherit = "crm.lead"

    @api.depends("active", "probability", "stage_id")
    def _compute_won_status(self):
        res = super()._compute_won_status()
        self.filtered(lambda lead: not lead.active and lead.won_status == "pending").won_status = "lost"
        return res

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._check_lost_reason()
        return leads

    def write(self, vals):
        if self.env.su or not (self._stage_move_triggers() | {"lost_reason_id"}) & vals.keys():
            return super().write(vals)
        if vals.get("type") == "lead":
            self._check_stays_deal()
        # Lost before there was a reason to ask for
        excused = self.filtered(lambda lead: lead.won_status == "lost" and not lead.lost_reason_id)
        res = super().write(vals)
        (self - excused)._check_lost_reason()
        return res

    def action_archive(self):
        leaving = self.filtered(lambda lead: lead.active and lead.won_status != "won")
        unexplained = leaving._without_lost_reason()
        if unexplained:
            raise RedirectWarning(
                unexplained._lost_reason_refusal(),
                self.env.ref("crm.crm_lead_lost_action").id,
                self.env._("Mark as Lost"),
                {"active_ids": unexplained.ids, "default_lead_ids": unexplained.ids},
            )
        return super().action_archive()

    def action_set_lost(self, **additional_values):
        """Core tells the reason after the deal has gone, here it comes first."""
        if additional_values:
            self.write(additional_values)
        return super().action_set_lost(**additional_values)

    def _check_lost_reason(self):
        """:raise UserError: one of these is lost, and nobody says why"""
        unexplained = self.filtered(lambda lead: lead.won_status == "lost")._without_lost_reason()
        if unexplained:
            raise UserError(unexplained._lost_reason_refusal())

    def _without_lost_reason(self):
        """:return: those of these that would have to say why they are lost, and don't"""
        if self.env.su:
            return self.browse()  # the server's own work, like a merge
        # sudo: what the company wants holds for whoever loses the deal
        leads_sudo = self.sudo()
        return leads_sudo.filtered(
            lambda lead: not lead.lost_reason_id and lead._sales_lost_reason_required()
        ).sudo(False)

    def _sales_lost_reason_required(self):
        """:return: whether the company of one of these deals wants to know why it is lost"""
        return any((lead.company_id or self.env.user.company_id).sales_lost_reason_required for lead in self)

    def _lost_reason_refusal(self):
        """:return: the sentence for the first of these deals, and how many more there are"""
        if len(self) == 1:
            return self.env._(
                "The deal “%s” can't leave the funnel without a reason: mark it as lost and say why.",
                self.name,
            )
        return self.env._(
            "The deal “%(deal)s” and %(more)s more can't leave the funnel without a reason: mark them as "
            "lost and say why.",
            deal=self[0].name,
            more=len(self) - 1,
        )

    def _check_stays_deal(self):
        """:raise UserError: one of these is a deal, and would be out of the funnel as a lead"""
        deals = self.filtered(lambda lead: lead.type == "opportunity")
        if deals:
            raise UserError(
                self.env._(
                    "The deal “%s” can't become a lead again. If nothing comes of it, mark it as lost.",
                    deals[0].name,
                )
            )
