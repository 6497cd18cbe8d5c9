from odoo import Command, models

# chart of accounts -> (the general rate that Odoo's chart has, the one in force, its other rates)
# Kazakhstan's Tax Code of 2026: 16 %, and 5 % for medicines and medical services, 10 % from 2027 on
RATES = {"kz": (12, 16, (5, 10))}


class ResCompany(models.Model):
    """Rates that have changed since Odoo's chart of a country was written.

    The former rate stays, for deliveries of before.
    """

    _inherit = "res.company"

    def _sales_follow_rates(self, chart):
        """Add the taxes in force to a chart that was just loaded, and make the general rate the usual one.

        :param str chart: code of the chart
        """
        if chart not in RATES:
            return
        old, new, others = RATES[chart]
        former = self.account_sale_tax_id, self.account_purchase_tax_id
        of_new = self._sales_copy_rate(old, new)
        for rate in others:
            self._sales_copy_rate(old, rate, domestic=True)
        self.account_sale_tax_id = of_new.get(former[0], former[0])
        self.account_purchase_tax_id = of_new.get(former[1], former[1])

    def _sales_copy_rate(self, old, new, domestic=False):
        """
        :param int old: rate whose taxes are copied: accounts, lines of the declaration, fiscal positions
        :param int new: rate of the copies
        :param bool domestic: copy only what is the usual tax of a sale or a purchase
        :return: dict tax -> its copy
        """
        taxes = self.env["account.tax"].search([("company_id", "=", self.id), ("amount", "=", old)])
        if domestic:
            taxes &= self.account_sale_tax_id | self.account_purchase_tax_id
        groups = {group: self._sales_copy_with_rate(group, old, new) for group in taxes.tax_group_id}
        copies = {
            tax: self._sales_copy_with_rate(
                tax, old, new, amount=new, tax_group_id=groups[tax.tax_group_id].id
            )
            for tax in taxes
        }
        for copy in copies.values():
            copy.replacing_tax_ids = [Command.clear()]  # a copy stands at home for none of the former ones
        for tax, copy in copies.items():
            # abroad, what stands in for the former tax at home stands in for the new one
            originals = [copies[original].id for original in tax.original_tax_ids if original in copies]
            copy.original_tax_ids = [Command.set(originals)]
        return copies

    def _sales_copy_with_rate(self, record, old, new, **values):
        """:return: a copy of a tax, or of a group of taxes, that tells the new rate where it told the old"""
        copy = record.copy(values)
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        for name in ("name", "description", "invoice_label"):
            if name not in record._fields:
                continue
            for lang in ("en_US", *(lang for lang in langs if lang != "en_US")):
                told = record.with_context(lang=lang)[name]
                if told:
                    copy.with_context(lang=lang)[name] = str(told).replace(f"{old}%", f"{new}%")
        return copy
