from odoo import api, models
from odoo.tools import SQL

# An id is the number of its source in the high bits and the id of the source's row below
ARM_BITS = 40

# Columns of a source and their types; the measures come beside them
COLUMNS = {
    "kind": SQL("varchar"),
    "date": SQL("date"),
    "client_id": SQL("int"),
    "user_id": SQL("int"),
    "team_id": SQL("int"),
    "company_id": SQL("int"),
    "currency_id": SQL("int"),
    "document_currency_id": SQL("int"),
    "no_rate": SQL("boolean"),
    "contract_id": SQL("int"),
    "order_id": SQL("int"),
    "product_id": SQL("int"),
    "number": SQL("varchar"),
    "res_model": SQL("varchar"),
    "res_id": SQL("int"),
}


class SalesPerformanceReport(models.Model):
    """The query: the sources, and what the client, the product and the deal add to each row."""

    _inherit = "sales.performance.report"

    @property
    def _table_query(self):
        """PostgreSQL joins what a reader asks for only."""
        return SQL(
            """
            SELECT fact.*, client.user_id AS manager_id, client.client_class, client.country_id,
                   client.state_id, template.categ_id,
                   CASE WHEN fact.date >= first.date + interval '1 year' THEN 'repeat' ELSE 'new' END
                   AS client_kind,
                   COALESCE(deal.approach, first_deal.approach) AS approach
              FROM (%(arms)s) fact
              LEFT JOIN res_partner client ON client.id = fact.client_id
              LEFT JOIN product_product product ON product.id = fact.product_id
              LEFT JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN sale_order ord ON ord.id = fact.order_id
              LEFT JOIN crm_lead deal ON deal.id = ord.opportunity_id
              LEFT JOIN (%(first)s) first
                ON first.client_id = fact.client_id AND first.company_id = fact.company_id
              LEFT JOIN (%(first_deal)s) first_deal ON first_deal.client_id = fact.client_id
            """,
            arms=SQL(" UNION ALL ").join(self._arms().values()),
            first=self._first_sales_sql(),
            first_deal=SQL(
                """
                SELECT DISTINCT ON (partner.commercial_partner_id)
                       partner.commercial_partner_id AS client_id, lead.approach
                  FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
                 WHERE lead.approach IS NOT NULL
                 ORDER BY partner.commercial_partner_id, lead.create_date, lead.id
                """
            ),
        )

    @api.model
    def _first_sales_sql(self):
        """:return: SQL of the day of each client's first order or invoice with each company"""
        return SQL(
            """
            SELECT client_id, company_id, MIN(date) AS date FROM (
            SELECT buyer.commercial_partner_id AS client_id, ord.company_id, MIN(%(day)s) AS date
              FROM sale_order ord
              JOIN res_partner buyer ON buyer.id = ord.partner_id
              JOIN %(houses)s ON house.company_id = ord.company_id
             WHERE ord.state = 'sale'
             GROUP BY 1, 2
             UNION ALL
            SELECT commercial_partner_id, company_id, MIN(invoice_date)
              FROM account_move
             WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_receipt')
             GROUP BY 1, 2
            ) sale GROUP BY client_id, company_id
            """,
            day=self._day_sql(SQL("ord.date_order")),
            houses=self._houses_sql(),
        )

    @api.model
    def _sold_before_sql(self, alias):
        """For some clients, by the indexes of their documents; see :meth:`_first_sales_sql` for all of them.

        :param str alias: of a table with ``client_id``, ``company_id`` and ``date``
        :return: SQL condition: the client has an order or an invoice of an earlier day with the company
        """

        def column(name):
            return SQL.identifier(alias, name)

        return SQL(
            """
            (EXISTS (SELECT FROM account_move move
                      WHERE move.commercial_partner_id = %(client)s AND move.company_id = %(company)s
                        AND move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_receipt')
                        AND move.invoice_date < %(date)s)
             OR EXISTS (SELECT FROM sale_order ord
                          JOIN res_partner buyer ON buyer.id = ord.partner_id
                          JOIN %(houses)s ON house.company_id = ord.company_id
                         WHERE buyer.commercial_partner_id = %(client)s AND ord.company_id = %(company)s
                           AND ord.state = 'sale' AND %(day)s < %(date)s))
            """,
            client=column("client_id"),
            company=column("company_id"),
            date=column("date"),
            day=self._day_sql(SQL("ord.date_order")),
            houses=self._houses_sql(),
        )

    @api.model
    def _measures(self):
        """:return: list of the columns that are summed"""
        return [
            *("ordered_amount", "shipped_amount", "invoiced_amount", "returned_amount"),
            *("goods_returned_amount", "paid_amount", "margin_amount", "margin_base_amount"),
            *("ordered_quantity", "shipped_quantity", "invoiced_quantity"),
        ]

    @api.model
    def _arm(self, arm, source, tables, **columns):
        """One source. The types are the same for all, so that PostgreSQL asks each for what it needs only.

        :param int arm: its number
        :param SQL source: id of the row, unique in this source
        :param SQL tables: what follows FROM
        :param columns: SQL of each of ``COLUMNS``; of the measures those that the source has. What isn't
            given is NULL or 0
        :return: SQL
        """
        selected = [
            *((name, columns.pop(name, SQL("NULL")), kind) for name, kind in COLUMNS.items()),
            *((name, columns.pop(name, SQL("0")), SQL("numeric")) for name in self._measures()),
        ]
        if columns:
            raise ValueError(f"no column of the report: {', '.join(columns)}")
        return SQL(
            "SELECT (%(arm)s::bigint << %(bits)s) + %(source)s AS id, %(columns)s FROM %(tables)s",
            arm=arm,
            bits=ARM_BITS,
            source=source,
            columns=SQL(", ").join(
                SQL("(%s)::%s AS %s", value, kind, SQL.identifier(name)) for name, value, kind in selected
            ),
            tables=tables,
        )

    @api.model
    def _houses_sql(self):
        """:return: SQL of the table ``house``: company_id, its currency, the digits of that, its time zone"""
        # sudo: which company works in which currency and time zone is no secret
        companies = self.env["res.company"].sudo().search([("active", "in", [True, False])])
        return SQL(
            "unnest(%s::int[], %s::int[], %s::int[], %s::varchar[])"
            " AS house(company_id, currency_id, digits, tz)",
            companies.ids,
            [company.currency_id.id for company in companies],
            [company.currency_id.decimal_places for company in companies],
            [companies._sales_timezone_name(company.id) for company in companies],
        )

    @api.model
    def _day_sql(self, moment):
        """:return: SQL of the day of a moment in the time zone of the ``house``"""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE house.tz)::date", moment)
