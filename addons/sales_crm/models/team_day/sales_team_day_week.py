from collections import Counter
from datetime import timedelta

from odoo import api, fields, models


class SalesTeamDay(models.AbstractModel):
    """The week of all managers: the sums of its days, as Plan against Fact has them."""

    # Beside the day, which is long enough by itself
    _inherit = "sales.team.day"

    @api.model
    def _get_week(self, date, today):
        """:return: dict as that of :meth:`get_team_day`, of the week from Monday to Sunday around ``date``"""
        first = date - timedelta(days=date.weekday())
        last = first + timedelta(days=6)
        managers = self._managers(min(max(first, today), last), today)
        # sudo: a leader sees the figures of his team; their rows are asked for with his own rights
        Report = self.env["sales.activity.report"].sudo(not self._is_head())
        rows = Report._read_group(
            [("date", ">=", first), ("date", "<=", last), ("user_id", "in", managers.ids)],
            ["user_id", "result", "origin", "priority", "activity_type_id"],
            ["__count"],
        )
        bars = {manager.id: Counter() for manager in managers}
        figures = {manager.id: Counter() for manager in managers}
        for user, result, origin, priority, kind, count in rows:
            bars[user.id][result] += count
            # sudo: types have names only
            for part in self._parts_of_week(result, origin, priority, kind.sudo()):
                figures[user.id][part] += count
        lines = [
            {
                "id": manager.id,
                "name": manager.name,
                "frozen": True,
                "absent": False,
                "hours": False,
                "last": False,
                **self._sum_week(bars[manager.id], figures[manager.id]),
            }
            for manager in managers
        ]
        return {
            "date": fields.Date.to_string(date),
            "today": fields.Date.to_string(today),
            "first": fields.Date.to_string(first),
            "last": fields.Date.to_string(last),
            "managers": lines,
            "total": self._sum_week(sum(bars.values(), Counter()), sum(figures.values(), Counter())),
            "period": "week",
            "dates": {},
            "tasks": False,
            "is_head": self._is_head(),
        }

    @api.model
    def _parts_of_week(self, result, origin, priority, kind):
        """:return: the figures in which a row of the report is counted"""
        parts = {"open": "left", "done_late": "late"}
        found = [parts.get(result, result)]
        if origin != "unplanned":
            found.append("planned")
        if origin == "carried":
            found.append("carried_in")
        if priority == "1" and result not in ("done", "unplanned", "cancelled", "reassigned"):
            found.append("urgent")
        if result in ("done", "unplanned") and kind and kind._sales_kind():
            found.append(kind._sales_kind())
        return found

    @api.model
    def _sum_week(self, bar, figures):
        """:return: dict as that of :meth:`_count`"""
        empty = self._count([])
        planned = figures["planned"]
        return {
            "figures": {part: figures[part] for part in empty["figures"]},
            "bar": {status: bar[status] for status in empty["bar"]},
            "share": round(100 * figures["done"] / planned) if planned else None,
        }
