from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    call_refused = fields.Char(compute="_compute_call_refused")

    @api.depends("activity_type_id.category", "res_model", "res_ids", "plan_id")
    def _compute_call_refused(self):
        for scheduler in self:
            scheduler.call_refused = False
            if scheduler.res_model and scheduler.activity_type_id.category == "phonecall":
                documents = scheduler._get_applied_on_records()._filtered_access("read")
                # sudo: who may read the document may know that its person must not be called
                reasons = [self.env["sales.my.day"]._call_refused(document) for document in documents.sudo()]
                scheduler.call_refused = next(filter(None, reasons), False)

    def action_schedule_activities_done(self):
        """Planned and done at once: there is no activity to come back to if it may not be done."""
        try:
            return super().action_schedule_activities_done()
        except RedirectWarning as warning:
            raise UserError(warning.args[0]) from warning
