from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.months import period_before

# What growth may be counted in; see ``tools.measures``
COUNTED = ("invoiced", "ordered", "shipped")
# How it is grouped -> the field of the report
GROUPS = {"none": None, "manager": "manager_id", "category": "categ_id"}
# The first bridge: each client is in one of these
PARTS = ("new", "won_back", "lost", "grown", "shrunk", "other")
# The second bridge, of the clients in the first two
KEPT = ("grown", "shrunk")
EFFECTS = ("price", "quantity", "mix", "rest")


class SalesGrowth(models.AbstractModel):
    """Where growth comes from: a period against the same days of the year before, as two bridges.

    All is counted on ``sales.performance.report`` with the reader's own rights: a manager's figures are
    those of his clients, a head's those of his companies. Of the chosen companies those are summed that keep
    their books in the currency of the current one; the others are named.

    **The first bridge** leads from last year to this year by clients. A client has bought in a period if his
    sum in it is above 0, credit notes taken off. Each client is in one part, by all that he bought:

    * ``new``: this year, and never before;
    * ``won_back``: this year and at some time before, but not in last year's period;
    * ``lost``: last year, and not this year;
    * ``grown``, ``shrunk``: in both, this year as much or more, or less;
    * ``other``: in neither: credit notes alone, and what hangs on no client.

    **The second bridge** tells of the clients who bought in both whether they pay other prices, buy more, or
    buy other goods. It is the decomposition into selling-price, sales-quantity and sales-mix variances of
    Horngren, Datar, Rajan, *Cost Accounting: A Managerial Emphasis*, chapter on sales variances, with last
    year in the place of the budget. For each client and product, with q the quantity and p the average price
    (amount by quantity) of last year (0) and of this year (1), and Q the sum of the client's quantities of
    all products that are measured in units of one kind:

    * ``price`` = (p1 - p0) * q1;
    * ``quantity`` = (Q1 / Q0 - 1) * q0 * p0: all goods as before, each as much more as the client buys more;
    * ``mix`` = (q1 - q0 * Q1 / Q0) * p0: what remains. A product that the client didn't buy last year has no
      price to compare with: it is all mix; so is what is measured in units that he had in one period only;
    * ``rest``: lines without a product or a quantity, such as discounts of a whole document.

    Price and quantity of a client and product are rounded to the currency, and mix is what remains, so that
    the parts add up to the cent however they are grouped.

    **Groups.** By manager it is whose client it is today, so that a client who was given away is compared
    with himself and is neither lost nor new. By category a client stays in the part that he is in by all that
    he bought; each part adds up over the groups.
    """

    _name = "sales.growth"
    _description = "Where Growth Comes From"

    @api.model
    def get_growth(self, date_from=False, date_to=False, group_by="none", measure="invoiced"):
        """Everything that the screen shows, in a number of queries that does not grow.

        :param date_from: first day, as a date or a string; the first of this year if not given
        :param date_to: last day; the user's today if not given, or the last day of the year of a first day
            that is later
        :param str group_by: ``none``, ``manager`` (whose client it is today) or ``category``
        :param str measure: ``invoiced``, ``ordered`` or ``shipped``; all without tax
        :return: dict ``options`` (complete), ``last_from`` and ``last_to`` (the period it is compared with),
            ``today``, ``currency_id``, ``companies`` and ``left_out`` (names), ``choices``, and the figures
            of the whole and in ``groups`` of each group, see :meth:`_prepare_figures`
        :raise UserError: a day that is none, a period that ends before it begins, an unknown group or measure
        :raise AccessError: the user has no right to sales figures
        """
        options = self._complete(date_from, date_to, group_by, measure)
        last_from, last_to = self._year_before(options)
        whole, groups = self._get_figures(options)
        companies = self._companies()
        return {
            "options": options,
            "last_from": fields.Date.to_string(last_from),
            "last_to": fields.Date.to_string(last_to),
            "today": fields.Date.to_string(self._today()),
            "currency_id": self.env.company.currency_id.id,
            "companies": companies.mapped("name") if len(self.env.companies) > 1 else [],
            "left_out": (self.env.companies - companies).mapped("name"),
            "choices": {"measure": self._measure_names(), "group_by": self._group_by_names()},
            **whole,
            "groups": groups,
        }

    # ------------------------------------------------------
    # Options
    # ------------------------------------------------------

    @api.model
    def _complete(self, date_from, date_to, group_by, measure):
        """:return: dict of the options, days as strings"""
        if not isinstance(group_by, str) or group_by not in GROUPS:
            raise UserError(
                self.env._(
                    "Growth can't be grouped by “%s”. Choose by manager, by product category or not at all.",
                    group_by,
                )
            )
        if not isinstance(measure, str) or measure not in COUNTED:
            raise UserError(
                self.env._(
                    "Growth can't be measured by “%s”. Choose what was invoiced, ordered or shipped.", measure
                )
            )
        today = self._today()
        first = self._day(date_from) or today.replace(month=1, day=1)
        last = self._day(date_to) or (today if first <= today else first.replace(month=12, day=31))
        if last < first:
            raise UserError(
                self.env._(
                    "The period ends on %(last)s, before it begins on %(first)s. Choose a later last day.",
                    first=self._shown(first),
                    last=self._shown(last),
                )
            )
        return {
            "date_from": fields.Date.to_string(first),
            "date_to": fields.Date.to_string(last),
            "group_by": group_by,
            "measure": measure,
        }

    @api.model
    def _today(self):
        # sudo: the user's own time zone
        return self.env.user.sudo()._sales_today()

    @api.model
    def _day(self, value):
        """:return: the date that was passed, None without one"""
        if not value:
            return None
        try:
            day = fields.Date.to_date(value)
            _before = day - relativedelta(years=1)  # of the first year there is none
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise UserError(
                self.env._("“%s” is no day. Choose the days of the period in the calendar.", value)
            ) from error
        return day

    @api.model
    def _shown(self, day):
        return day.strftime(self.env["res.lang"]._get_data(code=self.env.user.lang).date_format or "%Y-%m-%d")

    @api.model
    def _year_before(self, options):
        """:return: pair of dates: the first and the last of the days that the period is compared with

        29 February is compared with 28 February, whole months are with whole months.
        """
        return period_before(*(fields.Date.to_date(options[name]) for name in ("date_from", "date_to")))

    @api.model
    def _companies(self):
        """:return: those of the chosen companies whose amounts can be added up: they share a currency"""
        currency = self.env.company.currency_id
        return self.env.companies.filtered(lambda company: company.currency_id == currency)

    @api.model
    def _measure_names(self):
        Report = self.env["sales.performance.report"]
        return [(name, Report._fields[f"{name}_amount"]._description_string(self.env)) for name in COUNTED]

    @api.model
    def _group_by_names(self):
        names = (self.env._("As a whole"), self.env._("By manager"), self.env._("By product category"))
        return list(zip(GROUPS, names, strict=True))

    # ------------------------------------------------------
    # Figures
    # ------------------------------------------------------

    @api.model
    def _get_figures(self, options):
        """:return: pair: the figures of the whole, and list of those of each group, the largest growth first

        A group's are as the whole's with ``value`` (its id, False without one) and ``name``.
        """
        rows = {}
        for whole, group, *row in self.env.execute_query(self._figures_sql(options)):
            rows.setdefault(None if whole else group, []).append(row)
        total = self._prepare_figures(rows.pop(None, []))
        if options["group_by"] == "none":
            return total, []
        names = self._group_names(options["group_by"], list(rows))
        groups = [
            {"value": group or False, "name": names[group], **self._prepare_figures(of_group)}
            for group, of_group in rows.items()
        ]
        return total, sorted(groups, key=lambda line: (-line["difference"], line["name"]))

    @api.model
    def _prepare_figures(self, rows):
        """:param rows: list of (part, last year, this year, clients, price, quantity, mix, rest)
        :return: dict ``last``, ``this``, ``difference``, ``percent`` (None, if there was nothing last year),
            ``clients`` (how many), ``parts`` (dict part -> ``amount``, ``clients``), ``kept``: dict of the
            clients who bought in both with ``last``, ``this``, ``difference``, ``clients`` and the
            ``EFFECTS``. ``parts`` add up to ``difference``, effects to that of ``kept``
        """
        cents = self.env.company.currency_id.round
        by_part = {part: figures for part, *figures in rows}
        last, this = (cents(sum(row[number] for row in rows)) for number in (1, 2))
        kept = [by_part[part] for part in KEPT if part in by_part]
        sums = [sum(numbers) for numbers in zip(*kept, strict=True)] or [0] * 7
        parts = {}
        for part in PARTS:
            before, now, clients, *_effects = by_part.get(part, (0, 0, 0))
            parts[part] = {"amount": cents(now - before), "clients": clients}
        return {
            "last": last,
            "this": this,
            "difference": cents(this - last),
            "percent": self._percent(last, this),
            "clients": sum(row[3] for row in rows),
            "parts": parts,
            "kept": {
                "last": cents(sums[0]),
                "this": cents(sums[1]),
                "difference": cents(sums[1] - sums[0]),
                "clients": sums[2],
                **{name: cents(amount) for name, amount in zip(EFFECTS, sums[3:], strict=True)},
            },
        }

    @api.model
    def _percent(self, last, this):
        """:return: by how much more, in percent; None if there is nothing to compare with"""
        return 100 * (this - last) / last if last > 0 else None

    @api.model
    def _group_names(self, group_by, values):
        """:return: dict id of a group, 0 for none -> its name"""
        comodel = self.env["sales.performance.report"]._fields[GROUPS[group_by]].comodel_name
        # sudo: who may read the rows may know the names of the managers and categories in them
        records = self.env[comodel].sudo().browse(value for value in values if value)
        nobody = (
            self.env._("Without a category") if group_by == "category" else self.env._("Without a manager")
        )
        return {0: nobody, **{record.id: record.display_name for record in records}}
