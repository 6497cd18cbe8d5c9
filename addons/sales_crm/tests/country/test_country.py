"""A company gets what is usual in its country, as long as nobody has entered anything."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


class CountryCase(TransactionCase):
    """New companies, as an administrator makes them and as the installation finds them."""

    made = 0  # companies of the test: no two have one name

    @classmethod
    def new_company(cls, code, lang="ru_RU", chart="generic_coa"):
        cls.env["res.lang"]._activate_lang(lang)
        cls.made += 1
        company = cls.env["res.company"].create({"name": f"New Company {cls.made}"})
        company.partner_id.lang = lang
        company.country_id = cls.env.ref(f"base.{code}") if code else False
        if chart:
            cls.env["account.chart.template"].try_loading(chart, company, install_demo=False)
        return company

    def taxes(self, company, use="sale"):
        domain = [("company_id", "=", company.id), ("type_tax_use", "=", use)]
        return self.env["account.tax"].search(domain)

    @classmethod
    def localize(cls, company):
        company._sales_choose_country()
        company._sales_localize()


@tagged("post_install", "-at_install")
class TestRussianCompany(CountryCase):
    """A company that speaks Russian, of which nobody has said where it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.new_company(None)
        cls.american = cls.company.country_id == cls.env.ref("base.us")  # core's chart says so
        cls.localize(cls.company)

    def test_set_up(self):
        company = self.company
        self.assertTrue(self.american)
        self.assertEqual(company.country_id.code, "RU")
        self.assertEqual(company.currency_id.name, "RUB")
        self.assertEqual(company.account_fiscal_country_id.code, "RU")
        self.assertEqual(company.account_price_include, "tax_included")
        self.assertEqual(company.paperformat_id.format, "A4")
        self.assertEqual(company.partner_id.tz, "Europe/Moscow")
        self.assertEqual(company.account_sale_tax_id.amount, 22)
        self.assertEqual(company.account_purchase_tax_id.amount, 22)
        for use in ("sale", "purchase"):
            rates = self.taxes(company, use).mapped("amount")
            self.assertEqual(sorted(rates), [0, 0, 0, 5, 7, 10, 20, 22])
        names = self.taxes(company).with_context(lang="ru_RU").mapped("name")
        self.assertEqual(names[0], "НДС 22%")
        self.assertIn("Без НДС", names)
        accounts = self.env["account.account"].with_context(lang="ru_RU").with_company(company)
        receivable = accounts.search([*accounts._check_company_domain(company), ("code", "=", "121000")])
        self.assertEqual(receivable.name, "Расчёты с покупателями")
        self.assertFalse(company._sales_foreign_settings())
        lines = self.env["account.payment.method.line"].search([("company_id", "=", company.id)])
        self.assertTrue(lines)
        self.assertNotIn("Manual Payment", lines.mapped("name"))

    def test_price_contains_the_tax(self):
        tax = self.company.account_sale_tax_id
        amounts = tax.compute_all(122.0, currency=self.company.currency_id)
        self.assertAlmostEqual(amounts["total_excluded"], 100)
        self.assertAlmostEqual(amounts["total_included"], 122)

    def test_foreign_client_pays_no_vat(self):
        company = self.company
        positions = self.env["account.fiscal.position"].with_company(company)
        for code, name in (("ru", "sale_vat_22"), ("de", "sale_vat_export")):
            client = self.env["res.partner"].create(
                {"name": "Client", "country_id": self.env.ref(f"base.{code}").id}
            )
            position = positions._get_fiscal_position(client)
            expected = self.env["account.chart.template"].with_company(company).ref(name)
            self.assertEqual(position.map_tax(company.account_sale_tax_id), expected)

    def test_chart_that_was_chosen_stays(self):
        tax = self.taxes(self.company)[0]
        tax.name = "Ours"
        self.company._sales_localize()
        self.assertEqual(tax.exists().name, "Ours")


@tagged("post_install", "-at_install")
class TestCountry(CountryCase):
    """What is set up, and what is left as it was."""

    def test_products_get_the_new_tax(self):
        company = self.new_company("ru")
        taxed, free = self.env["product.template"].create(
            [
                {
                    "name": name,
                    "company_id": company.id,
                    "taxes_id": [(6, 0, tax.ids)],
                    "supplier_taxes_id": [(5,)],
                }
                for name, tax in (("Taxed", company.account_sale_tax_id), ("Free", self.env["account.tax"]))
            ]
        )
        self.localize(company)
        self.assertEqual(taxed.taxes_id, company.account_sale_tax_id)
        self.assertFalse(free.taxes_id | free.supplier_taxes_id | taxed.supplier_taxes_id)

    def test_belarus(self):
        company = self.new_company("by")
        self.localize(company)
        self.assertEqual(company.currency_id.name, "BYN")
        self.assertEqual(company.account_sale_tax_id.amount, 20)
        self.assertEqual(company.partner_id.tz, "Europe/Minsk")

    def test_rate_that_has_changed(self):
        """Kazakhstan's VAT is 16 % since 2026; Odoo's chart has 12 %. Here on the generic chart."""
        company = self.new_company("kz")
        sale, purchase = company.account_sale_tax_id, company.account_purchase_tax_id
        (sale | purchase).write({"amount": 12, "name": "12%", "description": "VAT 12%"})
        sale.tax_group_id.name = "VAT 12%"
        sale.tax_group_id.with_context(lang="ru_RU").name = "НДС 12%"
        abroad = sale.copy({"name": "12% EX", "original_tax_ids": [(6, 0, sale.ids)]})
        company._sales_follow_rates("kz")
        taxes = self.taxes(company).filtered("active")
        self.assertEqual(
            sorted(taxes.filtered(lambda tax: tax.amount not in (0, 15)).mapped("name")),
            ["10%", "12%", "12% EX", "16%", "16% EX", "5%"],
        )
        usual = company.account_sale_tax_id
        self.assertEqual((usual.amount, usual.name), (16, "16%"))
        self.assertEqual(company.account_purchase_tax_id.amount, 16)
        self.assertIn("VAT 16%", str(usual.description))
        self.assertEqual(usual.tax_group_id.with_context(lang="ru_RU").name, "НДС 16%")
        self.assertEqual(usual.tax_group_id.name, "VAT 16%")
        copy = taxes.filtered(lambda tax: tax.name == "16% EX")
        self.assertEqual(copy.original_tax_ids, usual)
        self.assertEqual(abroad.original_tax_ids, sale)
        lines = usual.repartition_line_ids
        self.assertEqual(lines.account_id, sale.repartition_line_ids.account_id)
        total = usual.with_context(force_price_include=False).compute_all(100)["total_included"]
        self.assertAlmostEqual(total, 116)

    def test_kazakhstan(self):
        """With Odoo's own chart, where its add-on is installed."""
        company = self.new_company("kz")
        self.localize(company)
        charts = self.env["account.chart.template"]._template_register
        rate = 16 if "kz" in charts else company.account_sale_tax_id.amount
        self.assertEqual(company.account_sale_tax_id.amount, rate)
        self.assertEqual("kz" in charts, company.chart_template == "kz")

    def test_country_without_a_chart(self):
        """Kazakhstan has a chart of Odoo's own, which may not be installed: then the accounts stay."""
        company = self.new_company("kz", chart=None)
        self.localize(company)
        self.assertEqual(company.partner_id.tz, "Asia/Almaty")
        charts = self.env["account.chart.template"]._template_register
        self.assertEqual(company.chart_template, "kz" if "kz" in charts else False)

    def test_unknown_country_is_left_alone(self):
        company = self.new_company("fr", chart=None)
        currency = company.currency_id
        self.assertFalse(company._sales_localize())
        self.assertEqual(company.currency_id, currency)
        self.assertFalse(company._sales_foreign_settings())

    def test_where_somebody_said_it_is_it_stays(self):
        company = self.new_company("us", chart=None)
        company.city = "Boston"
        self.localize(company)
        self.assertEqual(company.country_id.code, "US")

    def test_sign_of_the_currency(self):
        """As people write it, unless somebody has documents in it, or a sign of his own."""
        rouble = self.env.ref("base.RUB")
        for before, documents, after in (("руб", False, "₽"), ("руб", True, "руб"), ("р.", False, "р.")):
            with self.subTest(before=before, documents=documents):
                rouble.symbol = before
                other = self.new_company("ru", chart="ru")
                if documents:
                    client = self.env["res.partner"].create({"name": "Client"})
                    self.env["sale.order"].with_company(other).create({"partner_id": client.id})
                self.localize(self.new_company("ru"))
                self.assertEqual(rouble.symbol, after)

    def test_another_language(self):
        company = self.new_company("us", lang="en_US", chart=None)
        self.localize(company)
        self.assertEqual(company.country_id.code, "US")

    def test_company_with_entries_stays(self):
        for model in ("account.move", "sale.order"):
            with self.subTest(model):
                company = self.new_company("ru")
                currency, taxes = company.currency_id, self.taxes(company)
                client = self.env["res.partner"].create({"name": "Client"})
                self.env[model].with_company(company).create(
                    {"partner_id": client.id}
                    if model == "sale.order"
                    else {"move_type": "out_invoice", "partner_id": client.id}
                )
                company.paperformat_id = self.env.ref("base.paperformat_us")
                company.resource_calendar_id.tz = "UTC"
                self.localize(company)
                self.assertEqual(company.currency_id, currency)
                self.assertEqual(self.taxes(company), taxes)
                self.assertEqual(company.paperformat_id, self.env.ref("base.paperformat_us"))
                self.assertEqual(company.resource_calendar_id.tz, "UTC")
                company.country_id = self.env.ref("base.us")  # as core's chart writes it
                self.localize(company)
                self.assertEqual(company.country_id.code, "US")
                company.country_id = self.env.ref("base.ru")
                self.assertEqual(len(company._sales_foreign_settings()), 4)
                with self.assertRaisesRegex(UserError, "stay as they are"):
                    company.action_sales_localize()

    def test_time_zones_that_were_chosen_stay(self):
        company = self.new_company("ru", chart="ru")
        user = new_test_user(
            self.env, "far", company_id=company.id, company_ids=[(6, 0, company.ids)], tz="Asia/Tokyo"
        )
        company.resource_calendar_id.tz = "Asia/Omsk"
        self.localize(company)
        self.assertEqual((user.tz, company.resource_calendar_id.tz), ("Asia/Tokyo", "Asia/Omsk"))

    def test_calendar_in_the_language(self):
        company = self.new_company("ru", chart="ru")
        calendar = company.resource_calendar_id
        calendar.name = "Standard 40 hours/week"
        own = calendar.attendance_ids[0]
        own.name = "Our early hours"
        self.localize(company)
        self.assertIn("Стандартная", calendar.name)
        self.assertEqual(own.name, "Our early hours")

    def test_settings_tell_and_set_up(self):
        company = self.new_company("ru")
        settings = self.env["res.config.settings"].with_company(company).create({"company_id": company.id})
        self.assertTrue(settings.sales_may_localize)
        self.assertIn(company.currency_id.name, settings.sales_foreign_settings)
        settings.action_sales_localize()
        self.assertEqual(company.currency_id.name, "RUB")
        after = self.env["res.config.settings"].with_company(company).create({"company_id": company.id})
        self.assertFalse(after.sales_foreign_settings)
        self.assertFalse(after.sales_may_localize)

    def test_who_may_not_change_the_company(self):
        company = self.new_company("ru")
        head = new_test_user(
            self.env,
            "country_head",
            "sales_crm.group_head",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        with self.assertRaises(AccessError):
            company.with_user(head).action_sales_localize()
        self.assertEqual(company.chart_template, "generic_coa")

    def test_new_company_takes_the_chart_of_its_country(self):
        """Whoever adds a company in Russia is offered this chart first."""
        charts = self.env["account.chart.template"]
        self.assertEqual(charts._guess_chart_template(self.env.ref("base.ru")), "ru")
        with Form(self.env["res.company"]) as form:
            form.name = "Second"
            form.country_id = self.env.ref("base.ru")
        company = form.save()
        charts.try_loading(False, company, install_demo=False)
        self.assertEqual(company.account_sale_tax_id.amount, 22)
