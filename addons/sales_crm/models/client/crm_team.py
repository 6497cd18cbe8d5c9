from odoo import api, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def _sales_members(self):
        """:return: res.users, sudo-ed: who is in the teams now"""
        # sudo: who is in a team is no secret to its leader and to heads
        return self.sudo().crm_team_member_ids.filtered("active").user_id

    @api.model
    def _members_led_by(self, user):
        """:return: the users in the teams that ``user`` leads, sudo-ed"""
        # sudo: a leader knows which teams are his
        return self.sudo().search([("user_id", "=", user.id)])._sales_members()
