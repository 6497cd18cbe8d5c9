from odoo import api, models

from odoo.addons.account.models.chart_template import template

GENERIC = "generic_coa"


class AccountChartTemplate(models.AbstractModel):
    """Charts for countries of which Odoo 19 has none: its generic accounts under the names that are used
    there, with the taxes that are in force. Taxes and names stand in ``data/template``.
    """

    _inherit = "account.chart.template"

    @api.model
    def _sales_charts(self):
        """:return: dict code of a chart of ours -> what ``ir.module.module`` wants to know of it"""
        return {"ru": {"country": "ru"}, "by": {"country": "by"}}

    # ------------------------------------------------------
    # Russia
    # ------------------------------------------------------

    @template("ru")
    def _get_ru_template_data(self):
        return self._sales_generic_data()

    @template("ru", "res.company")
    def _get_ru_res_company(self):
        return self._sales_generic_company("base.ru", "sale_vat_22", "purchase_vat_22")

    @template("ru", "account.account")
    def _get_ru_account_account(self):
        return self._sales_generic_accounts()

    # ------------------------------------------------------
    # Belarus
    # ------------------------------------------------------

    @template("by")
    def _get_by_template_data(self):
        return self._sales_generic_data()

    @template("by", "res.company")
    def _get_by_res_company(self):
        return self._sales_generic_company("base.by", "sale_vat_20", "purchase_vat_20")

    @template("by", "account.account")
    def _get_by_account_account(self):
        return self._sales_generic_accounts()

    # ------------------------------------------------------
    # What they have in common
    # ------------------------------------------------------

    def _sales_generic_data(self):
        data = self._get_generic_coa_template_data()
        return {key: value for key, value in data.items() if key not in ("name", "country")}

    def _sales_generic_company(self, country, sale_tax, purchase_tax):
        """:return: values of the company: the country's own taxes, and prices that contain them"""
        return {
            company: {
                **values,
                "account_fiscal_country_id": country,
                "account_sale_tax_id": sale_tax,
                "account_purchase_tax_id": purchase_tax,
                "account_price_include": "tax_included",
            }
            for company, values in self._get_generic_coa_res_company().items()
        }

    def _sales_generic_accounts(self):
        """:return: the generic accounts; their names in the country's language are in the chart's file"""
        accounts = self._parse_csv(GENERIC, "account.account", module="account")
        for name, values in self._get_generic_coa_account_account().items():
            accounts[name].update(values)
        return accounts
