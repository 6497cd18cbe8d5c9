from odoo import api, models
from odoo.tools import SQL


class SalesMorning(models.AbstractModel):
    """Regular work with the clients of who is away goes to who stands in for him.

    What is still open when the cover ends is given back to the client's manager, like all other work.
    """

    _inherit = "sales.morning"

    @api.model
    def _regular_plan_sql(self, days):
        """:param dict days: user id -> day
        :return: SQL of a FROM item ``plan``: whose regular work (``owner_id``) comes into whose plan
            (``user_id``) of which ``day``
        """
        plans = [(user, user, day) for user, day in days.items()]
        plans += [(absent, user, days[user]) for absent, user in self._regular_covers(days).items()]
        owners, users, of_days = map(list, zip(*plans, strict=True)) if plans else ([], [], [])
        return SQL(
            "unnest(%s::int[], %s::int[], %s::date[]) AS plan(owner_id, user_id, day)",
            owners,
            users,
            of_days,
        )

    @api.model
    def _regular_covers(self, days):
        """:param dict days: user id -> day
        :return: dict id of a manager who doesn't work on this day -> id of the user who stands in for him
        """
        if not days:
            return {}
        # sudo: the server's own work, for all companies
        covers = (
            self.env["sales.access.rule"]
            .sudo()
            .search(
                [
                    ("is_cover", "=", True),
                    ("date_from", "<=", max(days.values())),
                    ("date_to", ">=", min(days.values())),
                    ("user_ids", "in", list(days)),
                ],
                order="id",
            )
        )
        first = min(days.values())
        count = (max(days.values()) - first).days + 1
        workdays = covers.manager_ids._sales_workdays_between(first, count)
        found = {}
        for cover in covers:
            for user in cover.user_ids.filtered(lambda user: user.id in days):
                day = days[user.id]
                if cover.date_from <= day <= cover.date_to:
                    away = (cover.manager_ids - user).filtered(
                        lambda absent, day=day: absent.active and day not in workdays[absent.id]
                    )
                    found = {**dict.fromkeys(away.ids, user.id), **found}
        return found
