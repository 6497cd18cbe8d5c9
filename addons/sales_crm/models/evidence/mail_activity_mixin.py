from odoo import models


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def unlink(self):
        """Activities that are evidence outlive the document, of whatever model it is."""
        self.check_access("unlink")
        # sudo: what is kept does not depend on who deletes the document
        Activity = self.env["mail.activity"].sudo().with_context(active_test=False)
        activities = Activity.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        activities._keep_without_document()
        return super().unlink()
