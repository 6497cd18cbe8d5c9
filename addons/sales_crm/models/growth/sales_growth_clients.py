from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .sales_growth import EFFECTS, GROUPS, KEPT, PARTS

# What the list is sorted by -> SQL on the rows of the list; "-" before it turns it round
ORDERS = {
    "size": SQL("ABS(amount)"),
    "name": SQL("name"),
    "last": SQL("last"),
    "this": SQL("this"),
    "difference": SQL("this - last"),
    "percent": SQL("CASE WHEN last > 0 THEN (this - last) / last END"),
    "amount": SQL("amount"),
}
PAGE, LARGEST_PAGE = 80, 1000


class SalesGrowth(models.AbstractModel):
    """The clients behind each bar."""

    _inherit = "sales.growth"

    @api.model
    def get_clients(
        self,
        bar,
        date_from=False,
        date_to=False,
        group_by="none",
        measure="invoiced",
        group=None,
        order="-size",
        offset=0,
        limit=PAGE,
    ):
        """The clients behind a bar, a page of them, with what each has to do with it.

        :param str bar: a part of the first bridge, an effect of the second, ``all`` or ``kept`` (who bought
            in both)
        :param group: id of one of the groups of :meth:`get_growth`, False for that without one; all if None
        :param str order: one of :data:`ORDERS`, with "-" before it the largest first
        :return: dict ``clients``: list of dict ``id`` (False: without a client), ``name``, ``last``,
            ``this``, ``difference``, ``percent``, ``amount`` (his part of the bar), ``part``; ``count`` and
            ``amount`` of all pages
        :raise UserError: options that don't exist
        """
        options = self._complete(date_from, date_to, group_by, measure)
        rows = self.env.execute_query(
            SQL(
                """
                %(with)s
                SELECT client_id, name, part, last, this, amount, COUNT(*) OVER (), SUM(amount) OVER ()
                  FROM (
                    SELECT effect.client_id, MIN(partner.complete_name) AS name, MIN(part) AS part,
                           SUM(last) AS last, SUM(this) AS this, SUM(%(amount)s) AS amount
                      FROM effect
                      LEFT JOIN res_partner partner ON partner.id = effect.client_id
                     WHERE %(condition)s
                     GROUP BY 1
                  ) listed
                 WHERE %(has_part)s
                 ORDER BY %(order)s
                 LIMIT %(limit)s OFFSET %(offset)s
                """,
                **{"with": self._with_sql(options)},
                amount=SQL.identifier(bar) if bar in EFFECTS else SQL("this - last"),
                condition=self._bar_sql(options, bar, group),
                has_part=SQL("amount != 0" if bar in EFFECTS else "last != 0 OR this != 0"),
                order=self._order_sql(order),
                limit=self._whole_number(limit, 1, LARGEST_PAGE),
                offset=self._whole_number(offset, 0),
            )
        )
        return {
            "clients": [self._prepare_client(*row[:6]) for row in rows],
            "count": rows[0][6] if rows else 0,
            "amount": self.env.company.currency_id.round(rows[0][7]) if rows else 0,
        }

    @api.model
    def get_documents_action(
        self,
        client_id,
        date_from=False,
        date_to=False,
        group_by="none",
        measure="invoiced",
        group=None,
    ):
        """:return: act_window: the rows of the performance report of a client (False: without one) in both
        periods, of one group only if given as for :meth:`get_clients`
        :raise AccessError: the client is another's
        """
        options = self._complete(date_from, date_to, group_by, measure)
        client_id = self._whole_number(client_id or 0, 0)
        domain = self._periods_domain(options) & Domain("client_id", "=", client_id or False)
        if group is not None and GROUPS[group_by]:
            domain &= Domain(GROUPS[group_by], "=", self._whole_number(group or 0, 0) or False)
        client = self.env["res.partner"].browse(client_id or ())
        return {
            "type": "ir.actions.act_window",
            "name": client.name or self.env._("Without a client"),
            "res_model": "sales.performance.report",
            "views": [[False, "list"], [False, "pivot"], [False, "graph"], [False, "kanban"]],
            "domain": list(domain),
            "context": {"group_by": ["date:year"]},
        }

    @api.model
    def _bar_sql(self, options, bar, group):
        """:return: SQL condition on ``effect`` of the rows behind a bar"""
        parts = {
            "all": list(PARTS),
            "kept": list(KEPT),
            **{part: [part] for part in PARTS},
            **{effect: list(KEPT) for effect in EFFECTS},
        }
        if not isinstance(bar, str) or bar not in parts:
            raise UserError(self.env._("There is no such part of growth: %s. Click on a bar.", bar))
        condition = SQL("part = ANY(%s)", parts[bar])
        if group is None or not GROUPS[options["group_by"]]:
            return condition
        return SQL("%s AND group_id = %s", condition, self._whole_number(group or 0, 0))

    @api.model
    def _order_sql(self, order):
        name = order.removeprefix("-") if isinstance(order, str) else order
        if not isinstance(name, str) or name not in ORDERS:
            raise UserError(
                self.env._("The clients can't be sorted by “%s”. Click on the head of a column.", order)
            )
        turned = SQL("DESC NULLS LAST" if order.startswith("-") else "ASC NULLS LAST")
        return SQL("%s %s, name, client_id", ORDERS[name], turned)

    @api.model
    def _whole_number(self, value, least, most=2**31 - 1):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UserError(self.env._("“%s” is no such number. Open the screen again.", value))
        return min(value, most)

    @api.model
    def _prepare_client(self, client_id, name, part, last, this, amount):
        cents = self.env.company.currency_id.round
        last, this = cents(last), cents(this)
        return {
            "id": client_id or False,
            "name": name if client_id else self.env._("Without a client"),
            "part": part,
            "last": last,
            "this": this,
            "difference": cents(this - last),
            "percent": self._percent(last, this),
            "amount": cents(amount),
        }
