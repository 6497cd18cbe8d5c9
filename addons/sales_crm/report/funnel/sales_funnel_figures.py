from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.funnel import CODES


class SalesFunnel(models.AbstractModel):
    """How the figures of the funnel are counted: in SQL, on the rows that the reader may see."""

    _inherit = "sales.funnel"

    @api.model
    def _rows_sql(self, options):
        """:return: SQL of the counted rows that the user may read, amounts in his company's currency"""
        Report = self.env["sales.funnel.report"]
        query = Report._search(self._report_domain(options))
        names = ["level", "amount", "currency_id", "user_id", "team_id", "source_id", "approach"]
        names += ["client_class", "date"]
        names += ["lead_id", *(f"days_to_{code}" for code in CODES[1:])]
        columns = [
            SQL("%s AS %s", Report._field_to_sql(query.table, name, query), SQL.identifier(name))
            for name in names
        ]
        currencies = self.env["res.currency"].with_context(active_test=False).search(Domain.TRUE)
        rates = currencies._get_rates(self.env.company, self.env.user._sales_today())
        own = rates[self.env.company.currency_id.id]
        return SQL(
            """
            SELECT row.*, row.amount * COALESCE(rate.rate, 1) AS value,
                   date_trunc('month', row.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS month
              FROM (%s) row
              LEFT JOIN unnest(%s::int[], %s::float[]) AS rate(currency_id, rate)
                ON rate.currency_id = row.currency_id
            OFFSET 0  -- each column is computed once, not once for each figure
            """,
            self.env.user._sales_timezone().zone,
            query.select(*columns),
            list(rates),
            [own / rate for rate in rates.values()],
        )

    @api.model
    def _figures_sql(self, options):
        """:return: SQL of the figures of every level: count, amount, average and median days"""
        parts = []
        for level in self._levels(options):
            first = level == options["level"]
            days = SQL.identifier(f"days_to_{level}")
            if options["mode"] == "event":
                counted, days = SQL("level = %s", level), SQL("NULL::float")
            elif first:
                counted, days = SQL("TRUE"), SQL("NULL::float")
            elif options["days"]:
                counted = SQL("%s <= %s", days, options["days"])
            else:
                counted = SQL("%s IS NOT NULL", days)
            parts.append(
                SQL(
                    """
                    COUNT(*) FILTER (WHERE %(counted)s),
                    COALESCE(SUM(value) FILTER (WHERE %(counted)s), 0)::float,
                    (AVG(%(days)s) FILTER (WHERE %(counted)s))::float,
                    (PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %(days)s)
                        FILTER (WHERE %(counted)s))::float
                    """,
                    counted=counted,
                    days=days,
                )
            )
        return SQL(", ").join(parts)

    @api.model
    def _prepare_bars(self, options, figures):
        """:param figures: four numbers for each level, as of :meth:`_figures_sql`
        :return: list of dict, one for each level
        """
        names = self._level_names()
        bars = []
        for number, level in enumerate(self._levels(options)):
            count, amount, average, median = figures[number * 4 : number * 4 + 4]
            base = bars[0]["count"] if bars else count
            before = bars[-1]["count"] if bars else count
            bars.append(
                {
                    "level": level,
                    "name": names[level],
                    "count": count,
                    "amount": amount,
                    "days_average": average,
                    "days_median": median,
                    "share": count / base if base else 0,
                    "share_before": count / before if before else 0,
                }
            )
        return bars

    @api.model
    def _get_bars(self, options):
        [figures] = self.env.execute_query(
            SQL("SELECT %s FROM (%s) rows", self._figures_sql(options), self._rows_sql(options))
        )
        return self._prepare_bars(options, figures)

    @api.model
    def _get_groups(self, options):
        """:return: list of dict ``value``, ``name``, ``bars``, the largest group first; months in order"""
        group = options["group"]
        by_tag = group == "tag_ids"
        rows = self.env.execute_query(
            SQL(
                "SELECT %(group)s, %(figures)s FROM (%(rows)s) rows %(tags)s GROUP BY %(group)s",
                group=SQL.identifier("tag_id" if by_tag else group),
                figures=self._figures_sql(options),
                rows=self._rows_sql(options),
                tags=SQL("LEFT JOIN crm_tag_rel tag ON tag.lead_id = rows.lead_id" if by_tag else ""),
            )
        )
        names = self._group_names(group, [row[0] for row in rows])
        groups = [
            {
                "value": fields.Date.to_string(row[0]) if group == "month" and row[0] else row[0] or False,
                "name": names.get(row[0]) or self.env._("None"),
                "bars": self._prepare_bars(options, row[1:]),
            }
            for row in rows
        ]
        if group == "month":
            return sorted(groups, key=lambda line: line["value"])
        return sorted(groups, key=lambda line: (-line["bars"][0]["count"], line["name"]))

    @api.model
    def _group_names(self, group, values):
        """:return: dict value of a group -> its name"""
        if group == "month":
            return {month: f"{month:%m.%Y}" for month in values if month}
        field = self.env["sales.funnel.report"]._fields[group]
        if field.type == "selection":
            return dict(field._description_selection(self.env))
        # sudo: who may read the rows may know the names of managers, teams and sources in them
        records = self.env[field.comodel_name].sudo().browse(value for value in values if value)
        return {record.id: record.display_name for record in records}

    @api.model
    def _get_lost(self, options):
        """Deals lost in the period, in whatever mode, by reason and by the stage where they were lost.

        :return: dict ``reasons`` and ``stages``: lists of dict ``value``, ``name``, ``count``,
            ``amount``, largest first
        """
        domain = self._lost_domain(options)
        return {
            "reasons": self._lost_lines(domain, "lost_reason_id"),
            "stages": self._lost_lines(domain, "stage_from_id"),
        }

    @api.model
    def _lost_domain(self, options):
        """:return: Domain on ``sales.stage.move`` of the deals lost in the period"""
        domain = self._filter(options) & Domain("outcome", "=", "lost")
        for name, path in (
            ("source_id", "lead_id.source_id"),
            ("approach", "lead_id.approach"),
            ("client_class", "client_id.client_class"),
        ):
            if options.get(name):
                domain &= Domain(path, "=", options[name])
        return domain

    @api.model
    def _lost_lines(self, domain, group):
        Move = self.env["sales.stage.move"]
        rates = {}
        lines = {}
        own = self.env.company.currency_id
        today = self.env.user._sales_today()
        for key, currency, count, amount in Move._read_group(
            domain, [group, "currency_id"], ["__count", "amount:sum"]
        ):
            if currency not in rates:
                rates[currency] = (
                    self.env["res.currency"]._get_conversion_rate(currency, own, self.env.company, today)
                    if currency
                    else 1
                )
            line = lines.setdefault(
                key.id,
                {
                    "value": key.id,
                    # sudo: the name under which figures that he may see are summed up
                    "name": key.sudo().display_name or self.env._("None"),
                    "count": 0,
                    "amount": 0,
                },
            )
            line["count"] += count
            line["amount"] += amount * rates[currency]
        return sorted(lines.values(), key=lambda line: -line["count"])
