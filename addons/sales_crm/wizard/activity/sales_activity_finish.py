from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SalesActivityFinish(models.TransientModel):
    """Asks what came of an activity and what comes next."""

    _name = "sales.activity.finish"
    _description = "Finish an Activity"

    activity_id = fields.Many2one("mail.activity", required=True, ondelete="cascade")
    client_id = fields.Many2one(related="activity_id.client_id")
    activity_type_id = fields.Many2one(related="activity_id.activity_type_id")
    outcome_id = fields.Many2one(
        "sales.activity.outcome",
        domain="['|', ('activity_type_ids', '=', False), ('activity_type_ids', 'in', activity_type_id)]",
    )
    is_outcome_required = fields.Boolean(
        compute="_compute_is_outcome_required", export_string_translation=False
    )
    feedback = fields.Text("What Was Agreed")
    has_next_step = fields.Boolean("Plan the Next Step", default=True)
    next_type_id = fields.Many2one(
        "mail.activity.type",
        "Next Activity",
        compute="_compute_next_type_id",
        store=True,
        readonly=False,
        domain="[('res_model', '=', False)]",
    )
    next_date = fields.Date("Next Step On")
    next_summary = fields.Char("Summary")
    next_priority = fields.Selection(
        [("0", "Normal"), ("1", "Urgent")], "Priority", default="0", required=True
    )

    is_last = fields.Boolean(compute="_compute_is_last")
    is_next_step_required = fields.Boolean(compute="_compute_is_last")
    no_further_contact = fields.Char(
        "No Further Contact, Because", help="Why nothing comes next; it stays in the client's card."
    )

    @api.depends("activity_id")
    def _compute_is_last(self):
        """Whether nothing else is planned with the client, and whether something has to be."""
        last = self.activity_id._last_of_clients()
        for wizard in self:
            wizard.is_last = wizard.activity_id in last
            wizard.is_next_step_required = wizard.is_last and wizard.activity_id._is_next_step_required()

    @api.depends("activity_type_id")
    def _compute_is_outcome_required(self):
        outcomes = self.env["sales.activity.outcome"].search(Domain.TRUE)
        for wizard in self:
            kind = wizard.activity_type_id
            wizard.is_outcome_required = kind.outcome_required and bool(outcomes._that_fit(kind))

    @api.depends("activity_id")
    def _compute_next_type_id(self):
        for wizard in self:
            wizard.next_type_id = wizard.activity_id.activity_type_id

    def action_apply(self):
        """Finish; the next step stays open for the same document."""
        self.ensure_one()
        next_step = None
        if self.has_next_step and self.next_date:
            next_step = {
                "activity_type_id": self.next_type_id.id,
                "date_deadline": self.next_date,
                "summary": self.next_summary,
                "priority": self.next_priority,
            }
        elif self.is_next_step_required and not (self.no_further_contact or "").strip():
            raise UserError(
                self.env._(
                    "Nothing else is planned with this client: choose the date of the next step, or say why "
                    "there is no further contact."
                )
            )
        no_further_contact = not self.has_next_step and self.is_last and self.no_further_contact
        self.activity_id.action_finish(self.outcome_id.id, self.feedback, next_step, no_further_contact)
        return {"type": "ir.actions.act_window_close"}
