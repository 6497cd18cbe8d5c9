from odoo import api, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Who pays an order gets its invoice: the order asks when it is given to somebody else, the invoice asks
    here. Otherwise the limit of one client is free while another client owes.
    """

    _inherit = "account.move"

    def write(self, vals):
        # by the button, or by whoever writes the state
        if vals.get("state") == "draft":
            self._check_draft_owed_by_same()
        return super().write(vals)

    @api.constrains("partner_id")
    def _check_orders_payer(self):
        """:raise UserError: somebody else than an order's payer is to get its invoice"""
        # sudo: whose order it is doesn't depend on who asks
        drafts = self.sudo().filtered(lambda move: move.move_type == "out_invoice" and move.state == "draft")
        for move in drafts:
            for order in move._orders_of_others():
                raise UserError(
                    self.env._(
                        "%(order)s is paid by %(payer)s. Change who gets the order's invoice before you "
                        "invoice it to %(client)s.",
                        order=order.display_name,
                        payer=order._credit_payer().display_name,
                        client=move.commercial_partner_id.display_name,
                    )
                )

    def _check_draft_owed_by_same(self):
        """What is no longer invoiced is owed by the order's payer.

        :raise UserError: that would be another client
        """
        # sudo: whose order it is doesn't depend on who asks
        for move in self.sudo().filtered(lambda move: move.move_type == "out_invoice"):
            for order in move._orders_of_others():
                raise UserError(
                    self.env._(
                        "%(order)s is paid by %(payer)s now, so %(invoice)s can't go back to draft. Let the "
                        "order's manager make %(client)s its payer again first.",
                        order=order.display_name,
                        payer=order._credit_payer().display_name,
                        invoice=move.display_name,
                        client=move.commercial_partner_id.display_name,
                    )
                )

    def _orders_of_others(self):
        """:return: the invoiced orders that another client pays; none of them gets another payer meanwhile"""
        lines = self.line_ids.sale_line_ids
        lines._credit_hold()
        return lines.order_id.filtered(lambda order: order._credit_payer() != self.commercial_partner_id)
