from odoo import api, models
from odoo.fields import Domain


class MailActivity(models.Model):
    """Open activities go with the client; the closed ones keep the name of who closed them."""

    _name = "mail.activity"
    # Beside the trace of an activity, which is long enough by itself
    _inherit = ["mail.activity", "sales.handover.part"]

    _handover_sequence = 30

    @api.model
    def _handover_domain(self, user):
        """Private to-dos that are about no document stay with their user."""
        documents = self.env["sales.handover.part"]._handover_parts()
        return (
            super()._handover_domain(user)
            & Domain("active", "=", True)
            & (Domain("client_id", "!=", False) | Domain("res_model", "in", documents))
        )

    @api.model
    def _handover_company_domain(self, company):
        """An activity is the company's whose document it is about."""
        domain = super()._handover_company_domain(company)
        for name in self._handover_company_models():
            other = self.env[name]._search(Domain("company_id", "not in", [False, company.id]))
            domain &= Domain("res_model", "!=", name) | Domain("res_id", "not in", other)
        return domain

    @api.model
    def _handover_company_models(self):
        """:return: names of the models with documents of one company that activities may be about"""
        names = set(self._client_document_models()) | set(self.env["sales.handover.part"]._handover_parts())
        return sorted(
            name
            for name in names
            if (field := self.env[name]._fields.get("company_id")) and field.store and name != self._name
        )

    def _handover_roots(self):
        roots = super()._handover_roots()
        for activity in self:
            if not activity.client_id and activity.res_model and activity.res_id:
                roots[activity.id] = (activity.res_model, activity.res_id)
        return roots

    @api.model
    def _handover_kinds(self):
        return {"": self.env._("Open activities")}

    def _handover_details(self):
        # sudo: which day it is for a colleague is no secret
        todays = {user: (user or self.env.user).sudo()._sales_today() for user in {*self.mapped("user_id")}}
        late = len(self.filtered(lambda activity: activity.date_deadline < todays[activity.user_id]))
        return self.env._("late: %s", late) if late else ""
