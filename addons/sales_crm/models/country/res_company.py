from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import code_translations

from ..country import account_chart_template as charts

COUNTRY_OF_LANGUAGE = {"ru_RU": "RU"}
TIME_ZONES = {"RU": "Europe/Moscow", "BY": "Europe/Minsk", "KZ": "Asia/Almaty"}
SYMBOLS = {"RUB": ("руб", "₽")}  # Odoo's sign of a currency -> the one that is in use
UNNAMED = ("YourCompany", "My Company")  # what Odoo calls the main company before anybody does


class ResCompany(models.Model):
    """A company gets what is usual in its country: currency, chart of accounts and taxes, time zone, names.

    Only where nobody has posted or chosen anything; elsewhere the settings tell what differs.
    """

    _inherit = "res.company"

    kpp = fields.Char(related="partner_id.kpp", readonly=False)
    legal_form = fields.Char(related="partner_id.legal_form", readonly=False)
    director_name = fields.Char(related="partner_id.director_name", readonly=False)
    director_position = fields.Char(related="partner_id.director_position", readonly=False)

    @api.model
    def _sales_localize_new(self):
        """At the installation: the main company, where it is still as Odoo made it. One that has documents is
        not changed.

        The country is the company's; where nobody has given it one, that of its language.
        """
        company = self.env.ref("base.main_company", raise_if_not_found=False)
        if company:
            company._sales_choose_country()
            company._sales_localize()

    def _sales_choose_country(self):
        """Give the company the country of its language, unless somebody has said where it is."""
        code = COUNTRY_OF_LANGUAGE.get(self.partner_id.lang or "")
        if not code or self._sales_is_placed() or self._sales_has_documents():
            return
        self.country_id = self.env["res.country"].search([("code", "=", code)])

    def _sales_is_placed(self):
        """:return: whether somebody has said where the company is

        Core's generic chart writes the United States to whoever has no country yet.
        """
        partner = self.partner_id
        told = partner.street or partner.city or partner.zip or partner.vat or partner.state_id
        return bool(told or (self.country_id and self.country_id != self.env.ref("base.us")))

    def _sales_localize(self):
        """Set the company up as companies of its country are, as far as nothing was entered yet.

        What somebody has chosen stays, and everything where there are documents. Countries that we know
        nothing of are left alone.

        :return: whether the company was set up
        """
        self.ensure_one()
        code = self.country_id.code
        if code not in TIME_ZONES or self._sales_has_documents():
            return False
        self._sales_localize_accounting()
        self._sales_localize_symbol()
        self._sales_localize_time(TIME_ZONES[code])
        self._sales_localize_names()
        self.paperformat_id = self.env.ref("base.paperformat_euro", raise_if_not_found=False)
        return True

    # ------------------------------------------------------
    # Accounting
    # ------------------------------------------------------

    def _sales_chart(self):
        """:return: code of the chart of the company's country, None where there is none"""
        charts = self.env["account.chart.template"]
        known = charts._get_chart_template_mapping().items()
        # A module that isn't installed can't be, in the middle of another's installation
        return next(
            (
                code
                for code, chart in known
                if chart["country_id"] == self.country_id.id and code in charts._template_register
            ),
            None,
        )

    def _sales_has_documents(self):
        """:return: whether anything was entered that the chart of accounts or the currency is needed for"""
        domain = [("company_id", "child_of", self.id)]
        # sudo: whether there are documents says nothing of them
        return any(
            self.env[model].sudo().with_context(active_test=False).search_count(domain, limit=1)
            for model in ("account.move", "account.payment", "sale.order")
        )

    def _sales_accounting_is_new(self):
        """:return: whether the chart of accounts may be another: Odoo has chosen it, and nobody needs it"""
        return self.chart_template in (False, charts.GENERIC) and not self._sales_has_documents()

    def _sales_localize_accounting(self):
        chart = self._sales_chart()
        if not chart or not self._sales_accounting_is_new():
            return
        former = self.currency_id
        products = self.env["product.template"].with_context(active_test=False)
        products = products.search(products._check_company_domain(self))
        sold, bought = products.filtered("taxes_id"), products.filtered("supplier_taxes_id")
        # Not try_loading: it warns while add-ons are being installed, and all that it needs is there
        self.env["account.chart.template"]._load(chart, self, install_demo=False)
        self._sales_follow_rates(chart)
        self._sales_put_away(former)
        # The former taxes have gone with the former chart
        sold.filtered(lambda product: not product.taxes_id)._force_default_sale_tax(self)
        bought.filtered(lambda product: not product.supplier_taxes_id)._force_default_purchase_tax(self)

    def _sales_localize_symbol(self):
        """The sign of the currency as people write it, unless somebody has documents in it."""
        currency = self.currency_id
        written, symbol = SYMBOLS.get(currency.name, (None, None))
        if currency.symbol != written:
            return
        others = self.search([("currency_id", "=", currency.id), ("id", "!=", self.id)])
        if not any(other._sales_has_documents() for other in others):
            currency.symbol = symbol

    def _sales_put_away(self, currency):
        """Nobody is offered the currency that the company had before, if no company has it."""
        companies = self.search_count([("currency_id", "=", currency.id)], limit=1)
        if not companies and len(self.env["res.currency"].search([], limit=2)) > 1:
            currency.active = False

    # ------------------------------------------------------
    # Time and names
    # ------------------------------------------------------

    def _sales_localize_time(self, zone):
        """The company's zone, its calendar's and that of users who have not got one; nobody else's."""
        calendar = self.resource_calendar_id
        if calendar and calendar.tz in (False, "UTC"):
            calendar.tz = zone
        if not self.partner_id.tz:
            self.partner_id.tz = zone
        users = self.env["res.users"].search([("company_id", "=", self.id)])
        users.filtered(lambda user: not user.tz).tz = zone

    def _sales_localize_names(self):
        """Names that Odoo writes once, in English while it is being installed."""
        lang = self.partner_id.lang
        for line in self.env["account.payment.method.line"].search([("company_id", "=", self.id)]):
            method = line.payment_method_id
            if line.name == method.with_context(lang="en_US").name:
                line.name = method.with_context(lang=lang).name
        words = code_translations.get_python_translations("resource", lang or "en_US")
        calendar = self.resource_calendar_id
        for record in (calendar, *calendar.attendance_ids):
            record.name = words.get(record.name) or record.name

    def _sales_is_unnamed(self):
        """:return: whether the company is still called as Odoo calls it"""
        return self.name in UNNAMED

    # ------------------------------------------------------
    # What differs
    # ------------------------------------------------------

    def _sales_foreign_settings(self):
        """:return: list of sentences: what isn't as usual in the company's country, and where to change it"""
        self.ensure_one()
        code = self.country_id.code
        if code not in TIME_ZONES:
            return []
        checks = (
            (self._sales_currency_differs(), self.env._("The currency is %s.", self.currency_id.name)),
            (
                self._sales_chart() not in (None, self.chart_template),
                self.env._("The accounts and taxes are not the ones of the country (Accounting, Settings)."),
            ),
            (
                self.paperformat_id.format not in ("A4", False),
                self.env._("Documents are not printed on A4 (General Settings, Document Layout)."),
            ),
            (
                self.resource_calendar_id.tz in ("UTC", False),
                self.env._("The working time has no time zone of its own (Working Schedules)."),
            ),
            (
                self._sales_language_is_missing(),
                self.env._("The company's language is not the country's (Contacts, the company's card)."),
            ),
        )
        return [sentence for differs, sentence in checks if differs]

    def _sales_currency_differs(self):
        return bool(self.country_id.currency_id) and self.currency_id != self.country_id.currency_id

    def _sales_language_is_missing(self):
        return self.partner_id.lang not in COUNTRY_OF_LANGUAGE

    def action_sales_localize(self):
        """The button in the settings: set up what differs, as far as nothing was entered yet.

        :raise UserError: the company has documents already; what is left to do by hand is said
        """
        self.ensure_one()
        self.check_access("write")
        if self._sales_has_documents():
            raise UserError(
                self.env._(
                    "%(company)s has orders or entries already, so its currency, accounts and taxes stay as "
                    "they are. Change by hand what should be different: each line says where.",
                    company=self.name,
                )
            )
        # sudo: a chart of accounts is loaded by administrators; whoever may change the company decides here
        self.sudo()._sales_localize()
