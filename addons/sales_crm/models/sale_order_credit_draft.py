from odoo import api, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Whoever gets an invoice owes it; until it is posted, the gate counts it as a debt of the order's payer.
    The two stay the same, or a limit would be free for goods twice.
    """

    # Beside the gate itself
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("partner_id", "partner_invoice_id")
    def _check_draft_invoices_payer(self):
        self.order_line._check_draft_invoices_payer()


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.constrains("order_id")
    def _check_draft_invoices_payer(self):
        """:raise UserError: somebody else than the order's payer is to get an invoice that is not posted"""
        # sudo: what is invoiced doesn't depend on who asks
        for line in self.sudo():
            payer = line.order_id._credit_payer()
            drafts = line.invoice_lines.move_id.filtered(lambda move: move.state == "draft")
            others = drafts.filtered(lambda move, payer=payer: move.commercial_partner_id != payer)
            if others:
                raise UserError(
                    self.env._(
                        "%(order)s is on a draft invoice for %(client)s. Post or cancel that invoice before "
                        "somebody else pays for the order.",
                        order=line.order_id.display_name,
                        client=others[0].commercial_partner_id.display_name,
                    )
                )
