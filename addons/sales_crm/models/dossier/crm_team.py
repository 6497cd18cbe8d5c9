from odoo import api, models
from odoo.fields import Domain


class CrmTeam(models.Model):
    _name = "crm.team"
    _inherit = ["crm.team", "sales.handover.part"]

    _handover_sequence = 70

    @api.model
    def _handover_domain(self, user):
        return super()._handover_domain(user) & Domain("active", "=", True)

    @api.model
    def _handover_kinds(self):
        return {"": self.env._("Teams that he leads")}

    def _handover_details(self):
        return ", ".join(self.mapped("name"))

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env["sales.access.rule"]._access_changed()
        return teams

    def unlink(self):
        """With a team go its members and its rules."""
        res = super().unlink()
        self.env["sales.access.rule"]._access_changed()
        return res

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"user_id", "active"}:
            self.env["sales.access.rule"]._access_changed()
        return res
