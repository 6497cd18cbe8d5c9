from odoo import api, models
from odoo.fields import Domain


class CrmTeamMember(models.Model):
    """A seat in a team ends for who leaves; the receiver takes it where he may and has none there yet."""

    _name = "crm.team.member"
    _inherit = ["crm.team.member", "sales.handover.part"]

    _handover_sequence = 80

    @api.model
    def _handover_domain(self, user):
        return super()._handover_domain(user) & Domain("active", "=", True)

    @api.model
    def _handover_company_domain(self, company):
        return Domain("crm_team_id.company_id", "in", [False, company.id])

    @api.model
    def _handover_kinds(self):
        return {"": self.env._("Seats in teams")}

    def _handover_title(self):
        return self.env._("Seat in the team “%s”", self.crm_team_id.name)

    def _handover_details(self):
        return ", ".join(self.crm_team_id.mapped("name"))

    def _handover_receive(self, giver, receiver):
        self.write({"active": False})
        taken = self._handover_free_seats(receiver)
        created = self.create(
            [{"crm_team_id": seat.crm_team_id.id, "user_id": receiver.id} for seat in taken]
        )
        return {seat.id: {"created": new.id} for seat, new in zip(taken, created, strict=True)}

    def _handover_free_seats(self, receiver):
        """:return: those of these seats that the receiver takes without losing another one"""
        his_teams = self._handover_seats_of(receiver).crm_team_id
        if not self._handover_is_multi():
            return self.browse() if his_teams else self[:1]
        return self.filtered(lambda seat: seat.crm_team_id not in his_teams)

    @api.model
    def _handover_seats_of(self, user):
        return self.search([("user_id", "=", user.id), ("active", "=", True)])

    @api.model
    def _handover_is_multi(self):
        """:return: whether a user may sit in several teams"""
        # sudo: a setting of the database
        return bool(self.env["ir.config_parameter"].sudo().get_param("sales_team.membership_multi"))

    @api.model
    def _handover_handed_domain(self, giver, receiver):
        """The seat itself stays its user's, closed. It comes back if that takes no other one from him."""
        if not self._handover_is_multi() and self._handover_seats_of(giver):
            return Domain.FALSE
        return Domain("user_id", "=", giver.id) & Domain("active", "=", False)

    def _handover_give_back(self, giver, receiver, memories):
        created = self.browse([memory["created"] for memory in memories.values() if memory])
        created.exists().write({"active": False})
        self.write({"active": True})

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
