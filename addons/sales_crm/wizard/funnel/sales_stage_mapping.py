from odoo import Command, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.funnel import LEVELS


class SalesStageMapping(models.TransientModel):
    """The stages of a pipeline get levels of the funnel. Nothing is moved, renamed or reordered, and
    nothing is written before somebody who leads sales says yes.
    """

    _name = "sales.stage.mapping"
    _description = "Levels of the Stages"

    line_ids = fields.One2many("sales.stage.mapping.line", "mapping_id", "Stages")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "line_ids" in fields:
            stages = self.env["crm.stage"].search(Domain.TRUE)
            levels = stages._propose_levels()
            values["line_ids"] = [
                Command.create({"stage_id": stage.id, "funnel_level": levels[stage]}) for stage in stages
            ]
        return values

    def action_apply(self):
        """Write the levels to the stages.

        :raise AccessError: whoever asks doesn't lead sales
        """
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only the head of sales may set the levels of the stages."))
        for level, lines in self.line_ids.grouped("funnel_level").items():
            changed = lines.stage_id.filtered(lambda stage, level=level: stage.funnel_level != level)
            if changed:
                changed.write({"funnel_level": level})
        return {"type": "ir.actions.act_window_close"}


class SalesStageMappingLine(models.TransientModel):
    _name = "sales.stage.mapping.line"
    _description = "Level of a Stage"

    mapping_id = fields.Many2one("sales.stage.mapping", required=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", required=True, readonly=True, ondelete="cascade")
    is_won = fields.Boolean(related="stage_id.is_won")
    funnel_level = fields.Selection(LEVELS)
