from odoo import api, models, tools
from odoo.exceptions import AccessError


class IrRule(models.Model):
    """The dossier follows the client: one more condition on every model that hangs on clients."""

    _inherit = "ir.rule"

    def _compute_domain_context_values(self):
        """The day is part of the cache's key: dated access rules begin and end by themselves."""
        yield from super()._compute_domain_context_values()
        Access = self.env["sales.access.rule"]
        if not self.env.su and Access._is_restricted():
            yield Access._today(self.env.user)

    @api.model
    @tools.ormcache(
        "self.env.uid",
        "self.env.su",
        "model_name",
        "mode",
        "tuple(self._compute_domain_context_values())",
    )
    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if self.env.su or not self.env["sales.access.rule"]._is_restricted():
            return domain
        # What is kept for all requests of the user must not come from the context of one of them
        context = self.env["sales.access.rule"]._kept_context()
        model = self.env[model_name]._sales_plain(**context)
        return (domain & model._sales_guard_domain(mode)).optimize(model)

    def _make_access_error(self, operation, records):
        """Core's text names the record, and the rule, to whoever has the developer mode on."""
        if records._sales_guard_path and self.env["sales.access.rule"]._is_restricted():
            guard = records._sales_guard_domain(operation)
            granted = records.sudo().with_context(active_test=False).filtered_domain(guard)
            if granted != records:
                records.invalidate_recordset()
                return AccessError(self._sales_access_message(operation, records))
        return super()._make_access_error(operation, records)

    @api.model
    def _sales_access_message(self, operation, records):
        """:return: what is refused and what to do, without a word about the client"""
        model = self.env["ir.model"]._get(records._name).name
        refused = {
            "read": self.env._(
                "You may not see this record (%s): it belongs to a client of another manager.", model
            ),
            "write": self.env._(
                "You may not change this record (%s): its client isn't yours to change.", model
            ),
            "create": self.env._("You may not add this record (%s): its client isn't yours.", model),
            "unlink": self.env._("You may not delete this record (%s). Archive it instead.", model),
        }[operation]
        return f"{refused}\n" + self.env._("Ask the head of sales for access if you need it for your work.")
