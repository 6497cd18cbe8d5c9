from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.measures import MEASURES
from .sales_growth import GROUPS, KEPT


class SalesGrowth(models.AbstractModel):
    """How the bridges are counted: in SQL, on the rows that the reader may see, read once."""

    _inherit = "sales.growth"

    @api.model
    def _sold_domain(self, options):
        """:return: Domain on the performance report of what is counted, of whatever day"""
        kinds = MEASURES[options["measure"]]
        return Domain("kind", "in", kinds) & Domain("company_id", "in", self._companies().ids)

    @api.model
    def _periods_domain(self, options):
        """:return: Domain on the performance report of what is counted, of both periods"""
        this = (options["date_from"], options["date_to"])
        return self._sold_domain(options) & Domain.OR(
            Domain("date", ">=", first) & Domain("date", "<=", last)
            for first, last in (this, self._year_before(options))
        )

    @api.model
    def _report_sql(self, domain, **columns):
        """:param columns: name -> field of the performance report
        :return: SQL of the rows that the user may read
        """
        Report = self.env["sales.performance.report"]
        query = Report._search(domain)
        return query.select(
            *(
                SQL("%s AS %s", Report._field_to_sql(query.table, field, query), SQL.identifier(name))
                for name, field in columns.items()
            )
        )

    @api.model
    def _rows_sql(self, options):
        """:return: SQL of the rows of both periods"""
        measure, group = options["measure"], GROUPS[options["group_by"]]
        return self._report_sql(
            self._periods_domain(options),
            client_id="client_id",
            product_id="product_id",
            date="date",
            amount=f"{measure}_amount",
            quantity=f"{measure}_quantity",
            **({"group_id": group} if group else {}),
        )

    @api.model
    def _bought_before_sql(self, options):
        """:return: SQL of whether the client ``bought.client_id`` had bought before the period began"""
        earlier = self._report_sql(
            self._sold_domain(options)
            & Domain("date", "<", options["date_from"])
            & Domain(f"{options['measure']}_amount", ">", 0),
            client_id="client_id",
        )
        # With a limit PostgreSQL asks for each client by index; it would read the history of all otherwise
        return SQL(
            "(SELECT TRUE FROM (%s) earlier WHERE earlier.client_id = bought.client_id LIMIT 1)", earlier
        )

    @api.model
    def _with_sql(self, options):
        """The clauses that all figures are taken from. ``effect`` has a row for each client, product and
        group: ``part``, ``last``, ``this``, and of the clients who bought in both the four effects.

        :return: SQL
        """
        last_from, last_to = self._year_before(options)
        return SQL(
            """
            WITH cell AS MATERIALIZED (
                SELECT COALESCE(client_id, 0) AS client_id, COALESCE(product_id, 0) AS product_id,
                       %(group)s AS group_id,
                       COALESCE(SUM(amount) FILTER (WHERE %(last)s), 0) AS last,
                       COALESCE(SUM(amount) FILTER (WHERE %(this)s), 0) AS this,
                       COALESCE(SUM(quantity) FILTER (WHERE %(last)s), 0) AS last_quantity,
                       COALESCE(SUM(quantity) FILTER (WHERE %(this)s), 0) AS this_quantity
                  FROM (%(rows)s) sold
                 GROUP BY 1, 2, 3
            ), bought AS MATERIALIZED (
                SELECT client_id, SUM(last) AS last, SUM(this) AS this FROM cell GROUP BY 1
            ), client AS MATERIALIZED (
                SELECT client_id,
                       CASE WHEN client_id = 0 THEN 'other'
                            WHEN last > 0 AND this >= last THEN 'grown'
                            WHEN last > 0 AND this > 0 THEN 'shrunk'
                            WHEN last > 0 THEN 'lost'
                            WHEN this <= 0 THEN 'other'
                            WHEN %(before)s THEN 'won_back'
                            ELSE 'new' END AS part
                  FROM bought
            ), measured AS (
                SELECT cell.*, client.part, %(digits)s AS digits,
                       split_part(unit.parent_path, '/', 1) AS unit,
                       last_quantity * unit.factor::numeric AS last_units,
                       this_quantity * unit.factor::numeric AS this_units,
                       client.part = ANY(%(kept)s) AS is_kept,
                       unit.id IS NOT NULL
                       AND (last_quantity > 0 OR last_quantity = 0 AND last = 0)
                       AND (this_quantity > 0 OR this_quantity = 0 AND this = 0) AS has_quantity
                  FROM cell
                  JOIN client ON client.client_id = cell.client_id
                  LEFT JOIN product_product product ON product.id = cell.product_id
                  LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                  LEFT JOIN uom_uom unit ON unit.id = template.uom_id
            ), total AS (
                SELECT client_id, unit, SUM(last_units) AS last_total, SUM(this_units) AS this_total
                  FROM measured
                 WHERE is_kept AND has_quantity
                 GROUP BY 1, 2
            ), divided AS (
                SELECT measured.*,
                       CASE WHEN is_kept AND has_quantity AND last_quantity > 0 AND this_quantity > 0
                            THEN ROUND(this - last * this_quantity / last_quantity, digits)
                            ELSE 0 END AS price,
                       CASE WHEN is_kept AND has_quantity AND last_total > 0 AND this_total > 0
                            THEN ROUND(last * this_total / last_total - last, digits)
                            ELSE 0 END AS quantity
                  FROM measured
                  LEFT JOIN total ON total.client_id = measured.client_id AND total.unit = measured.unit
            ), effect AS (
                SELECT client_id, group_id, part, last, this, price, quantity,
                       CASE WHEN is_kept AND has_quantity THEN this - last - price - quantity
                            ELSE 0 END AS mix,
                       CASE WHEN is_kept AND NOT has_quantity THEN this - last ELSE 0 END AS rest
                  FROM divided
            )
            """,
            group=SQL("COALESCE(group_id, 0)" if GROUPS[options["group_by"]] else "0"),
            last=SQL("date BETWEEN %s AND %s", last_from, last_to),
            this=SQL(
                "date BETWEEN %s AND %s",
                *(fields.Date.to_date(options[name]) for name in ("date_from", "date_to")),
            ),
            rows=self._rows_sql(options),
            before=self._bought_before_sql(options),
            digits=self.env.company.currency_id.decimal_places,
            kept=list(KEPT),
        )

    @api.model
    def _figures_sql(self, options):
        """:return: SQL of rows (1 if of the whole, group, part, last year, this year, clients, price,
        quantity, mix, rest), of the whole and of each group
        """
        return SQL(
            """
            %s SELECT GROUPING(group_id), group_id, part, SUM(last), SUM(this), COUNT(DISTINCT client_id),
                      SUM(price), SUM(quantity), SUM(mix), SUM(rest)
                 FROM (
                    SELECT client_id, group_id, part, SUM(last) AS last, SUM(this) AS this,
                           SUM(price) AS price, SUM(quantity) AS quantity, SUM(mix) AS mix, SUM(rest) AS rest
                      FROM effect GROUP BY 1, 2, 3
                 ) of_client
                GROUP BY GROUPING SETS ((part), (part, group_id))
            """,
            self._with_sql(options),
        )
