from odoo import api, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    """A deal enters a stage when it has what the stage asks for; then the stage's plan starts.

    The conditions hold for everybody and for every route. Only where nobody says which stage it shall be
    (a mail, a form of the website, a hand-over to a team with stages of its own), the deal is taken as
    it is, on the first stage, which Odoo chooses.
    """

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        # of the context, or one that the user keeps
        default = self.default_get(["stage_id"]).get("stage_id")
        entered = self.browse(
            lead.id
            for lead, vals in zip(leads, vals_list, strict=True)
            if lead.stage_id and (vals.get("stage_id") or default)
        )
        entered._check_stage_entry({})
        leads._start_stage_plans()
        return leads

    def write(self, vals):
        if not self._stage_move_triggers() & vals.keys():
            return super().write(vals)
        before = {lead.id: lead.stage_id for lead in self}
        res = super().write(vals)
        entered = self.filtered(lambda lead: lead.stage_id and lead.stage_id != before[lead.id])
        if "stage_id" in vals:
            entered._check_stage_entry(before)
        entered._start_stage_plans()
        return res

    # ------------------------------------------------------
    # Conditions
    # ------------------------------------------------------

    def _check_stage_entry(self, before):
        """Ask whether these deals may be on the stages that they have just entered.

        :param dict before: deal id -> the stage where it was; a new deal isn't in it
        :raise UserError: one sentence: which deal, which stage, what is missing
        """
        # sudo: what a stage asks for holds for whoever moves the deal, also where he may not look
        leads_sudo = self.sudo()
        for stage, leads in leads_sudo.grouped("stage_id").items():
            if not self._stage_asks(stage):
                continue
            missing = leads._missing_for_stage(stage, before)
            failed = leads.filtered(lambda lead, missing=missing: missing[lead.id])
            if failed:
                raise UserError(failed._stage_refusal(stage, missing))

    def _stage_refusal(self, stage, missing):
        """:return: the sentence for the first of these deals, and how many more there are"""
        values = {
            "deal": self[0].name,
            "stage": stage.name,
            "missing": "; ".join(missing[self[0].id]),
            "more": len(self) - 1,
        }
        if len(self) == 1:
            return self.env._(
                "The deal “%(deal)s” can't enter the stage “%(stage)s” yet: %(missing)s.", **values
            )
        return self.env._(
            "The deal “%(deal)s” and %(more)s more can't enter the stage “%(stage)s” yet: %(missing)s.",
            **values,
        )

    def _missing_for_stage(self, stage, before):
        """:return: dict deal id -> list of what is missing, in words; empty where nothing is"""
        missing = {lead.id: [] for lead in self}
        for question in self._stage_questions():
            for lead_id, words in question(stage, before).items():
                missing[lead_id].append(words)
        return missing

    def _stage_questions(self):
        """:return: the conditions; each takes the stage and where the deals were, and returns dict
        deal id -> what is missing
        """
        return [
            self._missing_fields,
            self._missing_activity,
            self._missing_attachment,
            self._missing_stages,
        ]

    @api.model
    def _stage_asks(self, stage):
        """:return: whether any of the conditions may stop a deal on its way to this stage"""
        return stage.id in stage._demanding_ids() or bool(set(stage._required_ids()) - set(stage.ids))

    def _missing_fields(self, stage, _before):
        names = [field.name for field in stage.required_field_ids if field.name in self._fields]
        missing = {}
        for lead in self if names else ():
            empty = [self._fields[name]._description_string(self.env) for name in names if not lead[name]]
            if empty:
                missing[lead.id] = self.env._("fill in %s", ", ".join(empty))
        return missing

    def _missing_activity(self, stage, _before):
        kind = stage.required_activity_type_id
        if not kind:
            return {}
        done = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                    ("activity_type_id", "=", kind.id),
                    ("activity_state_final", "=", "done"),
                ],
                ["res_id"],
            )
        )
        words = self.env._("get the activity “%s” done", kind.name)
        return dict.fromkeys(set(self.ids) - set(done.mapped("res_id")), words)

    def _missing_attachment(self, stage, _before):
        if not stage.required_attachment:
            return {}
        attached = self.env["ir.attachment"].search_fetch(
            [("res_model", "=", self._name), ("res_id", "in", self.ids), ("res_field", "=", False)],
            ["res_id"],
        )
        words = self.env._("attach a document")
        return dict.fromkeys(set(self.ids) - set(attached.mapped("res_id")), words)

    def _missing_stages(self, stage, before):
        """Stages between the old one and the new one that may not be skipped and never were entered."""
        required = self.env["crm.stage"].browse(self.env["crm.stage"]._required_ids())
        required = required.filtered(lambda other: other.sequence <= stage.sequence) - stage
        if not required:
            return {}
        entered = self._entered_stages(required)
        missing = {}
        for lead in self:
            old = before.get(lead.id, self.env["crm.stage"])
            skipped = required.filtered(
                lambda between, lead=lead, old=old: (
                    between._is_between(old, stage)
                    and (not between.team_ids or lead.team_id in between.team_ids)
                    and (lead.id, between.id) not in entered
                )
            )
            if skipped:
                names = ", ".join(f"“{name}”" for name in skipped.mapped("name"))
                missing[lead.id] = self.env._("go through the stage %s first", names)
        return missing

    def _entered_stages(self, stages):
        """:return: set of (deal id, stage id): on which of these stages the deals have been"""
        rows = self.env["sales.stage.move"]._read_group(
            [("lead_id", "in", self.ids), ("stage_to_id", "in", stages.ids)], ["lead_id", "stage_to_id"]
        )
        return {(lead.id, stage.id) for lead, stage in rows}

    # ------------------------------------------------------
    # Plans
    # ------------------------------------------------------

    def _start_stage_plans(self):
        """Plan the activities of the stages that these deals have entered, all at once."""
        # sudo: a stage's plan is started for whoever moves the deal
        leads_sudo = self.sudo().filtered(lambda lead: lead.active and lead.stage_id.activity_plan_id)
        if not leads_sudo:
            return
        opened = {
            (activity.res_id, activity.activity_type_id.id, activity.summary or "")
            for activity in leads_sudo.activity_ids
        }
        values = [
            lead._prepare_stage_activity(template)
            for lead in leads_sudo
            for template in lead.stage_id.activity_plan_id.template_ids
            if (lead.id, template.activity_type_id.id, template.summary or "") not in opened
        ]
        self.env["mail.activity"].sudo().create(values)

    def _prepare_stage_activity(self, template):
        """:return: values of the activity that a plan's template asks for on this deal"""
        responsible = template._determine_responsible(self.user_id or self.env.user, self)["responsible"]
        user = responsible or self.env.user
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": template.activity_type_id.id,
            "summary": template.summary,
            "note": template.note,
            "user_id": user.id,
            # sudo: a colleague's time zone is no secret
            "date_deadline": template._get_date_deadline(user.sudo()._sales_today()),
            "automated": True,
        }
