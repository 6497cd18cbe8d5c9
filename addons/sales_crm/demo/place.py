"""Where the example company is, unless somebody has said where."""


def place(env, book):
    """The main company gets the country, currency and VAT of its language, where it is still as Odoo made it.

    A Russian one has been so since the installation.
    """
    company = env.ref("base.main_company")
    if "sale_tax" not in book.texts or company._sales_is_placed():
        return
    if not company._sales_is_unnamed() or company._sales_has_documents():
        return
    former = company.currency_id
    currency = env["res.currency"].with_context(active_test=False).search([("name", "=", book["currency"])])
    currency.active = True
    country = env["res.country"].search([("code", "=", book["country"])])
    company.write({"currency_id": currency.id, "country_id": country.id})
    company._sales_put_away(former)
    company._sales_localize_time(book["tz"])
    rate = book["sale_tax"]
    taxes = company.account_sale_tax_id | company.account_purchase_tax_id
    taxes.write({"name": f"{rate}%", "amount": rate})
    _move_taxes(env, company, country)


def _move_taxes(env, company, country):
    """The taxes of the general chart are those of ``country``, so that clients of there are no foreigners."""
    former = company.account_fiscal_country_id
    own = [("company_id", "=", company.id)]
    company.account_fiscal_country_id = country
    for model in ("account.tax.group", "account.tax"):
        env[model].with_context(active_test=False).search(own).country_id = country
    positions = env["account.fiscal.position"].search([*own, ("country_id", "=", former.id)])
    positions.country_id = country
