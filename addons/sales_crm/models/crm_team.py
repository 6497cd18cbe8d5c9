from odoo import api, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def write(self, vals):
        res = super().write(vals)
        if vals.keys() & {"user_id", "active"}:
            self.env["sales.access.rule"]._access_changed()
        return res


class CrmTeamMember(models.Model):
    _inherit = "crm.team.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env["sales.access.rule"]._access_changed()
        return members

    def write(self, vals):
        res = super().write(vals)
        self.env["sales.access.rule"]._access_changed()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["sales.access.rule"]._access_changed()
        return res
