from odoo import api, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "sales.client.document", "sales.handover.part"]

    _handover_sequence = 20

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._make_clients()
        return leads

    def _make_clients(self):
        """Whoever works on the deal is the manager of a client that has none yet."""
        for manager, leads in self.grouped("user_id").items():
            leads.partner_id._make_client(manager)

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._make_clients()
        return res

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        if not parent_id:
            values["is_client"] = True
        return values

    @api.depends_context("uid")
    def _compute_potential_lead_duplicates(self):
        """Core looks for twins among all deals, and names and counts them."""
        res = super()._compute_potential_lead_duplicates()
        if self.env["sales.access.rule"]._is_restricted():
            for lead in self:
                twins = (lead.duplicate_lead_ids - lead).sudo(False)._filtered_access("read")
                lead.duplicate_lead_ids = twins | lead
                lead.duplicate_lead_count = len(twins)
        return res

    # ------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        """Open deals; won and lost ones keep the name of who won or lost them."""
        return (
            super()._handover_domain(user)
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
        )

    @api.model
    def _handover_kinds(self):
        return {"opportunity": self.env._("Open deals"), "lead": self.env._("Leads")}

    def _handover_kind(self):
        return {lead.id: lead.type for lead in self}

    def _handover_details(self):
        by_stage = self.grouped("stage_id")
        return ", ".join(
            f"{stage.name}: {len(by_stage[stage])}" for stage in self.stage_id.sorted() if stage in by_stage
        )

    @api.model
    def _handover_remembered(self):
        return {"team_id", "date_open"}

    def _compute_team_id(self):
        """In a hand-over all deals have one new manager: his team is looked for once, not per deal."""
        if not self.env.context.get("sales_handover"):
            return super()._compute_team_id()
        for _key, leads in self.grouped(lambda lead: (lead.user_id, lead.type, lead.team_id)).items():
            super(CrmLead, leads[:1])._compute_team_id()
            leads[1:].team_id = leads[:1].team_id
        return None
