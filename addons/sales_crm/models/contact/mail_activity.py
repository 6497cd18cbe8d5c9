from odoo import api, fields, models


class MailActivity(models.Model):
    """Whoever plans a call with somebody who must not be called is told."""

    # Beside the trace of an activity, which is long enough by itself
    _inherit = "mail.activity"

    call_refused = fields.Char(compute="_compute_call_refused")

    @api.depends("activity_type_id.category", "res_model", "res_id", "plan_client_id")
    def _compute_call_refused(self):
        refused = self._refused_by_document()
        for activity in self:
            is_call = activity.activity_type_id.category == "phonecall"
            reason = (
                refused.get((activity.res_model, activity.res_id)) or activity.plan_client_id.call_refused
            )
            activity.call_refused = is_call and reason

    def _refused_by_document(self):
        """:return: dict (model, id) -> why the person whom the document names must not be called"""
        refused = {}
        for model, activities in self.filtered("res_model").grouped("res_model").items():
            if model not in self.env:
                continue
            documents = self.env[model].browse({id_ for id_ in activities.mapped("res_id") if id_}).exists()
            # sudo: who may read the document may know that its person must not be called
            for document in documents._filtered_access("read").sudo():
                refused[model, document.id] = self.env["sales.my.day"]._call_refused(document)
        return refused
