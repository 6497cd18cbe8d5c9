from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    """A price lowered after the goods have gone frees no limit."""

    # Beside the routes to a bigger order
    _inherit = "sale.order.line"

    credit_kept = fields.Float(
        "Worth More When Shipped",
        digits=0,
        readonly=True,
        copy=False,
        help="By how much the price of what was shipped has been lowered since, in the company's currency. "
        "It is owed until it is invoiced.",
    )

    def write(self, vals):
        self._check_shipped_is_the_same(vals)
        return super().write(vals)

    def _check_shipped_is_the_same(self, vals):
        """:raise AccessError: a user makes other goods of what was shipped"""
        if self.env.su or not {"product_id", "product_uom_id"} & vals.keys():
            return
        for line in self.filtered("qty_delivered"):
            if any(line[name].id != vals[name] for name in ("product_id", "product_uom_id") if name in vals):
                raise AccessError(
                    self.env._(
                        "%s has been shipped already. Add a line for the other goods.", line.display_name
                    )
                )

    def _credit_keep_prices(self, before, after):
        """:param dict before: what :meth:`sales.credit._shipped_prices` said
        :param dict after: what it says now
        """
        # sudo: nobody writes this by himself
        for line in self.sudo():
            kept = line._credit_kept_now(before.get(line.id), after.get(line.id))
            if float_compare(kept, line.credit_kept, precision_digits=6):
                line.credit_kept = kept

    def _credit_kept_now(self, before, after):
        """:return: what is owed beside the price of now: that of what is still not invoiced"""
        if not before or not after:
            return 0
        (old, old_price), (new, new_price) = before, after
        same = min(old, new)
        return max(0, self.credit_kept * same / old + (old_price - new_price) * same)
