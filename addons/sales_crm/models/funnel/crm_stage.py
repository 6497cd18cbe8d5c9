from odoo import api, fields, models, tools
from odoo.fields import Domain

from ...tools.funnel import CODES, LEVELS

# The stages of a new database: external name, level, sequence, won; core's own four are among them
DEFAULT_STAGES = [
    ("crm.stage_lead1", "cold", 1, False),
    ("sales_crm.stage_informed", "informed", 2, False),
    ("crm.stage_lead2", "interest", 3, False),
    ("crm.stage_lead3", "offer", 4, False),
    ("sales_crm.stage_negotiation", "negotiation", 5, False),
    ("crm.stage_lead4", "deal", 70, True),
    ("sales_crm.stage_repeat", "repeat", 80, True),
]


class CrmStage(models.Model):
    """A stage stands on a level of the funnel, and asks something of the deals that enter it."""

    _inherit = "crm.stage"

    funnel_level = fields.Selection(
        LEVELS,
        index="btree_not_null",
        help="How far on the way from the cold base to a deal a deal on this stage is.",
    )
    max_days = fields.Integer(
        "Working Days at Most",
        help="A deal that stays here longer, without a move, a contact or a comment, is stuck. 0: no limit.",
    )
    required_field_ids = fields.Many2many(
        "ir.model.fields",
        "crm_stage_required_field_rel",
        "stage_id",
        "field_id",
        "Fields to Fill In",
        domain=[("model", "=", "crm.lead")],
        groups="sales_crm.group_head,base.group_system",
        help="What must be filled in before a deal enters this stage.",
    )
    required_activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity to Be Done",
        ondelete="restrict",
        domain=[("res_model", "in", [False, "crm.lead"])],
        help="An activity of this type must be done on the deal before it enters this stage.",
    )
    required_attachment = fields.Boolean(
        "Document Required", help="A document must be attached to the deal before it enters this stage."
    )
    may_skip = fields.Boolean(
        "May Be Skipped",
        default=True,
        help="Whether a deal may go on to a later stage without ever having been on this one.",
    )
    activity_plan_id = fields.Many2one(
        "mail.activity.plan",
        "Plan to Start",
        ondelete="restrict",
        domain=[("res_model", "=", "crm.lead")],
        help="The activities of this plan are planned when a deal enters this stage.",
    )

    _max_days_not_negative = models.Constraint(
        "CHECK(max_days >= 0)", "The number of working days on a stage can't be negative."
    )

    # ------------------------------------------------------
    # What hangs on the stage
    # ------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()
        return stages

    def write(self, vals):
        levels = {stage.id: stage.funnel_level for stage in self} if "funnel_level" in vals else {}
        res = super().write(vals)
        self.env.registry.clear_cache()
        changed = self.filtered(lambda stage: stage.id in levels and stage.funnel_level != levels[stage.id])
        if changed:
            changed.flush_recordset(["funnel_level"])
            self.env["sales.stage.move"]._follow_levels(changed)
            self.env["res.partner"]._refresh_funnel_levels_on(changed)
        return res

    def unlink(self):
        """The history keeps the stage's name and level."""
        self.check_access("unlink")
        self.env["sales.stage.move"]._keep_stage_names(self)
        self.env.registry.clear_cache()
        return super().unlink()

    # ------------------------------------------------------
    # Conditions
    # ------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _demanding_ids(self):
        """:return: ids of the stages that ask something of the deals that enter them"""
        # sudo: what a stage asks for holds for whoever moves a deal
        return frozenset(
            self.sudo()
            .search(
                Domain("required_field_ids", "!=", False)
                | Domain("required_activity_type_id", "!=", False)
                | Domain("required_attachment", "=", True)
            )
            .ids
        )

    @api.model
    @tools.ormcache()
    def _required_ids(self):
        """:return: ids of the stages that may not be skipped"""
        # sudo: as above
        return tuple(self.sudo().search([("may_skip", "=", False)]).ids)

    def _is_between(self, before, after):
        """:return: whether this stage lies on the way from ``before`` (empty: from the beginning)"""
        place = (self.sequence, self.id)
        begun = not before or (before.sequence, before.id) < place
        return begun and place < (after.sequence, after.id)

    # ------------------------------------------------------
    # Levels
    # ------------------------------------------------------

    def _propose_levels(self):
        """Levels for a pipeline that has none: open stages spread over the way, won ones at its end.

        :return: dict stage -> level; a level that a stage already has stays
        """
        stages = self.sorted(lambda stage: (stage.sequence, stage.id))
        opened, won = stages.filtered(lambda stage: not stage.is_won), stages.filtered("is_won")
        last_open = CODES.index("negotiation")
        steps = max(len(opened) - 1, 1)
        levels = {
            stage: CODES[min(round(number * last_open / steps), last_open)]
            for number, stage in enumerate(opened)
        }
        levels.update({stage: "repeat" if number else "deal" for number, stage in enumerate(won)})
        return {stage: stage.funnel_level or level for stage, level in levels.items()}

    @api.model
    def _sales_init_stages(self):
        """Stages of a new database, called once, at the installation.

        A pipeline that somebody works with stays as it is: whoever leads sales gives it levels with
        the wizard ``sales.stage.mapping``.

        :return: False if there is a pipeline already
        """
        stages = self.search(Domain.TRUE)
        untouched = self.browse(
            record.id for name, *_rest in DEFAULT_STAGES if (record := self.env.ref(name, False))
        )
        leads = self.env["crm.lead"].with_context(active_test=False)
        if stages - untouched or len(stages) < 4 or leads.search_count([], limit=1):
            return False
        names = self._default_stage_names()
        for xmlid, level, sequence, is_won in DEFAULT_STAGES:
            values = {"name": names["en_US"][level], "funnel_level": level, "sequence": sequence}
            stage = self.env.ref(xmlid, False)
            if stage:
                stage.write(values)
            else:
                data = {"xml_id": xmlid, "values": {**values, "is_won": is_won}, "noupdate": True}
                stage = self._load_records([data])
            for lang, translated in names.items():
                stage.with_context(lang=lang).name = translated[level]
        return True

    @api.model
    def _default_stage_names(self):
        """:return: dict language -> dict level -> name of its stage"""
        names = {}
        for lang, _name in [*self.env["res.lang"].get_installed(), ("en_US", "")]:
            env = self.with_context(lang=lang).env
            names[lang] = {
                "cold": env._("Cold Base"),
                "informed": env._("Informed"),
                "interest": env._("Interest"),
                "offer": env._("Offer"),
                "negotiation": env._("Negotiation"),
                "deal": env._("Deal"),
                "repeat": env._("Repeat Sales"),
            }
        return names
