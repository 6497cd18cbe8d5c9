from odoo import models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    # Beside what happens to a deal
    _inherit = "crm.lead"

    def action_promise(self):
        """:return: the dialog for a promise of the client of this deal
        :raise UserError: it has none yet
        """
        self.ensure_one()
        self.check_access("read")
        if not self.partner_id:
            raise UserError(
                self.env._("“%s” has no client yet: choose one, then write his promise down.", self.name)
            )
        return self.env["sales.promise"]._action_ask(self.partner_id)
