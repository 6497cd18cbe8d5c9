from odoo import api, fields, models


class MailActivity(models.Model):
    """A change of what somebody is to be reminded of reaches his browser over the bus."""

    _inherit = "mail.activity"

    @api.model
    def _reminder_fields(self):
        """:return: names of the fields that decide who is reminded, of what and when"""
        return {"active", "date_deadline", "datetime_planned", "priority", "summary", "user_id"}

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        self.env["sales.reminder"]._plan_changed_for(activities._users_to_remind())
        return activities

    def write(self, vals):
        if not self._reminder_fields() & vals.keys():
            return super().write(vals)
        before = self._users_to_remind()
        res = super().write(vals)
        self.env["sales.reminder"]._plan_changed_for(before | self._users_to_remind())
        return res

    def unlink(self):
        users = self._users_to_remind()
        res = super().unlink()
        self.env["sales.reminder"]._plan_changed_for(users)
        return res

    def _users_to_remind(self):
        """:return: whose plan of today and tomorrow has one of these as urgent or at an exact time"""
        horizon = fields.Date.add(fields.Date.today(), days=2)
        # sudo: who is reminded does not depend on who changes the plan
        return (
            self.sudo()
            .filtered(
                lambda a: (
                    a.active
                    and (a.priority == "1" or a.datetime_planned)
                    and a.date_deadline
                    and a.date_deadline <= horizon
                )
            )
            .user_id
        )
