from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_home_action(self):
        """:return: the action whose screen the user begins with: a head's team, a manager's day, what a
        controller has to decide on, an accountant's journals, else none
        """
        self.ensure_one()
        name = None
        if self.has_group("sales_crm.group_head"):
            name = "sales_crm.sales_team_day_action"
        elif self.has_group("sales_crm.group_manager"):
            name = "sales_crm.sales_my_day_action"
        elif self.has_group("sales_crm.group_credit_controller"):
            name = "sales_crm.sales_credit_release_action"
        elif self.has_group("account.group_account_invoice"):
            name = "account.open_account_journal_dashboard_kanban"
        action = self.env.ref(name, raise_if_not_found=False) if name else None
        # sudo: which screens there are is no secret; what they show is asked as the user
        return action.sudo() if action else self.env["ir.actions.actions"]

    def _on_webclient_bootstrap(self):
        """No chat with a robot in the first minute of whoever works in sales."""
        greets = "odoobot_state" in self._fields  # of mail_bot, which may not be installed
        if greets and self._sales_home_action() and self.odoobot_state in (False, "not_initialized"):
            # sudo: what the robot has said to a user is written by the server only
            self.sudo().odoobot_state = "disabled"
        return super()._on_webclient_bootstrap()
