from datetime import timedelta

from odoo import models

from ...tools.work_time import Workdays


class ResUsers(models.Model):
    _inherit = "res.users"

    def _sales_served_workdays(self, start, count):
        """:return: dict user id -> ``Workdays`` of the ``count`` days from ``start`` on: his own, and
        those on which somebody works who stands in for him
        """
        found = self._sales_workdays_between(start, count)
        end = start + timedelta(days=count - 1)
        # sudo: who stands in for whom decides dates only
        covers = (
            self.env["sales.access.rule"]
            .sudo()
            .search(
                [
                    ("is_cover", "=", True),
                    ("manager_ids", "in", self.ids),
                    ("date_from", "<=", end),
                    ("date_to", ">=", start),
                ]
            )
        )
        of_covers = covers.user_ids._sales_workdays_between(start, count)
        for cover in covers:
            days = {
                day
                for user in cover.user_ids
                for day in of_covers[user.id].days
                if cover.date_from <= day <= cover.date_to
            }
            for absent in set(cover.manager_ids.ids) & found.keys():
                found[absent] = Workdays(sorted(days.union(found[absent].days)), start)
        return found
