from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "sales.client.document", "sales.handover.part"]

    _handover_sequence = 50

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._make_clients()
        orders._note_hidden_from_manager()
        return orders

    @api.onchange("partner_id", "user_id")
    def _onchange_hidden_from_manager(self):
        return self.env["sales.access.rule"]._hidden_warning(self.user_id, self.partner_id.client_id)

    def write(self, vals):
        res = super().write(vals)
        if vals.get("partner_id"):
            self._make_clients()
        if vals.keys() & {"partner_id", "user_id"}:
            self._note_hidden_from_manager()
        return res

    # ------------------------------------------------------
    # Cancelling
    # ------------------------------------------------------

    def _action_cancel(self):
        self._check_draft_invoices_may_go()
        return super()._action_cancel()

    def _check_draft_invoices_may_go(self):
        """Core cancels the draft invoices along with the order, with the rights of the user.

        :raise UserError: he may not
        """
        for order in self:
            drafts = order.invoice_ids.filtered(lambda move: move.state == "draft")
            if drafts and not drafts.has_access("write"):
                raise UserError(
                    self.env._(
                        "%(invoices)s hangs on %(order)s. Ask the accountant to cancel it first, then cancel "
                        "the order.",
                        invoices=", ".join(drafts.mapped("display_name")),
                        order=order.display_name,
                    )
                )

    def _make_clients(self):
        """Whoever makes the offer is the manager of a client that has none yet."""
        for manager, orders in self.grouped("user_id").items():
            orders.partner_id._make_client(manager)

    # ------------------------------------------------------
    # Hand-over
    # ------------------------------------------------------

    @api.model
    def _handover_domain(self, user):
        """Orders with work left to do; invoiced and cancelled ones keep the name of who sold."""
        return super()._handover_domain(user) & (
            Domain("state", "in", ["draft", "sent"])
            | (Domain("state", "=", "sale") & Domain("invoice_status", "!=", "invoiced"))
        )

    @api.model
    def _handover_kinds(self):
        return {"draft": self.env._("Quotations"), "sale": self.env._("Confirmed orders")}

    def _handover_kind(self):
        return {order.id: "sale" if order.state == "sale" else "draft" for order in self}

    @api.model
    def _handover_remembered(self):
        return {"team_id"}
