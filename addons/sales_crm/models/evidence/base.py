from odoo import SUPERUSER_ID, api, models

from ...tools.server_only import SERVER_ONLY


class Base(models.AbstractModel):
    """What people change leaves its trace, whatever their request says of tracking."""

    # Beside the guards, which are another question
    _inherit = "base"

    def _sales_traced(self):
        """:return: the same records, whose changes leave a trace unless the server itself makes them"""
        context = self.env.context
        if not (context.get("tracking_disable") or context.get("mail_notrack")):
            return self
        if self._sales_may_be_untraced() or not self._sales_leaves_traces():
            return self
        return self.with_context(tracking_disable=False, mail_notrack=False)

    @api.model
    def _sales_leaves_traces(self):
        return self._sales_is_guarded_document()

    @api.model
    def _sales_may_be_untraced(self):
        """Also as superuser a change is made for somebody, whose request has the context.

        :return: whether this is the server's own work, or one that leaves a trace of its own
        """
        if self.env.uid == SUPERUSER_ID:
            return True
        return self.env.context.get("sales_quiet") is SERVER_ONLY and not self._sales_checks_references()
