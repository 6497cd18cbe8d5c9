from odoo import api, models


class IrActionsActions(models.Model):
    _inherit = "ir.actions.actions"

    @api.model
    def get_bindings(self, model_name):
        """Without actions of services that nobody pays for."""
        bindings = super().get_bindings(model_name)
        service = self.env["sales.paid.service"]
        if not service._is_hidden_from_user():
            return bindings
        dead = service._unpaid_records("ir.actions.actions")
        kept = {
            kind: [action for action in actions if action["id"] not in dead]
            for kind, actions in bindings.items()
        }
        return {kind: actions for kind, actions in kept.items() if actions}
