from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _is_measured(self):
        """:return: whether it is a manager, not a head, whose days have plans already"""
        self.ensure_one()
        if not self._has_group("sales_crm.group_manager") or self._has_group("sales_crm.group_head"):
            return False
        # sudo: whether there is one is all that is asked
        return bool(self.env["sales.plan.day"].sudo().search_count([("user_id", "=", self.id)], limit=1))

    def _tell_own_time_zone(self, before, after):
        Change = self.env["sales.activity.change"]
        Change._log([{"kind": "time_zone", "user_id": self.id, "text_from": before, "text_to": after}])
        Change._tell(
            self,
            lambda env: env._("%s has changed his time zone", self.name),
            f"{before} → {after}",
        )
