from contextlib import closing

from odoo import api, models
from odoo.exceptions import AccessError


class SalesCadence(models.Model):
    """The preview of what stands in the form, before it is saved."""

    _inherit = "sales.cadence"

    def action_preview_unsaved(self, values):
        """:param dict values: what the user has entered and not saved, as for ``create()`` or ``write()``
        :return: the chart as of :meth:`action_preview`, in a dialog; nothing of it is saved
        :raise UserError: as in saving and in :meth:`action_preview`
        """
        if not self.env.user.has_group("sales_crm.group_head"):
            raise AccessError(self.env._("Only a head of sales plans regular work."))
        with closing(self.env.cr.savepoint()):
            cadence = self.with_context(tracking_disable=True)._entered(values)
            name, lines = cadence.name, cadence._preview_of_days()
        self.env.invalidate_all(flush=False)
        return self.env["sales.plan.preview"]._open_beside(self.env._("%s: the next 30 days", name), lines)

    def _entered(self, values):
        """:return: the cadence as it would be saved"""
        if self:
            self.write(self._without_empty_name(values))
            return self
        name = values.get("name") or self.env._("Regular Work")
        return self.create({**values, "name": name})

    @api.model
    def _without_empty_name(self, values):
        return {name: value for name, value in values.items() if name != "name" or value}
