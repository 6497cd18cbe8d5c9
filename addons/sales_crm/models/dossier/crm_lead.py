from odoo import api, models
from odoo.fields import Domain

from ...tools.server_only import SERVER_ONLY


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "sales.client.document", "sales.handover.part"]

    _handover_sequence = 20

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create([self._with_owner(vals) for vals in vals_list])
        leads._make_clients()
        leads._note_hidden_from_manager()
        return leads

    @api.model
    def _with_owner(self, vals):
        """:return: ``vals``, with the client's manager if who covers for him names nobody"""
        context = self.env.context
        if "user_id" in vals or "default_user_id" in context:
            return vals
        partner = self.env["res.partner"].browse(vals.get("partner_id", context.get("default_partner_id")))
        owner = self.env["sales.access.rule"]._owner_covered(partner)
        return {**vals, "user_id": owner.id} if owner else vals

    @api.onchange("partner_id")
    def _onchange_partner_owner(self):
        """In the form of a new deal its user is whoever has opened the form."""
        if self.partner_id and not self._origin and self.user_id in (self.env.user, self.env["res.users"]):
            self.user_id = (
                self.env["sales.access.rule"]._owner_covered(self.partner_id._origin) or self.user_id
            )

    @api.onchange("partner_id", "user_id")
    def _onchange_hidden_from_manager(self):
        return self.env["sales.access.rule"]._hidden_warning(self.user_id, self.partner_id.client_id)

    def _make_clients(self):
        """Whoever works on the deal is the manager of a client that has none yet."""
        for manager, leads in self.grouped("user_id").items():
            leads.partner_id._make_client(manager)

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._make_clients()
        if vals.keys() & {"partner_id", "user_id"}:
            self._note_hidden_from_manager()
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
        if self.env.context.get("sales_handover") is not SERVER_ONLY:
            return super()._compute_team_id()
        for _key, leads in self.grouped(lambda lead: (lead.user_id, lead.type, lead.team_id)).items():
            super(CrmLead, leads[:1])._compute_team_id()
            leads[1:].team_id = leads[:1].team_id
        return None
