from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    _sales_guard_path = "partner_id"

    def _check_amount_and_confirm_order(self):
        """A payment in part does not confirm what the client's credit stops; the payment itself goes on."""
        held = self.filtered(lambda transaction: transaction._is_credit_held())
        return super(PaymentTransaction, self - held)._check_amount_and_confirm_order()

    def _is_credit_held(self):
        """:return: whether the one quotation that this would confirm has to wait; its manager is told"""
        quotation = self.sale_order_ids.filtered(lambda order: order.state in ("draft", "sent"))
        return (
            len(self.sale_order_ids) == 1
            and bool(quotation)
            and quotation._is_confirmation_amount_reached()
            and quotation._credit_hold()
        )
